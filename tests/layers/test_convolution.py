import numpy
import pytest
import torch

from spacy_lstm_ner.layers.convolution import MaxConvolution
from spacy_lstm_ner.types import Packed

from ..gradients import LIMIT, check_params, numeric_gradient, packed, relative_error, to_float64

LENGTHS = [[4, 2, 1, 0], [0, 1, 7], [3]]
SIZES = [[3], [1], [2], [2, 5, 3]]


def make(sizes, nI=3, nO=6):
    numpy.random.seed(0)
    layer = MaxConvolution(nO, sizes, nI)
    layer.initialize()
    return to_float64(layer)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("sizes", SIZES)
def test_numeric_gradients(sizes, lengths):
    layer, Xp = make(sizes), packed(lengths, 3)
    Y, backprop = layer(Xp, is_train=True)
    dY = numpy.random.RandomState(1).normal(size=Y.shape)
    dX = backprop(dY.copy()).data

    def loss():
        return float((layer.predict(Xp) * dY).sum())

    assert relative_error(numeric_gradient(loss, Xp.data), dX) < LIMIT
    check_params(layer, loss)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_equals_torch(size):
    """Conv1d on each sequence by itself, between zeros, and the maximum over its answers."""
    layer, lengths = make([size]), [5, 1, 3]
    Xp = packed(lengths, 3)
    Y, backprop = layer(Xp, is_train=True)
    dY = numpy.random.RandomState(1).normal(size=Y.shape)
    dX = backprop(dY.copy()).data[Xp.layout.packed_rows]
    conv = torch.nn.Conv1d(3, 6, size, dtype=torch.float64)
    W, b = layer.get_param(f"W{size}"), layer.get_param("b")
    conv.weight.data = torch.tensor(W.reshape(6, size, 3).transpose(0, 2, 1))
    conv.bias.data = torch.tensor(b)
    flat = torch.tensor(Xp.data[Xp.layout.packed_rows], requires_grad=True)
    answers = []
    for X in flat.split(lengths):
        padded = torch.nn.functional.pad(X.T, ((size - 1) // 2, size // 2))
        answers.append(conv(padded).max(dim=1).values)
    expected = torch.stack(answers)
    expected.backward(torch.tensor(dY))
    dW = conv.weight.grad.numpy().transpose(0, 2, 1).reshape(6, -1)
    numpy.testing.assert_allclose(Y, expected.detach().numpy(), atol=1e-12)
    numpy.testing.assert_allclose(dX, flat.grad.numpy(), atol=1e-12)
    numpy.testing.assert_allclose(layer.get_grad(f"W{size}"), dW, atol=1e-12)
    numpy.testing.assert_allclose(layer.get_grad("b"), conv.bias.grad.numpy(), atol=1e-12)


def test_several_sizes_are_the_single_ones_side_by_side():
    layer, Xp = make([4, 1, 3]), packed([3, 0, 5], 3)
    parts = []
    for place, size in enumerate([4, 1, 3]):
        one = make([size], nO=2)
        one.set_param(f"W{size}", layer.get_param(f"W{size}"))
        one.set_param("b", layer.get_param("b")[2 * place : 2 * place + 2])
        parts.append(one.predict(Xp))
    numpy.testing.assert_allclose(layer.predict(Xp), numpy.hstack(parts), atol=1e-12)


def test_of_equal_answers_the_first_learns():
    layer, Xp = make([1]), packed([3, 2], 3)
    Xp = Packed(numpy.ones_like(Xp.data), Xp.layout)
    Y, backprop = layer(Xp, is_train=True)
    dX = backprop(numpy.ones_like(Y)).data
    assert dX[: len(Xp.layout.last_rows)].all() and not dX[len(Xp.layout.last_rows) :].any()


def test_batch_mates_and_their_order_change_nothing():
    layer, lengths = make([2, 3]), [7, 4, 2, 1, 0]
    together = packed(lengths, 3)
    Xs = numpy.split(together.data[together.layout.packed_rows], numpy.cumsum(lengths)[:-1])
    Y = layer.predict(together)
    for X, y in zip(Xs, Y):
        alone = packed([len(X)], 3)
        numpy.testing.assert_allclose(layer.predict(Packed(X, alone.layout))[0], y, atol=1e-12)
    backwards = packed(lengths[::-1], 3)
    data = numpy.concatenate(Xs[::-1])[backwards.layout.flat_rows]
    numpy.testing.assert_allclose(
        layer.predict(Packed(data, backwards.layout))[::-1], Y, atol=1e-12
    )


def test_bytes():
    layer, Xp = make([2, 3]), packed([3, 1], 3)
    again = MaxConvolution(6, [2, 3], 3).from_bytes(layer.to_bytes())
    numpy.testing.assert_array_equal(again.predict(Xp), layer.predict(Xp))


def test_bad_options():
    for sizes in ([], [0], [3, 3]):
        with pytest.raises(ValueError, match="window_sizes was given .* different numbers"):
            MaxConvolution(6, sizes)
    for width in (0, 7):
        with pytest.raises(ValueError, match="a multiple of 2, the number of window sizes"):
            MaxConvolution(width, [2, 3])
    with pytest.raises(ValueError, match="its dimension nI is neither set"):
        MaxConvolution(6, [3]).initialize()
