"""Loss of spans that are known not to be in the output.

For a span with probability `P` the loss is `−log(1 − P)`. Its gradient by any score is
`c · (E[· | span] − E[·])` with `c = P / (1 − P)`: expected counts in the paths that hold the span,
less those in all paths. Both come from one forward-backward over the sequences concerned, each
once as it is and once more for each of its spans, whose tags are forced there.
"""

from typing import Tuple

import numpy
from thinc.api import get_array_module, to_numpy

from ..types import (
    Bools2d,
    Constraints,
    Floats1d,
    Ints1d,
    Layout,
    Packed,
    SpanBatch,
    SpanTags,
    TagScores,
)
from .crf import posterior
from .expected import expected_counts
from .packing import pack_layout

# Where 1 - P is less, its logarithm is continued by the tangent: a loss of 19.4 at most. The
# difference of expected counts shrinks as 1 - P does and loses its last digits in float64 there.
FLOOR = 1e-8


def negative_loss(
    scores: TagScores,
    constraints: Constraints,
    allowed: Bools2d,
    span_tags: SpanTags,
    spans: SpanBatch,
) -> Tuple[float, TagScores]:
    """The negative log-probability that a span is not in the output, summed over spans, and its
    gradient.

    `allowed` are the tags that agree with the rest of the annotation. Then, by the chain rule,
    this loss and that of the annotation add up to the likelihood of both, and nothing is counted
    twice: a span that the annotation rules out has P = 0 and would cost nothing. Several spans of
    one sequence are taken as if they were independent.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    span_tags (SpanTags): The tags of each label.
    spans (SpanBatch): The spans.
    RETURNS (Tuple[float, TagScores]): The loss and its gradient.
    RAISES (ValueError): If constraints and mask leave a sequence, or a span, no path.
    """
    xp = get_array_module(scores.transitions)
    concerned, base = numpy.unique(spans.sequences, return_inverse=True)
    n = len(concerned)
    some, rows = _select(scores, numpy.concatenate([concerned, spans.sequences]))
    layout = some.emissions.layout
    mask = allowed[rows] & xp.asarray(_span_paths(layout, n, span_tags, spans, allowed.shape[1]))
    found = posterior(some, constraints, mask)
    log_z = numpy.empty(n + len(base))
    log_z[to_numpy(layout.sequences)] = to_numpy(found.log_partition)
    losses, c = minus_log1mexp(log_z[n:] - log_z[base])
    weights = numpy.concatenate([-numpy.bincount(base, c, n), c])
    counts = expected_counts(found, xp.asarray(weights)[layout.sequences])
    d_emissions = numpy.zeros(scores.emissions.data.shape)
    numpy.add.at(d_emissions, to_numpy(rows), to_numpy(counts.emissions.data))
    dtype = scores.transitions.dtype
    return float(losses.sum()), TagScores(
        emissions=Packed(xp.asarray(d_emissions.astype(dtype)), scores.emissions.layout),
        start=counts.start.astype(dtype),
        transitions=counts.transitions.astype(dtype),
        end=counts.end.astype(dtype),
    )


def minus_log1mexp(log_p: Floats1d) -> Tuple[Floats1d, Floats1d]:
    """`−log(1 − P)` without loss of digits (Mächler 2012), continued by its tangent where `1 − P`
    is below `FLOOR`.

    log_p (Floats1d): log P; what rounding left above 0 counts as 0. *Shape:* `(n,)`.
    RETURNS (Tuple[Floats1d, Floats1d]): The values and their derivatives by log P. *Shape:*
        `(n,)` each.
    """
    log_p = numpy.minimum(log_p, 0.0)
    p, rest = numpy.exp(log_p), -numpy.expm1(log_p)
    kept = numpy.maximum(rest, FLOOR)
    log_rest = numpy.where(p < 0.5, numpy.log1p(-numpy.minimum(p, 0.5)), numpy.log(kept))
    return (kept - rest) / FLOOR - log_rest, p / kept


def _select(scores: TagScores, sequences: Ints1d) -> Tuple[TagScores, Ints1d]:
    """The scores of some sequences of a batch, in this order, and the packed rows they have in
    the batch."""
    xp = get_array_module(scores.transitions)
    lengths = to_numpy(scores.emissions.layout.lengths).astype("int64")
    firsts, widths = (numpy.cumsum(lengths) - lengths)[sequences], lengths[sequences]
    layout = pack_layout(xp, widths)
    tokens = numpy.arange(widths.sum()) + numpy.repeat(
        firsts - numpy.cumsum(widths) + widths, widths
    )
    rows = scores.emissions.layout.packed_rows[xp.asarray(tokens)[layout.flat_rows]]
    emissions = Packed(scores.emissions.data[rows], layout)
    return TagScores(emissions, scores.start, scores.transitions, scores.end), rows


def _span_paths(
    layout: Layout, n: int, span_tags: SpanTags, spans: SpanBatch, nK: int
) -> numpy.ndarray:
    """A mask that forces the tags of one span in each sequence from number n on. *Shape:*
    `(N, nK)`, packed."""
    lengths = to_numpy(layout.lengths).astype("int64")
    firsts = (numpy.cumsum(lengths) - lengths)[n:] + spans.starts
    widths = spans.ends - spans.starts
    at = numpy.arange(widths.sum()) - numpy.repeat(numpy.cumsum(widths) - widths, widths)
    is_first, is_last = at == 0, at == numpy.repeat(widths, widths) - 1
    labels = numpy.repeat(spans.labels, widths)
    kinds, tags = [is_first], [span_tags.B[labels]]
    if span_tags.L is not None and span_tags.U is not None:
        kinds = [is_first & is_last, *kinds, is_last]
        tags = [span_tags.U[labels], *tags, span_tags.L[labels]]
    packed_rows = to_numpy(layout.packed_rows)
    rows = packed_rows[numpy.repeat(firsts, widths) + at]
    mask = numpy.ones((lengths.sum(), nK), dtype=bool)
    mask[rows] = False
    mask[rows, numpy.select(kinds, tags, span_tags.I[labels])] = True
    if span_tags.L is None:  # the next token says that the span is over
        has_next = spans.ends < lengths[n:]
        mask[packed_rows[(firsts + widths)[has_next]], span_tags.I[spans.labels[has_next]]] = False
    return mask
