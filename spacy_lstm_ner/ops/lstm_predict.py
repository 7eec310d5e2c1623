"""The LSTM for prediction: the maths of `ops/lstm.py`, with nothing kept to go back by.

It differs from the definition in what it spares. What the gates get from the inputs is read block
by block, a few steps at a time, so that work stays in the processor's cache. And where the inputs
are rows of words that come again and again, that part is a look-up: it is the same for every token
of a word.
"""

from dataclasses import dataclass
from functools import partial
from typing import Callable, Iterator, List, Sequence

from thinc.api import get_array_module

from ..types import Direction, Floats1d, Floats2d, Floats3d, Ints1d, Layout
from .ways import Way

BLOCK = 2048  # rows that are read at once, if a single step has not more of them


@dataclass(frozen=True, eq=False)
class ReadyWay:
    """The weights of one direction, made ready. As in `ops.lstm.lstm`, the rows of the gates i, f
    and o are halved, so that one tanh serves all gates.

    direction (Direction): "l2r" or "r2l".
    WxT (Floats2d): Input weights. *Shape:* `(nI, 4 nH)`.
    WhT (Floats2d): Recurrent weights. *Shape:* `(nH, 4 nH)`.
    b (Floats1d): Biases. *Shape:* `(4 nH,)`.
    half (Floats1d): 1/2 where a gate is a σ, 1 where it is a tanh. *Shape:* `(4 nH,)`.
    """

    direction: Direction
    WxT: Floats2d
    WhT: Floats2d
    b: Floats1d
    half: Floats1d

    def project(self, X: Floats2d) -> Floats2d:
        """What the gates get from some rows of input.

        X (Floats2d): Inputs. *Shape:* `(N, nI)`.
        RETURNS (Floats2d): *Shape:* `(N, 4 nH)`.
        """
        A = X @ self.WxT
        A += self.b
        return A

    def run(self, read: Callable[[slice], Floats2d], layout: Layout) -> Floats2d:
        """Run from zero states over every sequence, in the order of reading.

        read (Callable[[slice], Floats2d]): Gives a new array of what the gates get from the inputs
            at some rows.
        layout (Layout): Where the tokens stand.
        RETURNS (Floats2d): Hidden states, in the order of reading. *Shape:* `(N, nH)`.
        """
        xp = get_array_module(self.WhT)
        nH, dtype = len(self.WhT), self.WhT.dtype
        nB = layout.size_at_t[0] if layout.steps else 0
        other_half = 1.0 - self.half
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
                    Gt += xp.matmul(Y_prev[:n], self.WhT, out=recurrent[:n])
                xp.tanh(Gt, out=Gt)
                Gt *= self.half
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


