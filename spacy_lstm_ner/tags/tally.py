"""Counts of what in the annotation cannot be taken as it stands."""

from collections import Counter
from dataclasses import dataclass, field
from typing import List

SHOWN = 5


@dataclass
class Tally:
    """Spans of one kind, by reason.

    counts (Counter): How many for each reason.
    shown (List[str]): The first few, with their text.
    """

    counts: Counter[str] = field(default_factory=Counter)
    shown: List[str] = field(default_factory=list)

    def add(self, text: str, reason: str) -> None:
        """Count one more.

        text (str): The span's text.
        reason (str): What is wrong with it.
        """
        self.counts[reason] += 1
        if len(self.shown) < SHOWN:
            self.shown.append(f"{text!r} ({reason})")

    def extend(self, other: "Tally") -> None:
        """Add the counts of another batch.

        other (Tally): What that batch had.
        """
        self.counts.update(other.counts)
        self.shown = (self.shown + other.shown)[:SHOWN]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())

    @property
    def listed(self) -> str:
        """The counts in words."""
        return ", ".join(f"{n} {why}" for why, n in sorted(self.counts.items()))


@dataclass
class Doubts:
    """What in the annotation cannot be taken as it stands, by kind.

    unlearnable (Tally): Gold entities that no path of tags can express.
    undeclared (Tally): Gold entities with a label that their Doc is not annotated for.
    negatives (Tally): Negative spans that teach nothing.
    """

    unlearnable: Tally = field(default_factory=Tally)
    undeclared: Tally = field(default_factory=Tally)
    negatives: Tally = field(default_factory=Tally)

    def extend(self, other: "Doubts") -> None:
        """Add those of another batch.

        other (Doubts): What that batch had.
        """
        self.unlearnable.extend(other.unlearnable)
        self.undeclared.extend(other.undeclared)
        self.negatives.extend(other.negatives)
