"""The global norm and its limit, by hand."""

import math

import numpy
import pytest
from thinc.api import Model

from spacy_lstm_ner.pipeline.clip import clip_gradient

GRADIENTS = {"W": [[1.0, 2.0], [0.0, 2.0]], "b": [4.0, 0.0]}  # norms 3 and 4, jointly 5


def make_model(scale=1.0, dtype="float32"):
    model = Model("x", None)
    for name, values in GRADIENTS.items():
        model.set_param(name, numpy.zeros(numpy.shape(values), dtype=dtype))
        model.set_grad(name, numpy.array(values, dtype=dtype) * numpy.asarray(scale, dtype))
    return model


def assert_scaled(model, factor):
    for name, values in GRADIENTS.items():
        expected = numpy.array(values) * factor
        numpy.testing.assert_allclose(model.get_grad(name), expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "limit,factor",
    [(math.inf, 1.0), (5.001, 1.0), (5.0, 1.0), (4.999, 4.999 / 5), (0.5, 0.1)],
)
def test_only_what_passes_the_limit_is_scaled(dtype, limit, factor):
    model = make_model(dtype=dtype)
    assert clip_gradient(model, limit) == pytest.approx(5.0, rel=1e-6)
    assert_scaled(model, factor)


@pytest.mark.parametrize("scale", [1e19, 2e19, 1e37, 1e-25])
def test_squares_beyond_single_precision(scale):
    """A gradient that exploded is brought down to the limit, not to zero."""
    model = make_model(scale)
    assert clip_gradient(model, 0.2 * scale) == pytest.approx(5 * scale, rel=1e-6)
    assert_scaled(model, 0.04 * scale)
    if scale > 1:
        assert clip_gradient(model, 2.0) == pytest.approx(0.2 * scale, rel=1e-6)
        assert_scaled(model, 0.4)


def test_gradients_of_zero():
    model = make_model()
    for name in GRADIENTS:
        model.get_grad(name).fill(0)
    assert clip_gradient(model, 1.0) == 0
    assert_scaled(model, 0.0)
