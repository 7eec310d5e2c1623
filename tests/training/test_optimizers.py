"""Adam takes the steps that thinc's own takes."""

import numpy
import pytest
from thinc.api import Adam as ThincAdam
from thinc.api import compounding
from thinc.optimizers import Optimizer

from spacy_lstm_ner.training.optimizers import Adam

from ..pipeline.helpers import make_examples, train_small

SHAPES = {"E": (300, 8), "W": (5, 8), "b": (5,)}


def take_steps(optimizer, n=50):
    """Weights, moments and averages after some steps; some rows are touched only now and then."""
    rng = numpy.random.RandomState(0)
    weights = {name: rng.normal(size=shape).astype("float32") for name, shape in SHAPES.items()}
    for _ in range(n):
        for name, shape in SHAPES.items():
            gradient = rng.normal(scale=0.01, size=shape).astype("float32")
            gradient[rng.uniform(size=shape[0]) < 0.7] = 0
            weights[name], zeroed = optimizer((0, name), weights[name], gradient, lr_scale=0.5)
            assert not zeroed.any() and not gradient.any()
        optimizer.step_schedules()
    state = {"weights": weights, "mom1": optimizer.mom1, "mom2": optimizer.mom2}
    return {**state, "averages": optimizer.averages or {}}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"L2": 0.1, "grad_clip": 0.0},
        {"L2": 0.1, "L2_is_weight_decay": False},
        {"eps": 0.1, "beta1": 0.5, "beta2": 0.9},
        {"use_averages": False, "grad_clip": 0.05},
    ],
)
def test_takes_the_steps_of_thinc(settings):
    got, expected = (
        take_steps(make(compounding(0.001, 0.1, 1.1), **settings)) for make in (Adam, ThincAdam)
    )
    for part, arrays in expected.items():
        assert list(got[part]) == list(arrays)
        for key, array in arrays.items():
            assert got[part][key].shape == array.shape and got[part][key].dtype == array.dtype
            error = numpy.abs(got[part][key] - array).max()
            # thinc rounds 1 - beta2 to single precision, which is 1.3e-5 off
            assert error < 2e-5 * numpy.abs(array).max(), (part, key)


@pytest.mark.parametrize("lr", [0.0, 0.1])
def test_single_steps_of_awkward_arrays(lr):
    """A learning rate of zero (as a warm-up begins), a transposed array, no rows at all."""
    for shape in ((3, 4), (0, 4)):
        arrays = []
        for make in (Adam, ThincAdam):
            rng = numpy.random.RandomState(0)
            weights, gradient = (rng.normal(size=shape).astype("float32").T.copy().T for _ in "ab")
            after, _ = make(lr, L2=0.1)((0, "W"), weights, gradient)
            arrays.append(after)
        numpy.testing.assert_allclose(*arrays, rtol=1e-5, atol=1e-5 * lr)  # see above


def test_averages_of_a_long_training():
    """From step 89,990 on, an average moves by a ten-thousandth of the way a step."""
    averages = []
    for make in (Adam, ThincAdam):
        optimizer = make(0.001)
        for name in SHAPES:
            optimizer.nr_update[0, name] = 100_000
        averages.append(take_steps(optimizer, n=5)["averages"])
    for key, expected in averages[1].items():
        assert expected.any()
        numpy.testing.assert_allclose(averages[0][key], expected, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("lr_scale", [1.0, 0.5, 2.0])
def test_weight_decay_that_leaves_nothing(lr_scale):
    """At a learning rate times L2 of 1 a step ends at zero; the steps around it are thinc's too."""
    ends = []
    for make in (Adam, ThincAdam):
        rng = numpy.random.RandomState(0)
        optimizer = make(iter([0.5, 1.0, 2.0, 0.25]), L2=1.0)
        weights, found = rng.normal(size=(3, 4)).astype("float32"), []
        for _ in range(4):
            gradient = rng.normal(size=(3, 4)).astype("float32")
            weights, _ = optimizer((0, "W"), weights, gradient, lr_scale=lr_scale)
            found.append(weights.copy())
            optimizer.step_schedules()
        ends.append(numpy.array(found))
    assert (~ends[1].any(axis=(1, 2))).sum() == 1
    numpy.testing.assert_allclose(*ends, rtol=1e-4, atol=1e-6)


def test_weights_come_back_as_another_array():
    """Whoever keeps what was computed from them notices the step."""
    weights = numpy.ones((4, 3), dtype="float32")
    after, _ = Adam(0.1)((0, "W"), weights, numpy.ones((4, 3), dtype="float32"))
    assert after is not weights


def test_trains_a_pipeline():
    nlp = train_small(steps=1)
    optimizer = Adam(0.01, grad_clip=0.0)
    assert isinstance(optimizer, Optimizer)
    losses = [nlp.update(make_examples(nlp), sgd=optimizer)["lstm_ner"] for _ in range(60)]
    assert losses[-1] < 0.05 * losses[0]
    with nlp.use_params(optimizer.averages):
        assert nlp.evaluate(make_examples(nlp))["ents_f"] == 1.0
