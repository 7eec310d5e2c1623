"""The scorer of `lstm_ner`: spaCy's entity scores, and token accuracy beside its baselines."""

from typing import Any, Callable, Dict, Iterable, Mapping, Optional

from spacy.scorer import get_ner_prf
from spacy.training import Example

from .token_accuracy import token_accuracy


def NerScorer() -> Callable[..., Dict[str, Any]]:
    """Make `spacy-lstm-ner.NerScorer.v1`, which takes the place of `spacy.ner_scorer.v1`.

    RETURNS (Callable[..., Dict[str, Any]]): `score_entities`.
    """
    return score_entities


def score_entities(
    examples: Iterable[Example],
    *,
    most_frequent_tags: Optional[Mapping[str, str]] = None,
    **settings: Any,
) -> Dict[str, Any]:
    """Score entities, and the tags of tokens.

    examples (Iterable[Example]): Gold and predicted documents.
    most_frequent_tags (Optional[Mapping[str, str]]): For a word, its most frequent tag in
        training: `cfg["most_frequent_tags"]` of the component, which spaCy passes on.
    **settings (Any): What else the component has in its `cfg`; not used.
    RETURNS (Dict[str, Any]): spaCy's `ents_p`, `ents_r`, `ents_f` and `ents_per_type`, and
        `ents_tag_acc`, `ents_tag_acc_all_o` and `ents_tag_acc_most_frequent` as `TokenAccuracy`
        has them; each None where there is nothing to score.
    """
    examples = list(examples)
    accuracy = token_accuracy(examples, most_frequent_tags)
    return {**get_ner_prf(examples), **accuracy.scores()}
