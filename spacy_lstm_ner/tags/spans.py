"""From tag ids to spans."""

from itertools import pairwise
from typing import List, NamedTuple, Optional, Sequence

import numpy

from ..types import Ints1d, SpanBatch
from .tagset import TagSet


class TagSpan(NamedTuple):
    """An entity as token offsets, end exclusive, and a label."""

    start: int
    end: int
    label: str


class ScoredSpan(NamedTuple):
    """A span as token offsets, end exclusive, a label, and how probable it is, if known."""

    start: int
    end: int
    label: str
    probability: Optional[float]


def spans_from_tags(tag_ids: Ints1d, lengths: Sequence[int], tagset: TagSet) -> SpanBatch:
    """Read the entities off paths, legal or not, as `conlleval` does: an entity goes on as long as
    the label stays, up to an L, a U or the Doc's end, or to where a B or U starts another one.

    tag_ids (Ints1d): One tag a token, Doc after Doc. *Shape:* `(N,)`.
    lengths (Sequence[int]): Tokens of each Doc. *Shape:* `(nB,)`.
    tagset (TagSet): The tags.
    RETURNS (SpanBatch): The entities, without probabilities.
    """
    ids = numpy.asarray(tag_ids, dtype="int64")
    doc_lengths = numpy.asarray(lengths, dtype="int64")
    doc_ends = numpy.cumsum(doc_lengths)
    firsts = doc_ends - doc_lengths
    labels = (ids - 1) // len(tagset.prefixes)  # -1 for O
    opens, closes = (numpy.isin(tagset.letters, list(letters))[ids] for letters in ("BU", "LU"))
    goes_on = (ids > 0) & ~opens  # the entity of the token before
    goes_on[1:] &= (labels[1:] == labels[:-1]) & ~closes[:-1]
    goes_on[firsts[firsts < len(ids)]] = False
    starts = numpy.flatnonzero((ids > 0) & ~goes_on)
    ends = numpy.flatnonzero((ids > 0) & ~numpy.append(goes_on[1:], False)) + 1
    sequences = numpy.searchsorted(doc_ends, starts, side="right")
    offsets = firsts[sequences]
    return SpanBatch(sequences, starts - offsets, ends - offsets, labels[starts])


def spans_by_doc(spans: SpanBatch, n_docs: int, tagset: TagSet) -> List[List[ScoredSpan]]:
    """Sort the spans of a batch by Doc.

    spans (SpanBatch): The spans, sorted by sequence.
    n_docs (int): Docs in the batch.
    tagset (TagSet): The tags.
    RETURNS (List[List[ScoredSpan]]): One list a Doc, in the order of `spans`.
    """
    labels = [tagset.labels[number] for number in spans.labels.tolist()]
    scores = [None] * len(labels) if spans.probabilities is None else spans.probabilities.tolist()
    listed = [*map(ScoredSpan, spans.starts.tolist(), spans.ends.tolist(), labels, scores)]
    bounds = numpy.searchsorted(spans.sequences, numpy.arange(n_docs + 1)).tolist()
    return [listed[begin:end] for begin, end in pairwise(bounds)]
