"""Spans without overlaps that are worth most together: weighted interval scheduling."""

from bisect import bisect_right
from typing import List, Optional

import numpy

from ..types import Floats1d, Ints1d, SpanBatch


def max_expected(spans: SpanBatch, gains: Floats1d) -> Ints1d:
    """The spans of each sequence that do not overlap and have the greatest sum of gains.

    spans (SpanBatch): The spans of a batch.
    gains (Floats1d): What each span is worth; only those above 0 are taken. *Shape:* `(nSpans,)`.
    RETURNS (Ints1d): Indexes of the spans taken, in their order.
    """
    chosen: List[int] = []
    for sequence in numpy.unique(spans.sequences):
        useful = numpy.flatnonzero((spans.sequences == sequence) & (gains > 0))
        useful = useful[numpy.argsort(spans.ends[useful], kind="stable")]
        ends, best = spans.ends[useful].tolist(), [0.0]
        take: List[Optional[int]] = []
        for n, index in enumerate(useful.tolist()):
            before = bisect_right(ends, int(spans.starts[index]), 0, n)
            take.append(before if best[before] + gains[index] > best[-1] else None)
            best.append(max(best[-1], best[before] + float(gains[index])))
        n = len(useful)
        while n:
            before_it = take[n - 1]
            if before_it is not None:
                chosen.append(int(useful[n - 1]))
            n = n - 1 if before_it is None else before_it
    return numpy.array(sorted(chosen), dtype="int64")
