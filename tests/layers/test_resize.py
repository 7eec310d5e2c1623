import numpy
import pytest

from spacy_lstm_ner.layers import crf, linear
from spacy_lstm_ner.layers.crf import CRF
from spacy_lstm_ner.layers.linear import Linear
from spacy_lstm_ner.layers.resize import resized

from ..gradients import packed


@pytest.mark.parametrize(
    "layer,init", [(Linear(5, 3), linear.init), (CRF(5), crf.init)], ids=["linear", "crf"]
)
def test_old_values_stay(layer, init):
    layer.initialize()
    rng = numpy.random.RandomState(0)
    for name in layer.param_names:
        layer.set_param(name, rng.normal(size=layer.get_param(name).shape).astype("float32"))
    old = {name: layer.get_param(name).copy() for name in layer.param_names}
    for name, values in old.items():
        layer.inc_grad(name, numpy.ones_like(values))
    before, layer = layer, resized(layer, 9, init)
    assert layer.get_dim("nO") == 9 and before.get_dim("nO") == 5
    assert layer.id != before.id
    for name, values in old.items():
        new = layer.get_param(name)
        assert new.shape[0] == 9 and new.dtype == numpy.float32
        corner = tuple(slice(n) for n in values.shape)
        numpy.testing.assert_array_equal(new[corner], values)
        gradient = layer.get_grad(name)
        assert gradient.shape == new.shape and gradient.sum() == values.size
        assert (gradient[corner] == 1).all()


def test_before_initialization_only_the_size_changes():
    layer = Linear(None, 3)
    layer = resized(layer, 9, linear.init)
    assert layer.get_dim("nO") == 9 and not layer.has_param("W")


def test_softmax_has_nothing_to_learn():
    layer = CRF(5, head="softmax")
    layer.initialize()
    layer = resized(layer, 9, crf.init)
    scores = layer.predict(packed([2], 9))
    assert layer.param_names == ()
    assert scores.transitions.shape == (9, 9) and not scores.transitions.any()
    assert not scores.start.any() and not scores.end.any()


def test_unknown_head():
    with pytest.raises(ValueError, match="Unknown head 'mlp', expected 'crf' or 'softmax'"):
        CRF(5, head="mlp")


@pytest.mark.parametrize("layer", [Linear(5), Linear(None, 3), CRF()])
def test_missing_sizes_are_named(layer):
    with pytest.raises(ValueError, match="is neither set nor can be read off sample data"):
        layer.initialize()
