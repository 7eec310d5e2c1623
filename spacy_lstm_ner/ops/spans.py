"""How sure the model is of spans and of whole sequences, exactly.

Given scores and masks, the paths of a CRF are a Markov chain (Lafferty, McCallum & Pereira 2001).
So the probability that a span is in the output is that of its first tag, times that of each next
tag given the one before: what constrained forward-backward (Culotta & McCallum 2004) finds for one
span at a time, without running it again.
"""

from typing import List, Optional, Tuple

import numpy
from thinc.api import get_array_module, to_numpy

from ..errors import Errors
from ..types import Floats1d, Floats2d, Ints1d, Posterior, SpanBatch, SpanTags
from .crf_log import log_entropy


def span_probabilities(posterior: Posterior, span_tags: SpanTags, spans: SpanBatch) -> Floats1d:
    """The probability of each span: that this very span with this label is in the output.

    posterior (Posterior): What forward-backward found.
    span_tags (SpanTags): The tags of each label.
    spans (SpanBatch): Any spans of the batch, in any order.
    RETURNS (Floats1d): 0 where no allowed path holds the span. *Shape:* `(nSpans,)`, float64.
    RAISES (ValueError): If a span is not inside its sequence, or its label does not exist.
    """
    lengths = to_numpy(posterior.layout.lengths)
    _check_spans(spans, lengths, len(span_tags.B))
    opens, units, moves = _span_chain(posterior, span_tags)
    first = (numpy.cumsum(lengths) - lengths)[spans.sequences] + spans.starts
    widths, labels = spans.ends - spans.starts, spans.labels
    found = numpy.where(widths == 1, units[first, labels], opens[first, labels])
    open_ = numpy.flatnonzero(widths > 1)
    last, before = first[open_], 0  # token read last; place of its tag in `moves`
    while open_.size:
        after = (widths[open_] == last - first[open_] + 2).astype(int)
        found[open_] *= moves[before, after, last, labels[open_]]
        open_, last, before = open_[after == 0], last[after == 0] + 1, 1
    return numpy.minimum(found, 1)


def likely_spans(
    posterior: Posterior,
    span_tags: SpanTags,
    *,
    min_probability: float,
    max_width: Optional[int],
) -> SpanBatch:
    """Every span that is in the output with at least this probability, overlapping ones included.

    Spans are grown to the right, all of the batch at once. One that is still open is dropped when
    its probability falls below `min_probability`, for no way to close it has more; so there are
    at most `1 / min_probability` open ones a token, and time is linear in tokens.

    posterior (Posterior): What forward-backward found.
    span_tags (SpanTags): The tags of each label.
    min_probability (float): From 0 to 1, compared up to rounding (1e-9 of it). Impossible spans
        are left out even at 0.
    max_width (Optional[int]): The most tokens that a span may have; None: no limit, which needs
        a min_probability above 0.
    RETURNS (SpanBatch): The spans with their probabilities.
    RAISES (ValueError): If the limits make no sense, or nothing is limited.
    """
    has_limit = max_width is not None or min_probability > 0
    if not (0 <= min_probability <= 1 and has_limit and (max_width is None or max_width >= 1)):
        raise ValueError(
            Errors.LIKELY_SPANS.format(min_probability=min_probability, max_width=max_width)
        )
    least = min_probability * (1 - 1e-9)
    opens, units, moves = _span_chain(posterior, span_tags)
    found: List[Tuple[Ints1d, ...]] = []  # first token, width, label, probability

    def likely(*columns: numpy.ndarray) -> Tuple[numpy.ndarray, ...]:
        keep = (columns[-1] >= least) & (columns[-1] > 0)
        return tuple(column[keep] for column in columns)

    first, labels = (index.reshape(-1) for index in numpy.indices(units.shape))
    found.append(likely(first, numpy.ones_like(first), labels, units.reshape(-1)))
    first, labels, mass = likely(first, labels, opens.reshape(-1))
    width, before = 1, 0
    while first.size and (max_width is None or width < max_width):
        last, width = first + width - 1, width + 1
        closed = mass * moves[before, 1, last, labels]
        found.append(likely(first, numpy.full_like(first, width), labels, closed))
        first, labels, mass = likely(first, labels, mass * moves[before, 0, last, labels])
        before = 1
    return _span_batch(posterior, *(numpy.concatenate(column) for column in zip(*found)))


