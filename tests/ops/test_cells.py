"""Every cell against its textbook, numerical gradients and torch."""

import numpy
import pytest
import torch

from spacy_lstm_ner.ops.cells import CELLS
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.ops.ways import Way

from .. import reference
from ..gradients import LIMIT, numeric_gradient, relative_error

LENGTHS = [[7, 4, 2, 1, 0], [0, 1, 3], [1], [5], [1, 1, 1], [0, 2, 0, 9, 2]]
TORCH = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "irnn": "RNN"}


@pytest.fixture(params=CELLS)
def cell(request):
    return request.param


def params(cell, nI, nH, seed=0, dtype="float64"):
    rng, (gates, biases, *_) = numpy.random.RandomState(seed), CELLS[cell]
    shapes = [(len(gates) * nH, nI), (len(gates) * nH, nH), (len(biases) * nH,)]
    return [0.5 * rng.normal(size=shape).astype(dtype) for shape in shapes]


def inputs(lengths, width, seed=1, dtype="float64"):
    return numpy.random.RandomState(seed).normal(size=(sum(lengths), width)).astype(dtype)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_forward_equals_the_textbook(cell, lengths):
    weights = params(cell, 3, 5)
    Xf, layout = inputs(lengths, 3), pack_layout(numpy, lengths)
    Y, _ = CELLS[cell].forward(Xf[layout.flat_rows], *weights, layout)
    ends = numpy.cumsum(lengths)[:-1]
    for X, found in zip(numpy.split(Xf, ends), numpy.split(Y[layout.packed_rows], ends)):
        numpy.testing.assert_allclose(found, reference.CELLS[cell](X, *weights), atol=1e-12)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_backward_equals_numeric_gradients(cell, lengths):
    Wx, Wh, b = params(cell, 3, 4)
    layout, X, dY = pack_layout(numpy, lengths), inputs(lengths, 3), inputs(lengths, 4, seed=2)

    def loss():
        return float((CELLS[cell].forward(X, Wx, Wh, b, layout)[0] * dY).sum())

    _, trace = CELLS[cell].forward(X, Wx, Wh, b, layout)
    found = CELLS[cell].backprop(dY, Wx, Wh, layout, trace)
    for array, gradient in zip((X, Wx, Wh, b), found):
        assert gradient.shape == array.shape
        assert relative_error(numeric_gradient(loss, array), gradient) < LIMIT


def test_gradients_of_states_hold_all_that_comes_later(cell):
    """Central differences by a push at each state from outside."""
    Wx, Wh, b = params(cell, 2, 3)
    layout, X, dY = pack_layout(numpy, [6]), inputs([6], 2), inputs([6], 3, seed=2)
    pushes = numpy.zeros((6, 3))

    def loss():
        return float((reference.CELLS[cell](X, Wx, Wh, b, pushes) * dY).sum())

    _, trace = CELLS[cell].forward(X, Wx, Wh, b, layout)
    found = CELLS[cell].backprop(dY, Wx, Wh, layout, trace).Y
    assert relative_error(numeric_gradient(loss, pushes), found) < LIMIT


@pytest.mark.parametrize("lengths", [[9, 4, 1, 30], [5]])
def test_parity_with_torch_in_float32(cell, lengths):
    nI, nH = 6, 8
    Wx, Wh, b = params(cell, nI, nH, dtype="float32")
    options = {"nonlinearity": "relu"} if cell == "irnn" else {}
    twin = getattr(torch.nn, TORCH[cell])(nI, nH, **options)
    size = len(Wx)
    with torch.no_grad():
        twin.weight_ih_l0.copy_(torch.from_numpy(Wx))
        twin.weight_hh_l0.copy_(torch.from_numpy(Wh))
        twin.bias_ih_l0.copy_(torch.from_numpy(b[:size]))
        twin.bias_hh_l0.zero_()
        if cell == "gru":
            twin.bias_hh_l0[2 * nH :] = torch.from_numpy(b[size:])
    Xf, layout = inputs(lengths, nI, dtype="float32"), pack_layout(numpy, lengths)
    dYf = inputs(lengths, nH, seed=3, dtype="float32")
    X_torch = torch.from_numpy(Xf).requires_grad_()
    Y_torch = torch.cat([twin(X[:, None])[0][:, 0] for X in X_torch.split(lengths)])
    Y_torch.backward(torch.from_numpy(dYf))

    Y, trace = CELLS[cell].forward(Xf[layout.flat_rows], Wx, Wh, b, layout)
    found = CELLS[cell].backprop(dYf[layout.flat_rows], Wx, Wh, layout, trace)
    assert relative_error(Y_torch.detach().numpy(), Y[layout.packed_rows]) < 1e-5
    db = twin.bias_ih_l0.grad.numpy()
    if cell == "gru":
        db = numpy.concatenate([db, twin.bias_hh_l0.grad.numpy()[2 * nH :]])
    expected = [twin.weight_ih_l0.grad, twin.weight_hh_l0.grad, db, X_torch.grad]
    ours = [found.Wx, found.Wh, found.b, found.X[layout.packed_rows]]
    for theirs, gradient in zip(expected, ours):
        assert gradient.dtype == numpy.float32
        assert relative_error(numpy.asarray(theirs), gradient) < 1e-5


