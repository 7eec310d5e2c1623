import numpy
import pytest
import torch

from spacy_lstm_ner.ops.lstm import backprop_lstm, lstm
from spacy_lstm_ner.ops.packing import pack_layout

from .. import reference
from ..gradients import LIMIT, numeric_gradient, relative_error

LENGTHS = [[7, 4, 2, 1, 0], [0, 1, 3], [1], [5], [1, 1, 1], [0, 2, 0, 9, 2]]


def params(nI, nH, seed=0, dtype="float64"):
    rng = numpy.random.RandomState(seed)
    shapes = [(4 * nH, nI), (4 * nH, nH), (4 * nH,)]
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def inputs(lengths, nI, seed=1, dtype="float64"):
    return numpy.random.RandomState(seed).normal(size=(sum(lengths), nI)).astype(dtype)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_forward_equals_the_textbook(lengths):
    Wx, Wh, b = params(3, 5)
    Xf, layout = inputs(lengths, 3), pack_layout(numpy, lengths)
    Y, _ = lstm(Xf[layout.flat_rows], Wx, Wh, b, layout)
    Ys = numpy.split(Y[layout.packed_rows], numpy.cumsum(lengths)[:-1])
    Xs = numpy.split(Xf, numpy.cumsum(lengths)[:-1])
    for X, Y in zip(Xs, Ys):
        expected = reference.lstm_one_sequence(X, Wx, Wh, b)
        numpy.testing.assert_allclose(Y, expected, atol=1e-12)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_backward_equals_numeric_gradients(lengths):
    Wx, Wh, b = params(3, 4)
    layout = pack_layout(numpy, lengths)
    X = inputs(lengths, 3)
    dY = inputs(lengths, 4, seed=2)

    def loss():
        return float((lstm(X, Wx, Wh, b, layout)[0] * dY).sum())

    _, trace = lstm(X, Wx, Wh, b, layout)
    found = backprop_lstm(dY, Wx, Wh, layout, trace)
    for array, gradient in zip((X, Wx, Wh, b), found):
        assert gradient.shape == array.shape
        assert relative_error(numeric_gradient(loss, array), gradient) < LIMIT


def test_parity_with_torch_in_float32():
    nI, nH, lengths = 6, 8, [9, 4, 1, 30]
    Wx, Wh, b = params(nI, nH, dtype="float32")
    Xf, layout = inputs(lengths, nI, dtype="float32"), pack_layout(numpy, lengths)
    dYf = inputs(lengths, nH, seed=3, dtype="float32")
    rnn = torch.nn.LSTM(nI, nH)
    with torch.no_grad():
        for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"), (Wx, Wh, b)):
            getattr(rnn, name).copy_(torch.from_numpy(value))
        rnn.bias_hh_l0.zero_()
    X_torch = torch.from_numpy(Xf).requires_grad_()
    Y_torch = torch.cat([rnn(X[:, None])[0][:, 0] for X in X_torch.split(lengths)])
    Y_torch.backward(torch.from_numpy(dYf))

    Y, trace = lstm(Xf[layout.flat_rows], Wx, Wh, b, layout)
    dX, *dW = backprop_lstm(dYf[layout.flat_rows], Wx, Wh, layout, trace)
    numpy.testing.assert_allclose(
        Y[layout.packed_rows], Y_torch.detach().numpy(), rtol=1e-5, atol=1e-6
    )
    expected = [X_torch.grad, rnn.weight_ih_l0.grad, rnn.weight_hh_l0.grad, rnn.bias_ih_l0.grad]
    for ours, theirs in zip([dX[layout.packed_rows], *dW], expected):
        assert ours.dtype == numpy.float32
        assert relative_error(theirs.numpy(), ours) < 1e-5


def test_one_step_has_no_recurrent_gradient():
    Wx, Wh, b = params(2, 3)
    layout = pack_layout(numpy, [1, 1])
    X = inputs([1, 1], 2)
    Y, trace = lstm(X, Wx, Wh, b, layout)
    _, _, dWh, _ = backprop_lstm(numpy.ones_like(Y), Wx, Wh, layout, trace)
    assert (dWh == 0).all()


