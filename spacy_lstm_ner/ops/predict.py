"""Prediction of a recurrent layer with the kernel "numpy", for any cell.

A layer is made ready once, when its weights are known. The inputs' part of the gates is the same
for every token of a word, so where inputs are rows of words that come again and again it is
computed once a word and looked up.
"""

from dataclasses import dataclass
from functools import partial
from typing import Callable, List, Optional

from thinc.api import get_array_module

from ..types import Direction, Floats1d, Floats2d, Ints1d, Layout

# Gives a new array of what the gates get from the inputs, at some rows.
Read = Callable[[slice], Floats2d]


@dataclass(frozen=True, eq=False)
class ReadyWay:
    """The weights of one direction, made ready, for a cell of nG gates.

    direction (Direction): "l2r" or "r2l".
    WxT (Floats2d): Input weights. *Shape:* `(nI, nG * nH)`.
    b (Floats1d): Biases that are added to the inputs' part. *Shape:* `(nG * nH,)`.
    run (Callable[[Read, Layout], Floats2d]): Runs from zero states over every sequence, in the
        order of reading; gives the hidden states in this order. *Shape:* `(N, nH)`.
    """

    direction: Direction
    WxT: Floats2d
    b: Floats1d
    run: Callable[[Read, Layout], Floats2d]

    def project(self, X: Floats2d) -> Floats2d:
        """What the gates get from some rows of input.

        X (Floats2d): Inputs. *Shape:* `(N, nI)`.
        RETURNS (Floats2d): *Shape:* `(N, nG * nH)`.
        """
        A = X @ self.WxT
        A += self.b
        return A


@dataclass(frozen=True, eq=False)
class Predictor:
    """A layer made ready.

    ways (List[ReadyWay]): Its nD directions.
    run_one (Optional[Callable[[List[Floats2d]], Floats2d]]): A faster way for a single sequence,
        if the cell has one: from what the gates get in each direction, in the order of reading,
        to hidden states `(N, nD * nH)` in the order of the text.
    """

    ways: List[ReadyWay]
    run_one: Optional[Callable[[List[Floats2d]], Floats2d]] = None

    def project(self, X: Floats2d) -> Floats2d:
        """What the gates of all directions get from some rows of input.

        X (Floats2d): Inputs. *Shape:* `(nW, nI)`.
        RETURNS (Floats2d): *Shape:* `(nW, nD * nG * nH)`.
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

        A (Floats2d): What `project` gave. *Shape:* `(nW, nD * nG * nH)`.
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
        N, nD = len(layout.ranks), len(self.ways)
        if self.run_one is not None and len(layout.last_rows) == 1:
            return self.run_one([read(d, slice(0, N)) for d in range(nD)])
        Ys = []
        for d, way in enumerate(self.ways):
            Y = way.run(partial(read, d), layout)
            Ys.append(Y if way.direction == "l2r" else Y[layout.reversed_rows])
        return Ys[0] if nD == 1 else get_array_module(Ys[0]).concatenate(Ys, axis=1)
