"""Random lattices for the CRF's tests, and their enumeration."""

from typing import Any, Dict, List, Tuple

import numpy

from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.tags.constraints import scheme_constraints
from spacy_lstm_ner.tags.tagset import TagSet
from spacy_lstm_ner.types import Bools2d, Constraints, Packed, TagScores

from . import reference

NO_RULES = "none"


def make_constraints(kind: str, nK: int) -> Constraints:
    """BILUO rules for (nK - 1) / 4 labels, or no rules at all."""
    if kind == NO_RULES:
        yes = numpy.ones(nK, dtype=bool)
        return Constraints(yes, numpy.ones((nK, nK), dtype=bool), yes)
    return scheme_constraints(TagSet(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: (nK - 1) // 4])))


def make_scores(
    lengths: List[int], nK: int, seed: int, sd: float = 1.0, dtype: str = "float64"
) -> TagScores:
    """Normally distributed scores on packed rows."""
    rng = numpy.random.RandomState(seed)
    layout = pack_layout(numpy, lengths)

    def normal(*shape):
        return (sd * rng.normal(size=shape)).astype(dtype)

    emissions = Packed(normal(sum(lengths), nK), layout)
    return TagScores(emissions, normal(nK), normal(nK, nK), normal(nK))


def make_mask(scores: TagScores, constraints: Constraints, seed: int) -> Bools2d:
    """A random mask that leaves each sequence at least one path: a random legal path is drawn
    and always allowed."""
    rng = numpy.random.RandomState(seed)
    layout = scores.emissions.layout
    N, nK = scores.emissions.data.shape
    mask = rng.uniform(size=(N, nK)) < 0.5
    row_at = {}
    for row, rank in enumerate(layout.ranks):
        row_at.setdefault(int(rank), []).append(row)
    for rows in row_at.values():
        for row, tag in zip(rows, random_path(constraints, len(rows), rng)):
            mask[row, tag] = True
    return mask


def random_path(constraints: Constraints, T: int, rng: numpy.random.RandomState) -> List[int]:
    """A legal path, drawn backwards over what can still reach the end."""
    can_end = [constraints.end]
    for _ in range(T - 1):
        can_end.append((constraints.transitions & can_end[-1]).any(axis=1))
    can_end.reverse()
    path: List[int] = []
    for t in range(T):
        options = can_end[t] & (constraints.transitions[path[-1]] if path else constraints.start)
        path.append(int(rng.choice(numpy.flatnonzero(options))))
    return path


def enumerate_paths(
    scores: TagScores, constraints: Constraints, mask: Bools2d
) -> List[Tuple[List[Tuple[int, ...]], List[float], List[int]]]:
    """For each sequence of the batch: its legal paths, their scores, its packed rows."""
    layout = scores.emissions.layout
    found = []
    begin = 0
    for length in layout.lengths.tolist():
        rows = layout.packed_rows[begin : begin + length]
        begin += length
        paths = reference.legal_paths(
            length, mask[rows], constraints.start, constraints.transitions, constraints.end
        )
        emissions = scores.emissions.data[rows]
        arrays = (emissions, scores.start, scores.transitions, scores.end)
        found.append((paths, [reference.path_score(path, *arrays) for path in paths], rows))
    return found


def enumerate_posterior(
    scores: TagScores, constraints: Constraints, mask: Bools2d
) -> Dict[str, Any]:
    """The sums over all paths of a batch."""
    N, nK = scores.emissions.data.shape
    total: Dict[str, Any] = {
        "log_partition": 0.0,
        "marginals": numpy.zeros((N, nK)),
        "transitions": numpy.zeros((nK, nK)),
        "start": numpy.zeros(nK),
        "end": numpy.zeros(nK),
    }
    for paths, values, rows in enumerate_paths(scores, constraints, mask):
        one = reference.distribution(paths, values, len(rows), nK)
        total["marginals"][rows] = one.pop("marginals")
        for key, value in one.items():
            total[key] = total[key] + value
    return total
