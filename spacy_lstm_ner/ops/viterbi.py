"""Viterbi decoding over packed rows, for the whole batch at once."""

from thinc.api import get_array_module

from ..errors import Errors
from ..types import Bools2d, Constraints, Ints1d, TagScores
from .lattice import make_lattice


def viterbi(scores: TagScores, constraints: Constraints, allowed: Bools2d) -> Ints1d:
    """The best path through each sequence among those that constraints and mask leave.

    Back-pointers are found on the way back, for the tags on the best path alone. The best
    scores are shifted to a maximum of zero at each step, so long sequences lose no precision.
    Of equal paths, the one with the lower tag ids from the end on is taken.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    RETURNS (Ints1d): Tag ids, packed. *Shape:* `(N,)`.
    RAISES (ValueError): If a sequence has no path left.
    """
    xp = get_array_module(scores.transitions)
    lattice = make_lattice(scores, constraints, allowed, dtype=scores.transitions.dtype.name)
    layout = lattice.layout
    from_next = xp.ascontiguousarray(lattice.transitions.T)  # [next, previous]
    best = lattice.emissions  # (N, nK): score of the best path that ends here in this tag
    for t, rows in enumerate(layout.steps):
        at = best[rows]  # (size_at_t[t], nK)
        if t >= 1:
            before = best[layout.steps[t - 1]][: len(at)]
            at += (before[:, None, :] + from_next).max(axis=2)
        top = at.max(axis=1, keepdims=True)
        if not xp.isfinite(top).all():
            rank = int(xp.flatnonzero(~xp.isfinite(top[:, 0]))[0])
            raise ValueError(Errors.NO_PATH.format(sequence=int(layout.sequences[rank])))
        at -= top
    tags = xp.zeros(best.shape[0], dtype="int32")
    tags[layout.last_rows] = best[layout.last_rows].argmax(axis=1)
    for t in range(len(layout.steps) - 1, 0, -1):
        rows, before = layout.steps[t], layout.steps[t - 1]
        into = best[before][: layout.size_at_t[t]] + from_next[tags[rows]]
        tags[before][: layout.size_at_t[t]] = into.argmax(axis=1)
    return tags