@pytest.mark.parametrize("lengths", [*LENGTHS, [], [0, 0]])
@pytest.mark.parametrize("directions", [["l2r"], ["r2l"], ["l2r", "r2l"]])
def test_prediction_equals_the_forward_pass(cell, lengths, directions):
    """From inputs, and from rows of words that were projected before."""
    ways = [Way(name, *params(cell, 3, 5, seed=n)) for n, name in enumerate(directions)]
    layout, words = pack_layout(numpy, lengths), inputs([9], 3)
    index = numpy.random.RandomState(0).randint(2, 7, size=sum(lengths))
    X, Ys = words[index], []
    for name, *weights in ways:
        order = layout.reversed_rows if name == "r2l" else slice(None)
        Ys.append(CELLS[cell].forward(X[order], *weights, layout)[0][order])
    ready = CELLS[cell].prepare(ways)
    A = ready.project(words)
    before = A.copy()
    found = ready.predict_projected(A, index, layout)
    numpy.testing.assert_array_equal(A, before)
    numpy.testing.assert_allclose(found, numpy.concatenate(Ys, axis=1), atol=1e-12)
    numpy.testing.assert_allclose(ready.predict(X, layout), found, atol=1e-12)


def test_one_step_has_no_recurrent_gradient(cell):
    Wx, Wh, b = params(cell, 2, 3)
    layout, X = pack_layout(numpy, [1, 1]), inputs([1, 1], 2)
    Y, trace = CELLS[cell].forward(X, Wx, Wh, b, layout)
    assert (CELLS[cell].backprop(numpy.ones_like(Y), Wx, Wh, layout, trace).Wh == 0).all()


def test_bptt_clip_limits_what_a_step_hands_back(cell):
    """What the second token hands to the first is cut, and nothing else is."""
    Wx, Wh, b = params(cell, 2, 3)
    layout, X = pack_layout(numpy, [2, 1]), inputs([2, 1], 2)
    dY = numpy.array([[0.5, 0.25, 0.0], [1.0, 2.0, 3.0], [50.0, -80.0, 30.0]])
    _, trace = CELLS[cell].forward(X, Wx, Wh, b, layout)
    free, loose, tight = (
        CELLS[cell].backprop(dY, Wx, Wh, layout, trace, bptt_clip=limit)
        for limit in (None, 1e6, 0.5)
    )
    for a, c in zip(free, loose):
        numpy.testing.assert_array_equal(a, c)
    message = free.Y[0] - dY[0]
    assert (numpy.abs(message) > 0.5).any()
    numpy.testing.assert_allclose(tight.Y[0], dY[0] + numpy.clip(message, -0.5, 0.5), atol=1e-12)
    numpy.testing.assert_array_equal(tight.Y[1:], dY[1:])
    alone = CELLS[cell].forward(X[:1], Wx, Wh, b, pack_layout(numpy, [1]))[1]
    if cell != "lstm":  # whose cells carry messages of their own: tests/ops/test_lstm.py
        first = CELLS[cell].backprop(tight.Y[:1], Wx, Wh, pack_layout(numpy, [1]), alone)
        numpy.testing.assert_allclose(tight.X[0], first.X[0], atol=1e-12)
        assert tight.clipped == (numpy.abs(message) > 0.5).mean()


def test_arguments_are_left_alone(cell):
    arrays = [inputs([3, 2], 4), *params(cell, 4, 3)]
    keep = [array.copy() for array in arrays]
    layout = pack_layout(numpy, [3, 2])
    Y, trace = CELLS[cell].forward(*arrays, layout)
    dY = inputs([3, 2], 3)
    keep_dY, keep_Y = dY.copy(), Y.copy()
    CELLS[cell].backprop(dY, arrays[1], arrays[2], layout, trace, bptt_clip=0.1)
    for array, before in zip([*arrays, dY, Y], [*keep, keep_dY, keep_Y]):
        numpy.testing.assert_array_equal(array, before)


def test_output_survives_a_second_call(cell):
    layout, weights = pack_layout(numpy, [3, 2]), params(cell, 4, 3)
    Y, _ = CELLS[cell].forward(inputs([3, 2], 4), *weights, layout)
    keep = Y.copy()
    CELLS[cell].forward(inputs([3, 2], 4, seed=9), *weights, layout)
    numpy.testing.assert_array_equal(Y, keep)


def test_nan_in_fresh_memory_does_not_matter(cell, monkeypatch):
    layout, (Wx, Wh, b) = pack_layout(numpy, [4, 2, 0, 1]), params(cell, 3, 2)
    X, dY = inputs([4, 2, 1], 3), inputs([4, 2, 1], 2)

    def both_passes():
        Y, trace = CELLS[cell].forward(X, Wx, Wh, b, layout)
        return [Y, *CELLS[cell].backprop(dY, Wx, Wh, layout, trace)]

    expected = both_passes()
    monkeypatch.setattr(numpy, "empty", lambda shape, dtype: numpy.full(shape, numpy.nan, dtype))
    monkeypatch.setattr(numpy, "empty_like", lambda x: numpy.full_like(x, numpy.nan))
    for ours, before in zip(both_passes(), expected):
        numpy.testing.assert_array_equal(ours, before)