def test_bptt_clip_limits_what_a_step_hands_back():
    """With a limit, the gradient at the first token is what the limited message gives: at most
    clip for each of h and c, through one step of the cell."""
    Wx, Wh, b = params(2, 3)
    layout = pack_layout(numpy, [2])
    X = inputs([2], 2)
    dY = numpy.array([[0.0, 0.0, 0.0], [50.0, -80.0, 3.0]])
    _, trace = lstm(X, Wx, Wh, b, layout)
    free = backprop_lstm(dY, Wx, Wh, layout, trace)
    loose = backprop_lstm(dY, Wx, Wh, layout, trace, bptt_clip=1e6)
    tight = backprop_lstm(dY, Wx, Wh, layout, trace, bptt_clip=0.5)
    for a, c in zip(free, loose):
        numpy.testing.assert_array_equal(a, c)
    # By hand: messages to step 0, cut to ±0.5, then one step back from there.
    nH = 3
    i, f, g, o = (trace.G[:, k * nH : (k + 1) * nH] for k in range(4))
    dC1 = dY[1] * o[1] * (1 - trace.tanhC[1] ** 2)
    dA1 = numpy.concatenate(
        [
            dC1 * g[1] * i[1] * (1 - i[1]),
            dC1 * trace.C[0] * f[1] * (1 - f[1]),
            dC1 * i[1] * (1 - g[1] ** 2),
            dY[1] * trace.tanhC[1] * o[1] * (1 - o[1]),
        ]
    )
    dh0, dc0 = numpy.clip(dA1 @ Wh, -0.5, 0.5), numpy.clip(dC1 * f[1], -0.5, 0.5)
    assert (numpy.abs(dA1 @ Wh) > 0.5).any()
    dC0 = dh0 * o[0] * (1 - trace.tanhC[0] ** 2) + dc0
    dA0 = numpy.concatenate(
        [
            dC0 * g[0] * i[0] * (1 - i[0]),
            numpy.zeros(nH),
            dC0 * i[0] * (1 - g[0] ** 2),
            dh0 * trace.tanhC[0] * o[0] * (1 - o[0]),
        ]
    )
    numpy.testing.assert_allclose(tight[0], numpy.array([dA0, dA1]) @ Wx, atol=1e-12)
    numpy.testing.assert_allclose(tight[3], dA0 + dA1, atol=1e-12)


def test_arguments_are_left_alone():
    arrays = [inputs([3, 2], 4), *params(4, 3)]
    keep = [array.copy() for array in arrays]
    layout = pack_layout(numpy, [3, 2])
    Y, trace = lstm(*arrays, layout)
    dY = inputs([3, 2], 3)
    keep_dY = dY.copy()
    backprop_lstm(dY, arrays[1], arrays[2], layout, trace, bptt_clip=0.1)
    for array, before in zip([*arrays, dY], [*keep, keep_dY]):
        numpy.testing.assert_array_equal(array, before)


def test_output_survives_a_second_call():
    layout, (Wx, Wh, b) = pack_layout(numpy, [3, 2]), params(4, 3)
    Y, trace = lstm(inputs([3, 2], 4), Wx, Wh, b, layout)
    keep, keep_C = Y.copy(), trace.C.copy()
    lstm(inputs([3, 2], 4, seed=9), Wx, Wh, b, layout)
    numpy.testing.assert_array_equal(Y, keep)
    numpy.testing.assert_array_equal(trace.C, keep_C)


def test_nan_in_fresh_memory_does_not_matter(monkeypatch):
    layout, (Wx, Wh, b) = pack_layout(numpy, [4, 2, 0, 1]), params(3, 2)
    X, dY = inputs([4, 2, 1], 3), inputs([4, 2, 1], 2)
    Y, trace = lstm(X, Wx, Wh, b, layout)
    expected = [Y, *backprop_lstm(dY, Wx, Wh, layout, trace)]
    monkeypatch.setattr(numpy, "empty", lambda shape, dtype: numpy.full(shape, numpy.nan, dtype))
    monkeypatch.setattr(numpy, "empty_like", lambda x: numpy.full_like(x, numpy.nan))
    Y, trace = lstm(X, Wx, Wh, b, layout)
    for ours, before in zip([Y, *backprop_lstm(dY, Wx, Wh, layout, trace)], expected):
        numpy.testing.assert_array_equal(ours, before)
