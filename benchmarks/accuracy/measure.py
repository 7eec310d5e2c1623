"""What is measured on a trained pipeline."""

from pathlib import Path
from statistics import median
from typing import Any, Dict, List, Tuple

from spacy.language import Language
from spacy.scorer import get_ner_prf
from spacy.training import Corpus, Example

from spacy_lstm_ner.evaluation.counts import (
    Comparison,
    Counts,
    by_label,
    count_entities,
    total_counts,
)
from spacy_lstm_ner.evaluation.error_report import UNSEEN, report_errors
from spacy_lstm_ner.evaluation.metrics import compare_example
from spacy_lstm_ner.evaluation.token_accuracy import token_accuracy

PASSES = 5
COUNTED = ("tp", "fp", "fn")


def measure(nlp: Language, corpus: Path, *, test: bool) -> Dict[str, Any]:
    """Score a pipeline, and time it on the dev part in five passes: the first one of a pipeline
    just loaded, which keeps no words yet, and the median, when all words have been met before.

    nlp (Language): The pipeline.
    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    test (bool): Look at the test part; a trial does not even read it.
    RETURNS (Dict[str, Any]): `words_per_second`, `first_words_per_second` and the scores `dev`, in
        percent; `test` as `score_test_part` gives it, if asked for.
    """
    examples = _read(nlp, corpus / "dev.spacy")
    passes = [nlp.evaluate(examples) for _ in range(PASSES)]
    found: Dict[str, Any] = {
        "words_per_second": round(median(scores["speed"] for scores in passes)),
        "first_words_per_second": round(passes[0]["speed"]),
        "dev": _entity_scores(passes[0]),
    }
    if test:
        found["test"] = score_test_part(nlp, corpus)
    return found


def score_test_part(nlp: Language, corpus: Path) -> Dict[str, Any]:
    """Score the test part, all of it and by what training shows.

    nlp (Language): The pipeline.
    corpus (Path): Folder with train.spacy and test.spacy.
    RETURNS (Dict[str, Any]): spaCy's scores in percent; `token_accuracy`; `seen` and `unseen`: tp,
        fp and fn of the entities whose text is that of an entity in the training part, and of the
        others (the predicted ones go by their own text); `tp`, `fp` and `fn` of each document, as
        strings of numbers, which stay on one line of a JSON file.
    """
    read = _read(nlp, corpus / "test.spacy")
    gold = [example.reference for example in read]
    docs = nlp.pipe(example.predicted for example in read)
    examples = [Example(doc, reference) for doc, reference in zip(docs, gold)]
    comparisons = [compare_example(example) for example in examples]
    train = (example.reference for example in _read(nlp, corpus / "train.spacy"))
    report = report_errors(gold, comparisons, train=train)
    parts = report.seen or {}
    seen = total_counts(counts for part, counts in parts.items() if part != UNSEEN)
    documents = zip(*(_of_document(comparison) for comparison in comparisons))
    return {
        **_entity_scores(get_ner_prf(examples)),
        "token_accuracy": round(100 * token_accuracy(examples).accuracy, 2),
        "seen": dict(zip(COUNTED, _outcomes(seen))),
        "unseen": dict(zip(COUNTED, _outcomes(parts[UNSEEN]))),
        **{key: " ".join(map(str, column)) for key, column in zip(COUNTED, documents)},
    }


def _read(nlp: Language, path: Path) -> List[Example]:
    return list(Corpus(path)(nlp))


def _entity_scores(scores: Dict[str, Any]) -> Dict[str, float]:
    return {key: round(100 * scores[key], 2) for key in ("ents_f", "ents_p", "ents_r")}


def _of_document(comparison: Comparison) -> Tuple[int, int, int]:
    return _outcomes(total_counts(count_entities([comparison], by_label).values()))


def _outcomes(counts: Counts) -> Tuple[int, int, int]:
    return (
        counts.gold["correct"],
        counts.n_predicted - counts.predicted["correct"],
        counts.n_gold - counts.gold["correct"],
    )
