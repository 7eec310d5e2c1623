"""From Examples to gold masks: the tags that agree with the annotation."""

from collections import Counter
from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Tuple

import numpy
from spacy.tokens import Span
from spacy.training import Example

from .tagset import O, TagSet

SHOWN = 5


@dataclass
class Unlearnable:
    """Gold entities that no path of tags can express, by reason.

    counts (Counter): How many for each reason.
    shown (List[str]): The first few, with their text.
    """

    counts: Counter[str] = field(default_factory=Counter)
    shown: List[str] = field(default_factory=list)

    def add(self, text: str, reason: str) -> None:
        """Count one more.

        text (str): The entity's text.
        reason (str): Why it cannot be learned.
        """
        self.counts[reason] += 1
        if len(self.shown) < SHOWN:
            self.shown.append(f"{text!r} ({reason})")

    def extend(self, other: "Unlearnable") -> None:
        """Add the counts of another batch.

        other (Unlearnable): What that batch had.
        """
        self.counts.update(other.counts)
        self.shown = (self.shown + other.shown)[:SHOWN]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())


def gold_mask(
    examples: Sequence[Example], tagset: TagSet, structural: numpy.ndarray
) -> Tuple[numpy.ndarray, Unlearnable]:
    """Mark the tags that agree with the annotation: one where it is known, all where it is
    missing. A gold entity that cannot be learned counts as missing and is reported: one that
    does not align with the tokens, begins or ends with white space, crosses a sentence start,
    or has a label that the component lacks. What is left always has a path.

    examples (Sequence[Example]): The batch.
    tagset (TagSet): The tags.
    structural (numpy.ndarray): Tags that the predicted Docs allow at all. *Shape:* `(N, nK)`.
    RETURNS (Tuple[numpy.ndarray, Unlearnable]): The mask `(N, nK)`, bool, in the order of the
        batch, and what could not be learned.
    """
    mask = numpy.zeros_like(structural)
    unlearnable = Unlearnable()
    begin = 0
    for example in examples:
        ents, tags = example.get_aligned_ents_and_ner()
        missing = numpy.array([tag is None for tag in tags], dtype=bool)
        at, allowed = (array[begin : begin + len(tags)] for array in (mask, structural))
        at[missing] = True
        at[~missing, O] = True
        for ent in ents:
            reason = _why_not(ent, tagset, allowed)
            if reason:
                unlearnable.add(ent.text, reason)
                at[ent.start : ent.end] = True
            else:
                at[ent.start : ent.end] = False
                ids = tagset.ids_of_span(len(ent), ent.label_)
                at[numpy.arange(ent.start, ent.end), ids] = True
        aligned = {(ent.start_char, ent.end_char) for ent in ents}
        for ent in example.reference.ents:
            if (ent.start_char, ent.end_char) not in aligned:
                unlearnable.add(ent.text, "does not align with the tokens")
        begin += len(tags)
    return mask, unlearnable


def _why_not(ent: Span, tagset: TagSet, allowed: numpy.ndarray) -> Optional[str]:
    if ent.label_ not in tagset.labels:
        return f"unknown label {ent.label_}"
    if ent[0].is_space or ent[-1].is_space:
        return "begins or ends with white space"
    ids = tagset.ids_of_span(len(ent), ent.label_)
    if not allowed[numpy.arange(ent.start, ent.end), ids].all():
        return "crosses a sentence start"
    return None
