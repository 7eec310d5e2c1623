"""Gold against predicted entities: which agree, and in which way the others do not.

The rule, in this order. Each entity takes part once, and is out of play for the rules below it:

1. A prediction that touches a token without annotation, or no gold token at all, is *not
   counted*, as in spaCy's scorer.
2. Same tokens, same label: *correct*.
3. Same tokens, another label: *label*.
4. Two or more predictions inside a gold entity, whatever their labels: *split*.
5. Two or more gold entities inside a prediction, whatever their labels: *merged*.
6. Common tokens, other bounds: *boundary* if the labels are the same, *both* if they are not.
   Pairs with most common tokens first, then pairs of one label, then the earlier entities.
7. What is left is *missed* (gold) or *spurious* (predicted).
"""

from collections import defaultdict
from typing import AbstractSet, Dict, List, Literal, NamedTuple, Sequence, Tuple

from ..tags.spans import TagSpan

Kind = Literal[
    "correct",
    "label",
    "boundary",
    "both",
    "split",
    "merged",
    "missed",
    "spurious",
    "not_counted",
]
KINDS: Tuple[Kind, ...] = (
    "correct",
    "label",
    "boundary",
    "both",
    "split",
    "merged",
    "missed",
    "spurious",
    "not_counted",
)
ERRORS: Tuple[Kind, ...] = KINDS[1:8]
GOLD_KINDS: Tuple[Kind, ...] = KINDS[:7]  # what may become of a gold entity


class Match(NamedTuple):
    """Entities that belong together, and how they agree.

    kind (Kind): One of `KINDS`.
    gold (Tuple[int, ...]): Places of the gold entities in their list: none if spurious or not
        counted, several if merged. The one that fits the prediction best comes first.
    predicted (Tuple[int, ...]): The same for the predictions: none if missed, several if split.
    """

    kind: Kind
    gold: Tuple[int, ...]
    predicted: Tuple[int, ...]


def compare_spans(
    gold: Sequence[TagSpan],
    predicted: Sequence[TagSpan],
    unannotated: AbstractSet[int] = frozenset(),
) -> List[Match]:
    """Match the entities of one document by the rule above.

    gold (Sequence[TagSpan]): The gold entities.
    predicted (Sequence[TagSpan]): The predicted ones, in tokens of the gold document.
    unannotated (AbstractSet[int]): Gold tokens whose annotation is missing.
    RETURNS (List[Match]): Every entity in exactly one match, in the order of the text.
    """
    matches: List[Match] = []
    free_gold, free_predicted = set(range(len(gold))), set(range(len(predicted)))

    def match(kind: Kind, of_gold: Sequence[int], of_predicted: Sequence[int]) -> None:
        free_gold.difference_update(of_gold)
        free_predicted.difference_update(of_predicted)
        matches.append(Match(kind, tuple(of_gold), tuple(of_predicted)))

    for j, span in enumerate(predicted):
        if span.start == span.end or not unannotated.isdisjoint(range(span.start, span.end)):
            match("not_counted", (), (j,))
    overlaps = _overlaps(gold, predicted)
    for i, j in overlaps:
        if i in free_gold and j in free_predicted and gold[i][:2] == predicted[j][:2]:
            match("correct" if gold[i].label == predicted[j].label else "label", (i,), (j,))
    pieces, covered = _insides(overlaps, gold, predicted)
    for i in sorted(free_gold):
        inside = [j for j in pieces[i] if j in free_predicted]
        if len(inside) > 1:
            match("split", (i,), inside)
    for j in sorted(free_predicted):
        inside = [i for i in covered[j] if i in free_gold]
        if len(inside) > 1:
            match("merged", inside, (j,))
    for i, j in overlaps:
        if i in free_gold and j in free_predicted:
            match("boundary" if gold[i].label == predicted[j].label else "both", (i,), (j,))
    for i in sorted(free_gold):
        match("missed", (i,), ())
    for j in sorted(free_predicted):
        match("spurious", (), (j,))

    def place(found: Match) -> Tuple[int, int]:
        return extent(found, gold, predicted)[0], KINDS.index(found.kind)

    return sorted(matches, key=place)


def extent(match: Match, gold: Sequence[TagSpan], predicted: Sequence[TagSpan]) -> Tuple[int, int]:
    """Where a match stands.

    match (Match): A match of these entities.
    gold (Sequence[TagSpan]): The gold entities.
    predicted (Sequence[TagSpan]): The predicted ones.
    RETURNS (Tuple[int, int]): The first token of all its entities, and the one after the last.
    """
    spans = [gold[i] for i in match.gold] + [predicted[j] for j in match.predicted]
    return min(span.start for span in spans), max(span.end for span in spans)


def _overlaps(gold: Sequence[TagSpan], predicted: Sequence[TagSpan]) -> List[Tuple[int, int]]:
    """Places of all that have common tokens, the best fit first (rule 6)."""
    at_token: Dict[int, List[int]] = defaultdict(list)
    for i, span in enumerate(gold):
        for token in range(span.start, span.end):
            at_token[token].append(i)
    found = []
    for j, span in enumerate(predicted):
        for i in {i for token in range(span.start, span.end) for i in at_token.get(token, ())}:
            common = min(span.end, gold[i].end) - max(span.start, gold[i].start)
            found.append((-common, span.label != gold[i].label, i, j))
    return [(i, j) for *_, i, j in sorted(found)]


def _insides(
    overlaps: Sequence[Tuple[int, int]], gold: Sequence[TagSpan], predicted: Sequence[TagSpan]
) -> Tuple[Dict[int, List[int]], Dict[int, List[int]]]:
    """Predictions inside each gold entity, and gold entities inside each prediction."""
    pieces: Dict[int, List[int]] = defaultdict(list)
    covered: Dict[int, List[int]] = defaultdict(list)
    for i, j in overlaps:
        if gold[i].start <= predicted[j].start and predicted[j].end <= gold[i].end:
            pieces[i].append(j)
        if predicted[j].start <= gold[i].start and gold[i].end <= predicted[j].end:
            covered[j].append(i)
    return pieces, covered