@dataclass(frozen=True, eq=False)
class LSTMPredictor:
    """A layer made ready by `prepare_lstm`.

    ways (List[ReadyWay]): Its directions.
    WhT (Floats3d): Their recurrent weights in one array. *Shape:* `(nD, nH, 4 nH)`.
    """

    ways: List[ReadyWay]
    WhT: Floats3d

    def project(self, X: Floats2d) -> Floats2d:
        """What the gates of all directions get from some rows of input.

        X (Floats2d): Inputs. *Shape:* `(nW, nI)`.
        RETURNS (Floats2d): *Shape:* `(nW, nD * 4 nH)`.
        """
        return get_array_module(X).concatenate([way.project(X) for way in self.ways], axis=1)

    def predict(self, X: Floats2d, layout: Layout) -> Floats2d:
        """Run the layer from zero states over every sequence.

        X (Floats2d): Packed inputs. *Shape:* `(N, nI)`.
        layout (Layout): Where the tokens stand.
        RETURNS (Floats2d): Hidden states, a direction beside the other. *Shape:* `(N, nD * nH)`.
        """

        def read(d: int, rows: slice) -> Floats2d:
            way = self.ways[d]
            is_l2r = way.direction == "l2r"
            return way.project(X[rows] if is_l2r else X.take(layout.reversed_rows[rows], axis=0))

        return self._run(read, layout)

    def predict_projected(self, A: Floats2d, index: Ints1d, layout: Layout) -> Floats2d:
        """Run the layer on rows that were projected before.

        A (Floats2d): What `project` gave. *Shape:* `(nW, nD * 4 nH)`.
        index (Ints1d): The row of each token, on packed rows. *Shape:* `(N,)`.
        layout (Layout): Where the tokens stand.
        RETURNS (Floats2d): As `predict` gives for rows of input. *Shape:* `(N, nD * nH)`.
        """
        nD = len(self.ways)
        by_way = A.reshape(len(A) * nD, A.shape[1] // nD)
        places = [
            nD * (index if way.direction == "l2r" else index[layout.reversed_rows]) + d
            for d, way in enumerate(self.ways)
        ]
        return self._run(lambda d, rows: by_way.take(places[d][rows], axis=0), layout)

    def _run(self, read: Callable[[int, slice], Floats2d], layout: Layout) -> Floats2d:
        N, nH = len(layout.ranks), len(self.ways[0].WhT)
        if len(layout.last_rows) == 1:
            A = [read(d, slice(0, N)) for d in range(len(self.ways))]
            return self._run_one_sequence(A)
        xp = get_array_module(self.ways[0].WhT)
        out = xp.empty((N, len(self.ways) * nH), dtype=self.ways[0].WhT.dtype)
        for d, way in enumerate(self.ways):
            Y = way.run(partial(read, d), layout)
            out[:, d * nH : (d + 1) * nH] = Y if way.direction == "l2r" else Y[layout.reversed_rows]
        return out

    def _run_one_sequence(self, A: List[Floats2d]) -> Floats2d:
        """All directions take a step together: what such small steps cost is the calls."""
        xp = get_array_module(A[0])
        N, nD, nH, dtype = len(A[0]), len(A), len(self.ways[0].WhT), self.WhT.dtype
        half = self.ways[0].half
        other_half = 1.0 - half
        G = xp.stack(A, axis=1)[:, :, None]  # (N, nD, 1, 4 nH)
        gates = [G[..., k * nH : (k + 1) * nH] for k in range(4)]
        Y = xp.empty((N, nD, 1, nH), dtype=dtype)
        C = xp.zeros((nD, 1, nH), dtype=dtype)
        Y_prev = xp.zeros_like(C)
        add, multiply, tanh, WhT = xp.add, xp.multiply, xp.tanh, self.WhT
        for Gt, i, f, g, o, Yt in zip(G, *gates, Y):
            add(Gt, Y_prev @ WhT, out=Gt)
            tanh(Gt, out=Gt)
            multiply(Gt, half, out=Gt)
            add(Gt, other_half, out=Gt)
            C *= f
            C += i * g
            Y_prev = multiply(o, tanh(C), out=Yt)
        steps = [slice(None, None, 1 if way.direction == "l2r" else -1) for way in self.ways]
        return xp.concatenate([Y[order, d, 0] for d, order in enumerate(steps)], axis=1)


def prepare_lstm(ways: Sequence[Way]) -> LSTMPredictor:
    """Bring the weights of a layer into the form that prediction wants.

    ways (Sequence[Way]): The directions: l2r, r2l, or both in this order.
    RETURNS (LSTMPredictor): The layer.
    """
    xp = get_array_module(ways[0].Wh)
    nH = ways[0].Wh.shape[1]
    half = xp.full((4 * nH,), 0.5, dtype=ways[0].Wh.dtype)
    half[2 * nH : 3 * nH] = 1.0
    WhT = xp.stack([(way.Wh * half[:, None]).T for way in ways])
    # In this order of the numbers BLAS is several times faster for the few new words of a text.
    WxT = [xp.ascontiguousarray((way.Wx * half[:, None]).T) for way in ways]
    ready = [
        ReadyWay(way.direction, WxT[d], WhT[d], way.b * half, half) for d, way in enumerate(ways)
    ]
    return LSTMPredictor(ready, WhT)


def _blocks(layout: Layout) -> Iterator[List[slice]]:
    """The steps, several at a time."""
    first = 0
    for t, rows in enumerate(layout.steps):
        if t > first and rows.stop - layout.steps[first].start > BLOCK:
            yield layout.steps[first:t]
            first = t
    if layout.steps:
        yield layout.steps[first:]
