"""A recurrent layer reads one way, or both."""

from typing import NamedTuple

from ..types import Direction, Floats1d, Floats2d


class Way(NamedTuple):
    """One direction of a layer and the weights it reads with, for a cell of nG gates.

    direction (Direction): "l2r" or "r2l".
    Wx (Floats2d): Input weights. *Shape:* `(nG * nH, nI)`.
    Wh (Floats2d): Recurrent weights. *Shape:* `(nG * nH, nH)`.
    b (Floats1d): Biases. *Shape:* `(nG * nH,)`.
    """

    direction: Direction
    Wx: Floats2d
    Wh: Floats2d
    b: Floats1d
