"""Gold against predicted spans: which agree, and in which way the others do not.

The rule, in this order; each span takes part once:

1. A prediction that touches a token without annotation, or no gold token at all, is *not
   counted*, as in spaCy's scorer.
2. Same tokens, same label: *correct*.
3. Same tokens, another label: *wrong label*.
4. Common tokens, other bounds, whatever the labels: *wrong boundary*. Most common tokens first,
   then pairs of one label, then the earlier spans.
5. What is left is *missed* (gold) or *spurious* (predicted).
"""

from collections import defaultdict
from typing import AbstractSet, Dict, Iterator, List, Literal, NamedTuple, Optional, Sequence, Tuple

from ..tags.spans import TagSpan

Kind = Literal["correct", "wrong_label", "wrong_boundary", "missed", "spurious", "not_counted"]
KINDS: Tuple[Kind, ...] = (
    "correct",
    "wrong_label",
    "wrong_boundary",
    "missed",
    "spurious",
    "not_counted",
)
ERRORS: Tuple[Kind, ...] = KINDS[1:5]


class Pair(NamedTuple):
    """A gold span, a predicted span, or both, and how they agree.

    kind (Kind): One of `KINDS`.
    gold (Optional[int]): Place of the gold span in its list; None if there is none.
    predicted (Optional[int]): The same for the predicted span.
    """

    kind: Kind
    gold: Optional[int]
    predicted: Optional[int]


def compare_spans(
    gold: Sequence[TagSpan],
    predicted: Sequence[TagSpan],
    unannotated: AbstractSet[int] = frozenset(),
) -> List[Pair]:
    """Pair the spans of one document by the rule above.

    gold (Sequence[TagSpan]): The gold spans.
    predicted (Sequence[TagSpan]): The predicted spans, in tokens of the gold document.
    unannotated (AbstractSet[int]): Gold tokens whose annotation is missing.
    RETURNS (List[Pair]): Every span in exactly one pair, in the order of the text.
    """
    pairs: List[Pair] = []
    free_gold = dict(enumerate(gold))
    free_predicted = dict(enumerate(predicted))
    for j, span in enumerate(predicted):
        if span.start == span.end or not unannotated.isdisjoint(range(span.start, span.end)):
            del free_predicted[j]
            pairs.append(Pair("not_counted", None, j))
    # Sorted, the candidates stand in the order of rules 2, 3 and 4, the best match first.
    for *_, kind, i, j in sorted(_candidates(gold, free_predicted)):
        if i in free_gold and j in free_predicted:
            del free_gold[i], free_predicted[j]
            pairs.append(Pair(kind, i, j))
    pairs.extend(Pair("missed", i, None) for i in free_gold)
    pairs.extend(Pair("spurious", None, j) for j in free_predicted)

    def place(pair: Pair) -> Tuple[int, int]:
        spans = [gold[i] for i in (pair.gold,) if i is not None]
        spans += [predicted[j] for j in (pair.predicted,) if j is not None]
        return min(span.start for span in spans), KINDS.index(pair.kind)

    return sorted(pairs, key=place)


def _candidates(
    gold: Sequence[TagSpan], predicted: Dict[int, TagSpan]
) -> Iterator[Tuple[int, int, bool, Kind, int, int]]:
    """Pairs with common tokens: rule, minus the common tokens, labels differ, kind, places."""
    at_token: Dict[int, List[int]] = defaultdict(list)
    for i, span in enumerate(gold):
        for token in range(span.start, span.end):
            at_token[token].append(i)
    for j, span in predicted.items():
        touched = {i for token in range(span.start, span.end) for i in at_token.get(token, ())}
        for i in touched:
            other = gold[i]
            common = min(span.end, other.end) - max(span.start, other.start)
            differ = span.label != other.label
            kind: Kind = "wrong_boundary"
            if (span.start, span.end) == (other.start, other.end):
                kind = "wrong_label" if differ else "correct"
            yield KINDS.index(kind), -common, differ, kind, i, j
