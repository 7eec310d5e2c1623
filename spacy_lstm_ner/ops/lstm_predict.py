"""The LSTM for prediction: the maths of `ops/lstm.py`, with nothing kept to go back by.

It differs from the definition in what it spares. What the gates get from the inputs is read block
by block, a few steps at a time, so that work stays in the processor's cache; and the directions
of a single sequence take their steps together.
"""

from functools import partial
from typing import Iterator, List, Sequence

from thinc.api import get_array_module

from ..types import Floats1d, Floats2d, Floats3d, Layout
from .predict import Predictor, Read, ReadyWay
from .ways import Way

BLOCK = 2048  # rows that are read at once, if a single step has not more of them


def prepare_lstm(ways: Sequence[Way]) -> Predictor:
    """Bring the weights of a layer into the form that prediction wants. As in `ops.lstm.lstm`, the
    rows of the gates i, f and o are halved, so that one tanh serves all gates.

    ways (Sequence[Way]): The directions: l2r, r2l, or both in this order.
    RETURNS (Predictor): The layer.
    """
    xp = get_array_module(ways[0].Wh)
    nH = ways[0].Wh.shape[1]
    half = xp.full((4 * nH,), 0.5, dtype=ways[0].Wh.dtype)
    half[2 * nH : 3 * nH] = 1.0
    WhT = xp.stack([(way.Wh * half[:, None]).T for way in ways])
    # In this order of the numbers BLAS is several times faster for the few new words of a text.
    WxT = [xp.ascontiguousarray((way.Wx * half[:, None]).T) for way in ways]
    ready = [
        ReadyWay(way.direction, WxT[d], way.b * half, partial(_run, WhT[d], half))
        for d, way in enumerate(ways)
    ]
    orders = [slice(None, None, 1 if way.direction == "l2r" else -1) for way in ways]
    return Predictor(ready, partial(_run_one_sequence, WhT, half, orders))


def _run(WhT: Floats2d, half: Floats1d, read: Read, layout: Layout) -> Floats2d:
    """Run one direction from zero states over every sequence, in the order of reading."""
    xp = get_array_module(WhT)
    nH, dtype = len(WhT), WhT.dtype
    nB = layout.size_at_t[0] if layout.steps else 0
    other_half = 1.0 - half
    Y = xp.empty((len(layout.ranks), nH), dtype=dtype)
    C, cells = (xp.empty((nB, nH), dtype=dtype) for _ in range(2))
    recurrent = xp.empty((nB, 4 * nH), dtype=dtype)
    Y_prev = None
    for block in _blocks(layout):
        start = block[0].start
        G = read(slice(start, block[-1].stop))
        for rows in block:
            n = rows.stop - rows.start
            Gt, Ct, buffer = G[rows.start - start : rows.stop - start], C[:n], cells[:n]
            if Y_prev is not None:
                Gt += xp.matmul(Y_prev[:n], WhT, out=recurrent[:n])
            xp.tanh(Gt, out=Gt)
            Gt *= half
            Gt += other_half
            xp.multiply(Gt[:, :nH], Gt[:, 2 * nH : 3 * nH], out=buffer)
            if Y_prev is None:
                Ct[:] = buffer
            else:
                Ct *= Gt[:, nH : 2 * nH]
                Ct += buffer
            xp.tanh(Ct, out=buffer)
            Y_prev = xp.multiply(Gt[:, 3 * nH :], buffer, out=Y[rows])
    return Y


def _run_one_sequence(
    WhT: Floats3d, half: Floats1d, orders: List[slice], A: List[Floats2d]
) -> Floats2d:
    """All directions take a step together: what such small steps cost is the calls."""
    xp = get_array_module(A[0])
    N, nD, nH, dtype = len(A[0]), len(A), WhT.shape[1], WhT.dtype
    other_half = 1.0 - half
    G = xp.stack(A, axis=1)[:, :, None]  # (N, nD, 1, 4 nH)
    gates = [G[..., k * nH : (k + 1) * nH] for k in range(4)]
    Y = xp.empty((N, nD, 1, nH), dtype=dtype)
    C = xp.zeros((nD, 1, nH), dtype=dtype)
    Y_prev = xp.zeros_like(C)
    add, multiply, tanh = xp.add, xp.multiply, xp.tanh
    for Gt, i, f, g, o, Yt in zip(G, *gates, Y):
        add(Gt, Y_prev @ WhT, out=Gt)
        tanh(Gt, out=Gt)
        multiply(Gt, half, out=Gt)
        add(Gt, other_half, out=Gt)
        C *= f
        C += i * g
        Y_prev = multiply(o, tanh(C), out=Yt)
    return xp.concatenate([Y[order, d, 0] for d, order in enumerate(orders)], axis=1)


def _blocks(layout: Layout) -> Iterator[List[slice]]:
    """The steps, several at a time."""
    first = 0
    for t, rows in enumerate(layout.steps):
        if t > first and rows.stop - layout.steps[first].start > BLOCK:
            yield layout.steps[first:t]
            first = t
    if layout.steps:
        yield layout.steps[first:]
