"""Scores and counts of a pipeline's entities on gold documents."""

from collections import Counter
from typing import Any, Dict, Iterable, List, NamedTuple

from spacy.scorer import get_ner_prf
from spacy.training import Example

from ..tags.spans import TagSpan
from .compare import ERRORS, KINDS, Pair, compare_spans


class Comparison(NamedTuple):
    """The entities of one document, gold against predicted.

    gold (List[TagSpan]): `example.reference.ents`.
    predicted (List[TagSpan]): `example.predicted.ents`, in tokens of the reference.
    pairs (List[Pair]): How they agree.
    """

    gold: List[TagSpan]
    predicted: List[TagSpan]
    pairs: List[Pair]


def compare_example(example: Example) -> Comparison:
    """Compare the entities of one document.

    example (Example): Gold and predicted Doc.
    RETURNS (Comparison): The entities, each in one pair.
    """
    gold = [TagSpan(ent.start, ent.end, ent.label_) for ent in example.reference.ents]
    predicted: List[TagSpan] = []
    to_gold = example.alignment.x2y
    for ent in example.predicted.ents:
        tokens = to_gold[ent.start : ent.end]
        start, end = (int(tokens[0]), int(tokens[-1]) + 1) if len(tokens) else (0, 0)
        predicted.append(TagSpan(start, end, ent.label_))
    unannotated = {token.i for token in example.reference if not token.ent_iob}
    return Comparison(gold, predicted, compare_spans(gold, predicted, unannotated))


def count_kinds(comparisons: Iterable[Comparison]) -> Dict[str, Dict[str, int]]:
    """Count the kinds of agreement for each label.

    A pair counts for its gold label; a prediction without a gold span, for the predicted one. So
    the kinds of all labels add up to the number of pairs, and for each label
    `correct / predicted` is the precision and `correct / gold` the recall.

    comparisons (Iterable[Comparison]): The documents.
    RETURNS (Dict[str, Dict[str, int]]): For each label, in alphabetical order, the number of
        counted `gold` and `predicted` spans and of each kind.
    """
    counts: Dict[str, Counter[str]] = {}
    for comparison in comparisons:
        for kind, i, j in comparison.pairs:
            labels = [] if i is None else [comparison.gold[i].label]
            if j is not None:
                labels.append(comparison.predicted[j].label)
            for label in labels:
                counts.setdefault(label, Counter())
            counts[labels[0]][kind] += 1
            counts[labels[0]]["gold"] += i is not None
            counts[labels[-1]]["predicted"] += j is not None and kind != "not_counted"
    names = ("gold", "predicted", *KINDS)
    return {label: {name: counts[label][name] for name in names} for label in sorted(counts)}


def entity_metrics(
    examples: List[Example], comparisons: List[Comparison], seconds: float
) -> Dict[str, Any]:
    """Put together what `spacy lstm-ner evaluate` writes.

    examples (List[Example]): Gold and predicted documents.
    comparisons (List[Comparison]): The same documents, compared.
    seconds (float): How long the predictions took.
    RETURNS (Dict[str, Any]): spaCy's `ents_p`, `ents_r`, `ents_f` and `ents_per_type`; `counts`
        and `counts_per_type` of the kinds; `docs`, `words` and `speed` in words a second.
    """
    per_label = count_kinds(comparisons)
    counts: Counter[str] = Counter()
    for of_label in per_label.values():
        counts.update(of_label)
    words = sum(len(example.predicted) for example in examples)
    return {
        **get_ner_prf(examples),
        "counts": {name: counts[name] for name in ("gold", "predicted", *KINDS)},
        "counts_per_type": per_label,
        "docs": len(examples),
        "words": words,
        "speed": words / seconds,
    }


def count_errors(comparison: Comparison) -> int:
    """RETURNS (int): The pairs of a document that are errors of any kind."""
    return sum(pair.kind in ERRORS for pair in comparison.pairs)
