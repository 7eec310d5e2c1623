"""From tag ids to spans."""

from typing import List, NamedTuple

import numpy

from ..types import Ints1d
from .tagset import PREFIXES, TagSet


class TagSpan(NamedTuple):
    """An entity as token offsets, end exclusive, and a label."""

    start: int
    end: int
    label: str


def spans_from_tags(tag_ids: Ints1d, tagset: TagSet) -> List[TagSpan]:
    """Read the entities off a legal path of tags.

    tag_ids (Ints1d): One tag a token, as constrained decoding gives them.
        *Shape:* `(T,)`.
    tagset (TagSet): The tags.
    RETURNS (List[TagSpan]): In their order.
    """
    ids = numpy.asarray(tag_ids, dtype="int64")
    kind = numpy.where(ids > 0, (ids - 1) % len(PREFIXES), -1)  # place in PREFIXES
    B, _, L, U = range(len(PREFIXES))
    starts = numpy.flatnonzero((kind == B) | (kind == U))
    ends = numpy.flatnonzero((kind == L) | (kind == U)) + 1
    labels = ((ids[starts] - 1) // len(PREFIXES)).tolist()
    return [
        TagSpan(start, end, tagset.labels[label])
        for start, end, label in zip(starts.tolist(), ends.tolist(), labels)
    ]