def entropies(posterior: Posterior) -> Floats1d:
    """The entropy of each sequence's paths: 0 where only one is possible, log n where n are
    equally likely (Kim et al. 2006, "MMR-based active machine learning").

    By the chain rule, `H(y_1) + Σ H(y_t | y_{t-1})`. The logarithm of each conditional
    probability is split into its factors, so that no pair of tags is looked at on its own.

    posterior (Posterior): What forward-backward found.
    RETURNS (Floats1d): In nats, in the order of the batch. *Shape:* `(nB,)`, float64.
    """
    xp = get_array_module(posterior.marginals)
    chain, layout, marginals = posterior.chain, posterior.layout, posterior.marginals
    n_alive = len(layout.last_rows)
    with numpy.errstate(divide="ignore", invalid="ignore", over="ignore"):
        T_log_T = xp.where(chain.T > 0, chain.T * xp.log(chain.T), 0)
        after = (chain.alphas @ chain.T) * chain.onward  # marginals of the next row
        at = ((chain.alphas @ T_log_T) * chain.onward).sum(axis=1)
        at += _dot(after, xp.log(chain.onward)) - _dot(marginals, xp.log(marginals / chain.alphas))
        at[:n_alive] += _dot(marginals[:n_alive], xp.log(marginals[:n_alive]))
        found = -xp.bincount(layout.ranks, weights=at, minlength=n_alive)
    for rank, log_chain in chain.logs.items():
        found[rank] = log_entropy(xp, log_chain, marginals[layout.ranks == rank])
    in_order = numpy.zeros(len(layout.lengths))
    in_order[to_numpy(layout.sequences)] = numpy.maximum(to_numpy(found), 0)
    return in_order


def _dot(weights: Floats2d, values: Floats2d) -> Floats1d:
    """The dot product of each row; a weight of zero wins over any value."""
    xp = get_array_module(weights)
    return xp.where(weights > 0, weights * values, 0).sum(axis=1)


def _span_chain(
    posterior: Posterior, span_tags: SpanTags
) -> Tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """`opens` and `units`: the probabilities of B and U, `(N, nL)`. `moves[before, after]`: that
    of going on with I (after 0) or L (after 1) from B (before 0) or I (before 1) at a token,
    `(2, 2, N, nL)`. Tokens are in the order of the batch; nothing goes on from a last one.

    In IOB2 what is B or I turns out to be U or L if no I comes next."""
    order = posterior.layout.packed_rows

    def going_on(after: Ints1d) -> List[Floats2d]:
        found = (_conditionals(posterior, before, after) for before in span_tags[:2])
        return [to_numpy(by_row[order]) for by_row in found]

    opens = to_numpy(posterior.marginals[:, span_tags.B][order])
    inside = going_on(span_tags.I)
    if span_tags.L is not None:
        units = to_numpy(posterior.marginals[:, span_tags.U][order])
        last = going_on(span_tags.L)
    else:
        units = opens * (1 - inside[0])
        is_over = 1 - numpy.roll(inside[1], -1, axis=0)
        last = [move * is_over for move in inside]
    return opens, units, numpy.stack([numpy.stack(moves) for moves in zip(inside, last)])


def _conditionals(posterior: Posterior, before: Ints1d, after: Ints1d) -> Floats2d:
    """P(after[n] at the next row | before[n] at a row), `(N, n)`; 0 at last tokens."""
    xp = get_array_module(posterior.marginals)
    chain, layout = posterior.chain, posterior.layout
    with numpy.errstate(divide="ignore", invalid="ignore", over="ignore"):
        pairs = chain.alphas[:, before] * chain.T[before, after] * chain.onward[:, after]
        out = posterior.marginals[:, before]
        found = xp.where(out > 0, pairs / out, 0)
        for rank, logs in chain.logs.items():
            rows = xp.flatnonzero(layout.ranks == rank)[:-1]
            into, out = (logs.emissions + logs.betas)[1:, after], logs.betas[:-1, before]
            given = xp.exp(logs.transitions[before, after] + into - out)
            found[rows] = xp.where(out > -xp.inf, given, 0)
    return found


def _span_batch(
    posterior: Posterior, first: Ints1d, widths: Ints1d, labels: Ints1d, found: Floats1d
) -> SpanBatch:
    """Sort spans that are given by their first token in the batch."""
    lengths = to_numpy(posterior.layout.lengths)
    sequences = numpy.repeat(numpy.arange(len(lengths)), lengths)[first]
    starts = first - (numpy.cumsum(lengths) - lengths)[sequences]
    order = numpy.lexsort((labels, widths, first))
    columns = (sequences, starts, starts + widths, labels, numpy.minimum(found, 1))
    return SpanBatch(*(column[order] for column in columns))


def _check_spans(spans: SpanBatch, lengths: Ints1d, n_labels: int) -> None:
    known = (spans.sequences >= 0) & (spans.sequences < len(lengths))
    known &= (spans.labels >= 0) & (spans.labels < n_labels)
    known &= (spans.starts >= 0) & (spans.starts < spans.ends)
    at = numpy.where(known, spans.sequences, 0)
    known[known] = spans.ends[known] <= lengths[at[known]]
    if not known.all():
        wrong = int(numpy.flatnonzero(~known)[0])
        raise ValueError(
            Errors.NO_SUCH_SPAN.format(
                sequence=spans.sequences[wrong],
                start=spans.starts[wrong],
                end=spans.ends[wrong],
                label=spans.labels[wrong],
                n_labels=n_labels,
                n_sequences=len(lengths),
            )
        )
