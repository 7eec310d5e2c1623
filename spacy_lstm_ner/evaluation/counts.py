"""How many entities of each part of the data were found, and what became of the others."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional

from ..tags.spans import TagSpan
from .compare import GOLD_KINDS, KINDS, Kind, Match


class Comparison(NamedTuple):
    """The entities of one document, gold against predicted.

    gold (List[TagSpan]): `example.reference.ents`.
    predicted (List[TagSpan]): `example.predicted.ents`, in tokens of the reference.
    matches (List[Match]): How they agree.
    """

    gold: List[TagSpan]
    predicted: List[TagSpan]
    matches: List[Match]


@dataclass
class Counts:
    """Entities of one part of the data, by kind. Each gold and each predicted one counts once.

    gold (Counter[Kind]): Gold entities by what became of them.
    predicted (Counter[Kind]): Predicted entities by what they are.
    """

    gold: Counter[Kind] = field(default_factory=Counter)
    predicted: Counter[Kind] = field(default_factory=Counter)

    @property
    def n_gold(self) -> int:
        """Gold entities."""
        return self.gold.total()

    @property
    def n_predicted(self) -> int:
        """Predicted entities, without those that are not counted."""
        return self.predicted.total() - self.predicted["not_counted"]

    def scores(self) -> Dict[str, Optional[float]]:
        """Precision `p`, recall `r` and `f`, as spaCy's scorer has them: 0 where only gold or only
        predicted entities are; None where there is neither."""
        if not self.n_gold + self.n_predicted:
            return dict.fromkeys("prf")
        correct = self.gold["correct"]
        return {
            "p": correct / max(self.n_predicted, 1),
            "r": correct / max(self.n_gold, 1),
            "f": 2 * correct / (self.n_gold + self.n_predicted),
        }

    def in_short(self) -> Dict[str, int]:
        """The number of `gold` and `predicted` entities and of each kind, in entities of the side
        that can be of this kind, the gold side where both can: `gold` is the sum of correct to
        missed."""
        by_kind = {kind: (self.gold if kind in GOLD_KINDS else self.predicted) for kind in KINDS}
        numbers = {"gold": self.n_gold, "predicted": self.n_predicted}
        numbers.update((kind, side[kind]) for kind, side in by_kind.items())
        return numbers

    def in_full(self) -> Dict[str, Any]:
        """The scores, and both sides by kind with their `total`."""
        found = tuple(kind for kind in KINDS if kind != "missed")
        gold = {kind: self.gold[kind] for kind in GOLD_KINDS}
        predicted = {kind: self.predicted[kind] for kind in found}
        return {
            **self.scores(),
            "gold": {"total": self.n_gold, **gold},
            "predicted": {"total": self.n_predicted, **predicted},
        }


def count_entities(
    comparisons: Iterable[Comparison], part_of: Callable[[int, TagSpan], str]
) -> Dict[str, Counts]:
    """Count the entities of each part of the data.

    comparisons (Iterable[Comparison]): The documents.
    part_of (Callable[[int, TagSpan], str]): Gives the part that an entity belongs to, from its
        document's place and itself. The two sides of a match may belong to different parts.
    RETURNS (Dict[str, Counts]): The counts of each part, in alphabetical order.
    """
    counts: Dict[str, Counts] = {}
    for number, (gold, predicted, matches) in enumerate(comparisons):
        for kind, of_gold, of_predicted in matches:
            for i in of_gold:
                counts.setdefault(part_of(number, gold[i]), Counts()).gold[kind] += 1
            for j in of_predicted:
                counts.setdefault(part_of(number, predicted[j]), Counts()).predicted[kind] += 1
    return dict(sorted(counts.items()))


def by_label(number: int, entity: TagSpan) -> str:
    """The part that an entity belongs to by its label."""
    return entity.label


def total_counts(counts: Iterable[Counts]) -> Counts:
    """RETURNS (Counts): The sum of the parts."""
    total = Counts()
    for part in counts:
        total.gold.update(part.gold)
        total.predicted.update(part.predicted)
    return total
