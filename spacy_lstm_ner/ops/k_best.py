"""The k best paths through each sequence of a batch."""

from typing import List, Tuple

import numpy
from thinc.api import to_numpy

from ..types import Bools2d, Constraints, Ints1d, TagScores
from .lattice import make_lattice


def k_best(
    scores: TagScores, constraints: Constraints, allowed: Bools2d, k: int
) -> List[List[Tuple[Ints1d, float]]]:
    """The k best paths of each sequence among those that constraints and mask leave.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    k (int): How many; a sequence with fewer paths gives them all.
    RETURNS (List[List[Tuple[Ints1d, float]]]): Tag ids and score, best first, in the order of
        the batch.
    """
    lattice = make_lattice(scores, constraints, allowed)
    layout = lattice.layout
    emissions = to_numpy(lattice.emissions)[to_numpy(layout.packed_rows)]
    found, begin = [], 0
    for length in layout.lengths.tolist():
        rows = emissions[begin : begin + length]
        begin += length
        beams: List[List[Tuple[float, Tuple[int, ...]]]] = [[(0.0, ())]]
        for t, row in enumerate(rows):
            grown: List[List[Tuple[float, Tuple[int, ...]]]] = []
            for tag in numpy.flatnonzero(row > -numpy.inf).tolist():
                options = [
                    (score + row[tag] + (lattice.transitions[path[-1], tag] if t else 0), path)
                    for beam in beams
                    for score, path in beam
                ]
                options = [option for option in options if option[0] > -numpy.inf]
                best = sorted(options, key=lambda o: -o[0])[:k]
                grown.append([(score, (*path, tag)) for score, path in best])
            beams = grown
        ended = sorted((o for beam in beams for o in beam), key=lambda o: -o[0])[:k]
        found.append([(numpy.array(path, dtype="int32"), float(s)) for s, path in ended])
    return found
