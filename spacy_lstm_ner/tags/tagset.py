"""Tags of a component: O, and B- I- L- U- for each label."""

from dataclasses import dataclass
from functools import cached_property
from typing import List, Tuple

import numpy

from ..errors import Errors
from ..types import SpanTags

PREFIXES = ("B", "I", "L", "U")
O = 0  # noqa: E741  (the tag's name everywhere)


@dataclass(frozen=True)
class TagSet:
    """The ordered tags of a component, in the BILUO scheme (Ratinov & Roth 2009).

    Tag 0 is O; label number `l` owns the tags `1 + 4 l` to `4 + 4 l` for B, I, L and U. A new
    label goes to the end, so the ids of the others stay.

    labels (Tuple[str, ...]): The labels in their order.
    """

    labels: Tuple[str, ...]

    def __len__(self) -> int:
        return 1 + len(PREFIXES) * len(self.labels)

    @cached_property
    def names(self) -> List[str]:
        """The tags' names: "O", "B-PERSON" …"""
        return ["O"] + [f"{prefix}-{label}" for label in self.labels for prefix in PREFIXES]

    @cached_property
    def span_tags(self) -> SpanTags:
        """The ids of B, I, L and U of each label, in the order of the labels."""
        ids = numpy.arange(1, len(self)).reshape(len(self.labels), len(PREFIXES))
        return SpanTags(*ids.T)

    def id_of(self, prefix: str, label: str) -> int:
        """The id of a tag.

        prefix (str): One of B, I, L, U.
        label (str): A label of this set.
        RETURNS (int): The tag's id.
        RAISES (ValueError): If prefix or label are unknown.
        """
        try:
            return 1 + len(PREFIXES) * self.labels.index(label) + PREFIXES.index(prefix)
        except ValueError:
            tag = f"{prefix}-{label}"
            labels = ", ".join(self.labels)
            raise ValueError(Errors.TAG.format(tag=tag, labels=labels)) from None

    def ids_of_span(self, length: int, label: str) -> List[int]:
        """The tags of an entity: U, or B, I …, L.

        length (int): Its tokens, at least one.
        label (str): Its label.
        RETURNS (List[int]): Tag ids. *Shape:* `(length,)`.
        """
        if length == 1:
            return [self.id_of("U", label)]
        B = self.id_of("B", label)
        return [B, *[B + 1] * (length - 2), B + 2]
