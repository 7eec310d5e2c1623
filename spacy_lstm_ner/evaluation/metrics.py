"""Scores and counts of a pipeline's entities on gold documents."""

from typing import Any, Dict, List, Mapping, Optional

from spacy.scorer import get_ner_prf
from spacy.training import Example

from ..tags.spans import TagSpan
from .alignment import predicted_spans
from .compare import ERRORS, compare_spans
from .counts import Comparison, by_label, count_entities, total_counts
from .token_accuracy import token_accuracy


def compare_example(example: Example) -> Comparison:
    """Compare the entities of one document.

    example (Example): Gold and predicted Doc.
    RETURNS (Comparison): The entities, each in one match.
    """
    gold = [TagSpan(ent.start, ent.end, ent.label_) for ent in example.reference.ents]
    predicted = predicted_spans(example)
    unannotated = {token.i for token in example.reference if not token.ent_iob}
    return Comparison(gold, predicted, compare_spans(gold, predicted, unannotated))


def entity_metrics(
    examples: List[Example],
    comparisons: List[Comparison],
    seconds: float,
    most_frequent_tags: Optional[Mapping[str, str]] = None,
) -> Dict[str, Any]:
    """Put together what `spacy lstm-ner evaluate` writes.

    examples (List[Example]): Gold and predicted documents.
    comparisons (List[Comparison]): The same documents, compared.
    seconds (float): How long the predictions took.
    most_frequent_tags (Optional[Mapping[str, str]]): See `token_accuracy`.
    RETURNS (Dict[str, Any]): spaCy's `ents_p`, `ents_r`, `ents_f` and `ents_per_type`;
        `ents_tag_acc` and its baselines as `TokenAccuracy.scores` has them, `tags_counted` and
        `tags_masked`; `counts` and `counts_per_type` as `Counts.in_short` has them; `docs`,
        `words` and `speed` in words a second.
    """
    per_label = count_entities(comparisons, by_label)
    words = sum(len(example.predicted) for example in examples)
    accuracy = token_accuracy(examples, most_frequent_tags)
    return {
        **get_ner_prf(examples),
        **accuracy.scores(),
        "tags_counted": accuracy.n_counted,
        "tags_masked": accuracy.n_masked,
        "counts": total_counts(per_label.values()).in_short(),
        "counts_per_type": {label: counts.in_short() for label, counts in per_label.items()},
        "docs": len(examples),
        "words": words,
        "speed": words / seconds,
    }


def count_errors(comparison: Comparison) -> int:
    """RETURNS (int): The matches of a document that are errors of any kind."""
    return sum(match.kind in ERRORS for match in comparison.matches)
