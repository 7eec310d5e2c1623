"""From tag ids to spans."""

from itertools import pairwise
from typing import List, NamedTuple, Optional, Sequence

import numpy

from ..types import Ints1d, SpanBatch
from .tagset import PREFIXES, TagSet


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


def spans_from_tags(tag_ids: Ints1d, lengths: Sequence[int]) -> SpanBatch:
    """Read the entities off the legal paths of a batch.

    tag_ids (Ints1d): One tag a token, as constrained decoding gives them, Doc after Doc.
        *Shape:* `(N,)`.
    lengths (Sequence[int]): Tokens of each Doc. *Shape:* `(nB,)`.
    RETURNS (SpanBatch): The entities, without probabilities.
    """
    ids = numpy.asarray(tag_ids, dtype="int64")
    kind = numpy.where(ids > 0, (ids - 1) % len(PREFIXES), -1)  # place in PREFIXES
    B, _, L, U = range(len(PREFIXES))
    starts = numpy.flatnonzero((kind == B) | (kind == U))
    ends = numpy.flatnonzero((kind == L) | (kind == U)) + 1
    doc_lengths = numpy.asarray(lengths, dtype="int64")
    doc_ends = numpy.cumsum(doc_lengths)
    sequences = numpy.searchsorted(doc_ends, starts, side="right")
    offsets = (doc_ends - doc_lengths)[sequences]
    labels = (ids[starts] - 1) // len(PREFIXES)
    return SpanBatch(sequences, starts - offsets, ends - offsets, labels)


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
