"""Sequences whose path is known: score and pairs without forward-backward."""

from dataclasses import dataclass

from thinc.api import get_array_module

from ..errors import Errors
from ..types import Bools1d, Bools2d, Constraints, Floats1d, Floats2d, Ints1d, TagScores


@dataclass(eq=False)
class KnownPaths:
    """The sequences of a batch that are left one tag at every token.

    is_known (Bools1d): Which ones they are, by rank. *Shape:* `(size_at_t[0],)`.
    scores (Floats1d): Score of the path, by rank; 0 where it is not known.
        *Shape:* `(size_at_t[0],)`.
    cells (Ints1d): The paths as places in the flattened emissions, `row nK + tag`.
    transitions (Floats2d): How often each pair is on the paths. *Shape:* `(nK, nK)`.
    """

    is_known: Bools1d
    scores: Floats1d
    cells: Ints1d
    transitions: Floats2d


def known_paths(scores: TagScores, constraints: Constraints, allowed: Bools2d) -> KnownPaths:
    """Find the sequences whose path is known, and what the path is worth.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    RETURNS (KnownPaths): In float64.
    RAISES (ValueError): If a known path breaks the constraints.
    """
    xp = get_array_module(scores.transitions)
    layout, nK = scores.emissions.layout, allowed.shape[1]
    n_alive = len(layout.last_rows)
    cells = xp.flatnonzero(allowed)
    rows = cells // nK
    is_choice = xp.bincount(rows, minlength=len(allowed)) != 1
    is_known = xp.bincount(layout.ranks, weights=is_choice, minlength=n_alive) == 0
    keep = is_known[layout.ranks[rows]]
    cells, rows = cells[keep], rows[keep]
    tags = xp.zeros(len(allowed), dtype="int64")
    tags[rows] = cells - rows * nK
    first = xp.flatnonzero(is_known)  # at the first step, row and rank are one
    last, later = layout.last_rows[first], rows[len(first) :]
    pairs = tags[layout.previous_rows[later - n_alive]] * nK + tags[later]
    start, transitions, end = (
        xp.where(rule, score, -xp.inf).astype("float64")
        for rule, score in (
            (constraints.start, scores.start),
            (constraints.transitions, scores.transitions),
            (constraints.end, scores.end),
        )
    )
    at = xp.zeros(len(allowed))
    at[rows] = scores.emissions.data.reshape(-1).take(cells)
    at[first] += start[tags[first]]
    at[later] += transitions.reshape(-1).take(pairs)
    at[last] += end[tags[last]]
    totals = xp.bincount(layout.ranks, weights=at, minlength=n_alive)
    broken = xp.flatnonzero(totals == -xp.inf)
    if broken.size:
        sequence = int(layout.sequences[broken[0]])
        raise ValueError(Errors.NO_PATH.format(sequence=sequence))
    expected = xp.bincount(pairs, minlength=nK * nK).reshape(nK, nK)
    return KnownPaths(is_known, totals, cells, expected)
