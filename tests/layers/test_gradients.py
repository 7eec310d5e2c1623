"""Numerical gradients of every layer on packed rows, on unequal lengths with 1 and 0."""

import numpy
import pytest
from thinc.api import set_dropout_rate

from spacy_lstm_ner.layers.bidirectional import bidirectional
from spacy_lstm_ner.layers.crf import CRF
from spacy_lstm_ner.layers.dropout import LockedDropout
from spacy_lstm_ner.layers.linear import Linear
from spacy_lstm_ner.layers.packing import on_rows, with_packed
from spacy_lstm_ner.layers.recurrent import Recurrent
from spacy_lstm_ner.layers.residual import residual
from spacy_lstm_ner.layers.stack import RecurrentStack
from spacy_lstm_ner.types import Packed, TagScores

from ..gradients import (
    LIMIT,
    check_packed_layer,
    check_params,
    numeric_gradient,
    packed,
    relative_error,
    to_float64,
)

LENGTHS = [[4, 2, 1, 0], [0, 1, 3]]
CELLS = ["lstm", "gru", "rnn", "irnn"]


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("direction", ["l2r", "r2l"])
@pytest.mark.parametrize("cell", CELLS)
def test_recurrent(lengths, direction, cell):
    check_packed_layer(Recurrent(3, 2, cell=cell, direction=direction), packed(lengths, 2))


@pytest.mark.parametrize("cell", CELLS)
def test_recurrent_dropout(cell):
    layer = Recurrent(3, 2, cell=cell, recurrent_dropout_scale=0.5)
    set_dropout_rate(layer, 0.6)
    Xp = packed([3, 2], 2)
    layer.initialize(X=Xp)
    to_float64(layer)

    def forward():
        numpy.random.seed(3)
        return layer(Xp, is_train=True)

    Yp, backprop = forward()
    dY = numpy.random.RandomState(1).normal(size=Yp.data.shape)
    backprop(Packed(dY, Xp.layout))
    dWh = layer.get_grad("Wh")
    exact = numeric_gradient(lambda: float((forward()[0].data * dY).sum()), layer.get_param("Wh"))
    assert relative_error(exact, dWh) < LIMIT
    assert 0 < (dWh == 0).mean() < 1  # dropped weights learn nothing


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("cell", CELLS)
def test_bidirectional(lengths, cell):
    l2r, r2l = (Recurrent(4, 3, cell=cell, direction=name) for name in ("l2r", "r2l"))
    check_packed_layer(bidirectional(l2r, r2l), packed(lengths, 3))


def test_residual():
    check_packed_layer(residual(Recurrent(3, 3)), packed([3, 2, 0, 1], 3))


@pytest.mark.parametrize("both_ways", [True, False])
@pytest.mark.parametrize("depth,with_residual", [(1, False), (2, True), (3, True), (3, False)])
def test_stack_with_all_dropouts(both_ways, depth, with_residual):
    stack = RecurrentStack(
        4,
        depth,
        bidirectional=both_ways,
        residual=with_residual,
        recurrent_dropout_scale=0.5,
    )
    set_dropout_rate(stack, 0.3)
    check_packed_layer(stack, packed([4, 2, 0, 1], 3), seed=11)


def test_locked_dropout():
    layer, Xp = LockedDropout(0.4), packed([4, 1, 0, 2], 5)

    def forward():
        numpy.random.seed(5)
        return layer(Xp, is_train=True)

    Yp, backprop = forward()
    dY = numpy.random.RandomState(1).normal(size=Yp.data.shape)
    dX = backprop(Packed(dY, Xp.layout)).data
    exact = numeric_gradient(lambda: float((forward()[0].data * dY).sum()), Xp.data)
    assert relative_error(exact, dX) < LIMIT


def test_linear_on_rows():
    check_packed_layer(on_rows(Linear(5, 3)), packed([3, 1, 0], 3))


def test_crf_layer_passes_all_four_gradients_on():
    layer, emissions = CRF(3), packed([2, 1], 3)
    layer.initialize()
    scores, backprop = layer(emissions, is_train=True)
    rng = numpy.random.RandomState(0)
    gradient = TagScores(packed([2, 1], 3, seed=4), *(rng.normal(size=s) for s in [3, (3, 3), 3]))
    assert scores.emissions is emissions
    assert backprop(gradient) is gradient.emissions
    for name in ("start", "transitions", "end"):
        assert (layer.get_param(name) == 0).all()
        numpy.testing.assert_array_equal(layer.get_grad(name), getattr(gradient, name))


def test_with_packed_puts_gradients_back_in_order():
    model = with_packed(Recurrent(3, 2))
    rng = numpy.random.RandomState(0)
    Xs = [rng.normal(size=(n, 2)) for n in (1, 3, 0, 2)]
    model.initialize(X=Xs)
    to_float64(model)
    Ys, backprop = model(Xs, is_train=True)
    dYs = [rng.normal(size=Y.shape) for Y in Ys]
    dXs = backprop([dY.copy() for dY in dYs])

    def loss():
        return sum(float((Y * dY).sum()) for Y, dY in zip(model.predict(Xs), dYs))

    for X, dX in zip(Xs, dXs):
        assert dX.shape == X.shape
        assert relative_error(numeric_gradient(loss, X), dX) < LIMIT
    check_params(model, loss)
