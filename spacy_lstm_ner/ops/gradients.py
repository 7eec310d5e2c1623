"""What a cell's backward pass gives, and the limit on what its steps hand to one another."""

from typing import NamedTuple, Optional

from thinc.api import get_array_module

from ..types import Floats1d, Floats2d


class Gradients(NamedTuple):
    """The gradients of one recurrent layer in one direction, for a cell of nG gates.

    X (Floats2d): Of the inputs. *Shape:* `(N, nI)`.
    Wx (Floats2d): Of the input weights. *Shape:* `(nG * nH, nI)`.
    Wh (Floats2d): Of the recurrent weights. *Shape:* `(nG * nH, nH)`.
    b (Floats1d): Of the biases. *Shape:* that of the biases.
    Y (Floats2d): Of the hidden states: what was given, and what came back through time on top.
        *Shape:* `(N, nH)`.
    clipped (float): The share of the numbers handed back through time that were over the limit.
    C (Optional[Floats2d]): Of the cells, with what came back through time; None where there are
        none. *Shape:* `(N, nH)`.
    """

    X: Floats2d
    Wx: Floats2d
    Wh: Floats2d
    b: Floats1d
    Y: Floats2d
    clipped: float
    C: Optional[Floats2d] = None


class TimeClip:
    """Limits, by value, the gradients that a step hands to the step before it, so that 32 becomes
    25 under a limit of 25. Counts how often."""

    def __init__(self, limit: Optional[float]) -> None:
        """Start to count.

        limit (Optional[float]): The greatest absolute value. None: there is none, and nothing is
            counted.
        """
        self.limit = limit
        self._handed = 0
        self._clipped = 0

    def __call__(self, dH: Floats2d) -> Floats2d:
        """Limit a message.

        dH (Floats2d): The gradient, changed in place.
        RETURNS (Floats2d): The same array.
        """
        if self.limit is not None:
            xp = get_array_module(dH)
            self._handed += dH.size
            self._clipped += int(xp.count_nonzero(xp.abs(dH) > self.limit))
            xp.clip(dH, -self.limit, self.limit, out=dH)
        return dH

    @property
    def share(self) -> float:
        """The share of all numbers so far that were over the limit."""
        return self._clipped / self._handed if self._handed else 0.0
