"""Tags of a component: O, and those of the scheme for each label."""

from dataclasses import dataclass
from functools import cached_property
from typing import Dict, List, Tuple

import numpy

from ..errors import Errors
from ..types import SpanTags, TagScheme

PREFIXES: Dict[TagScheme, Tuple[str, ...]] = {
    "biluo": ("B", "I", "L", "U"),
    "iob2": ("B", "I"),
}
O = 0  # noqa: E741  (the tag's name everywhere)


@dataclass(frozen=True)
class TagSet:
    """The ordered tags of a component. In BILUO (Ratinov & Roth 2009) an entity is U, or B, any
    number of I, and L; in IOB2 (Tjong Kim Sang & Veenstra 1999) it is B and any number of I.

    Tag 0 is O; each label owns one tag for each prefix of the scheme, in the order of the labels.
    A new label goes to the end, so the ids of the others stay.

    labels (Tuple[str, ...]): The labels in their order.
    scheme (TagScheme): "biluo" or "iob2".
    constrained (bool): Whether the scheme's rules hold. If not, any tag may follow any other.
    """

    labels: Tuple[str, ...]
    scheme: TagScheme = "biluo"
    constrained: bool = True

    def __len__(self) -> int:
        return 1 + len(self.prefixes) * len(self.labels)

    @property
    def prefixes(self) -> Tuple[str, ...]:
        """The letters of the scheme, O apart."""
        return PREFIXES[self.scheme]

    @property
    def may_hold_space(self) -> bool:
        """Whether an entity may have white space inside: only the rules of BILUO see to it that
        the entity goes on after it."""
        return self.constrained and self.scheme == "biluo"

    @cached_property
    def names(self) -> List[str]:
        """The tags' names: "O", "B-PERSON" …"""
        return ["O"] + [f"{prefix}-{label}" for label in self.labels for prefix in self.prefixes]

    @cached_property
    def letters(self) -> numpy.ndarray:
        """The first letter of each tag. *Shape:* `(nK,)`."""
        return numpy.array(["O", *self.prefixes * len(self.labels)])

    @property
    def span_tags(self) -> SpanTags:
        """The ids of each label's tags, in the order of the labels.

        RAISES (ValueError): If the tags are not constrained.
        """
        self.check_constrained()
        ids = numpy.arange(1, len(self)).reshape(len(self.labels), len(self.prefixes))
        return SpanTags(*ids.T)

    def check_constrained(self) -> None:
        """RAISES (ValueError): If the tags are not constrained. Then many paths mean the same
        entities, and the probability of no path is that of a span or a reading."""
        if not self.constrained:
            raise ValueError(Errors.FREE_TAGS)

    def id_of(self, prefix: str, label: str) -> int:
        """The id of a tag.

        prefix (str): One of the scheme's.
        label (str): A label of this set.
        RETURNS (int): The tag's id.
        RAISES (ValueError): If prefix or label are unknown.
        """
        prefixes = self.prefixes
        try:
            return 1 + len(prefixes) * self.labels.index(label) + prefixes.index(prefix)
        except ValueError:
            raise ValueError(
                Errors.TAG.format(
                    tag=f"{prefix}-{label}",
                    scheme=self.scheme.upper(),
                    labels=", ".join(self.labels),
                    prefixes=" ".join(f"{known}-" for known in prefixes),
                )
            ) from None

    def ids_of(self, label: str) -> slice:
        """The ids of all tags of a label.

        label (str): A label of this set.
        RETURNS (slice): Where they stand among the tags.
        RAISES (ValueError): If the label is unknown.
        """
        first = self.id_of(self.prefixes[0], label)
        return slice(first, first + len(self.prefixes))

    def ids_of_span(self, length: int, label: str) -> List[int]:
        """The tags of an entity: U, or B, I …, L; in IOB2 B, I ….

        length (int): Its tokens, at least one.
        label (str): Its label.
        RETURNS (List[int]): Tag ids. *Shape:* `(length,)`.
        """
        B = self.id_of("B", label)
        if self.scheme == "iob2":
            return [B, *[B + 1] * (length - 1)]
        if length == 1:
            return [self.id_of("U", label)]
        return [B, *[B + 1] * (length - 2), B + 2]

    def set_span(self, mask: numpy.ndarray, start: int, end: int, label: str) -> None:
        """Leave the tokens of an entity its tags alone. In IOB2 only the next token says that an
        entity is over, so that token may not go on with it.

        mask (numpy.ndarray): Tags that each token of a Doc may have, changed in place. *Shape:*
            `(T, nK)`, bool.
        start (int): The entity's first token.
        end (int): The token after its last one.
        label (str): Its label.
        """
        mask[start:end] = False
        mask[numpy.arange(start, end), self.ids_of_span(end - start, label)] = True
        if self.scheme == "iob2" and end < len(mask):
            mask[end, self.id_of("I", label)] = False
