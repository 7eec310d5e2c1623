"""Viterbi decoding over packed rows, for the whole batch at once."""

from ..types import Bools2d, Constraints, Ints1d, TagScores
from .lattice import make_lattice
from .max_plus import best_path, best_scores


def viterbi(scores: TagScores, constraints: Constraints, allowed: Bools2d) -> Ints1d:
    """The best path through each sequence among those that constraints and mask leave. Of equal
    paths, the one with the lower tag ids from the end on is taken.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    RETURNS (Ints1d): Tag ids, packed. *Shape:* `(N,)`.
    RAISES (ValueError): If a sequence has no path left.
    """
    lattice = make_lattice(scores, constraints, allowed, dtype=scores.transitions.dtype.name)
    return best_path(best_scores(lattice), lattice)
