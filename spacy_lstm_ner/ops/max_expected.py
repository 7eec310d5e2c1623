"""Max-expected decoding: the set of spans that gains most, instead of the single best path.

If a span that is right with probability p gains p and one that is kept costs a threshold τ, the
set with the greatest sum of p − τ is the one with the greatest expected gain. Spans must not
overlap, which makes this weighted interval scheduling (Kleinberg & Tardos 2006, §6.1).
"""

from bisect import bisect_right
from typing import List, Sequence

import numpy

from ..types import Floats1d, Ints1d, SpanBatch


def max_expected(spans: SpanBatch, gains: Floats1d) -> Ints1d:
    """Choose the spans of each sequence that do not overlap and have the greatest sum of gains.

    Only a span with a gain above 0 is chosen. Where sums are equal, a span is left out if those
    that end before it (or end with it, and start before it or have a lower label) reach the sum
    without it. Sequences do not influence each other. The time is O(n log n) in spans.

    spans (SpanBatch): Candidates, in any order; they may overlap.
    gains (Floats1d): What each adds, such as its probability less a threshold. *Shape:*
        `(nSpans,)`.
    RETURNS (Ints1d): Places of the chosen spans in `spans`, rising.
    """
    candidates = numpy.flatnonzero(gains > 0)
    keys = (spans.labels, spans.starts, spans.ends, spans.sequences)
    order = candidates[numpy.lexsort([key[candidates] for key in keys])]
    cuts = numpy.flatnonzero(numpy.diff(spans.sequences[order])) + 1
    chosen: List[int] = []
    for own in numpy.split(order, cuts):  # the candidates of one sequence, by their ends
        columns = (spans.starts[own].tolist(), spans.ends[own].tolist(), gains[own].tolist())
        chosen.extend(own[_schedule(*columns)])
    return numpy.array(sorted(chosen), dtype="int64")


def _schedule(starts: Sequence[int], ends: Sequence[int], gains: Sequence[float]) -> List[int]:
    """Choose among the spans of one sequence, sorted by their ends."""
    # Of the first j spans: the greatest sum, and the j to go on with if span j - 1 is taken.
    sums, before = [0.0], [0]
    for j, start in enumerate(starts):
        before.append(bisect_right(ends, start, hi=j))
        sums.append(max(sums[j], sums[before[-1]] + gains[j]))
    chosen = []
    j = len(starts)
    while j:
        if sums[j] > sums[j - 1]:
            chosen.append(j - 1)
            j = before[j]
        else:
            j -= 1
    return chosen
