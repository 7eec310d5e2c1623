"""The lattice: scores and constraints in one pair of arrays, `-inf` where no path may go."""

from dataclasses import dataclass

from thinc.api import get_array_module

from ..types import Bools2d, Constraints, Floats2d, Layout, TagScores


@dataclass(eq=False)
class Lattice:
    """All paths through a batch. `-inf` marks what is not allowed.

    emissions (Floats2d): Score of each tag at each token, with the start scores added at first
        tokens and the end scores at last ones. *Shape:* `(N, nK)`.
    transitions (Floats2d): `transitions[previous, next]`. *Shape:* `(nK, nK)`.
    layout (Layout): Where the tokens stand.
    """

    emissions: Floats2d
    transitions: Floats2d
    layout: Layout


def make_lattice(
    scores: TagScores, constraints: Constraints, allowed: Bools2d, *, dtype: str = "float64"
) -> Lattice:
    """Join scores, constraints and masks.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    dtype (str): Precision of the lattice.
    RETURNS (Lattice): New arrays; the arguments are left as they are.
    """
    xp = get_array_module(scores.transitions)
    layout = scores.emissions.layout
    first = layout.steps[0] if layout.steps else slice(0, 0)
    emissions = scores.emissions.data.astype(dtype)  # a copy
    if not allowed.all():
        xp.copyto(emissions, -xp.inf, where=~allowed)
    emissions[first] += xp.where(constraints.start, scores.start, -xp.inf)
    emissions[layout.last_rows] += xp.where(constraints.end, scores.end, -xp.inf)
    transitions = xp.where(constraints.transitions, scores.transitions, -xp.inf).astype(dtype)
    return Lattice(emissions, transitions, layout)
