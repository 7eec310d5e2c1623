import numpy
import pytest
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab

from spacy_lstm_ner.evaluation.metrics import compare_example
from spacy_lstm_ner.evaluation.outcomes import NOT_COUNTED, RIGHT, WRONG, outcomes
from spacy_lstm_ner.tags.annotated import set_annotated_labels
from spacy_lstm_ner.types import SpanBatch

VOCAB = Vocab()
LABELS = ["GPE", "ORG"]


def make_doc(words, ents=(), missing=(), spaces=None):
    doc = Doc(VOCAB, words=words, spaces=spaces)
    spans = [Span(doc, start, end, label=label) for start, end, label in ents]
    doc.set_ents(spans, missing=[doc[i : i + 1] for i in missing], default="outside")
    return doc


def batch(*rows):
    columns = numpy.array(rows, dtype="int64").reshape(-1, 4).T
    return SpanBatch(*columns)


def test_tokens_and_label_must_agree():
    gold = make_doc(["New", "York", "and", "Rome"], [(0, 2, "GPE"), (3, 4, "GPE")])
    examples = [Example(make_doc(["x"]), make_doc(["x"])), Example(gold.copy(), gold)]
    spans = batch((0, 0, 1, 0), (1, 0, 1, 0), (1, 0, 2, 0), (1, 0, 2, 1), (1, 3, 4, 0))
    assert outcomes(examples, spans, LABELS).tolist() == [WRONG, WRONG, RIGHT, WRONG, RIGHT]


def test_unannotated_tokens_are_not_counted():
    gold = make_doc(["New", "York", "and", "Rome"], [(0, 2, "GPE")], missing=[3])
    spans = batch((0, 0, 2, 0), (0, 2, 3, 0), (0, 2, 4, 0), (0, 3, 4, 0))
    found = outcomes([Example(gold.copy(), gold)], spans, LABELS)
    assert found.tolist() == [RIGHT, WRONG, NOT_COUNTED, NOT_COUNTED]


def test_labels_that_a_doc_is_not_annotated_for_are_not_counted():
    gold = make_doc(["New", "York", "and", "Rome"], [(0, 2, "GPE")])
    set_annotated_labels(gold, ["GPE"])
    spans = batch((0, 0, 2, 0), (0, 0, 2, 1), (0, 3, 4, 0), (0, 3, 4, 1))
    found = outcomes([Example(gold.copy(), gold)], spans, LABELS)
    assert found.tolist() == [RIGHT, NOT_COUNTED, WRONG, NOT_COUNTED]


def test_other_tokens_are_aligned():
    gold = make_doc(["New", "York", "!"], [(0, 2, "GPE")], spaces=[True, False, False])
    predicted = make_doc(["New York", "!"], spaces=[False, False])
    found = outcomes([Example(predicted, gold)], batch((0, 0, 1, 0), (0, 0, 2, 0)), LABELS)
    assert found.tolist() == [RIGHT, WRONG]


@pytest.mark.parametrize(
    "words", [["ab", "cd", "ef"], ["a", "bcd", "ef"], ["abcdef"], list("abcdef")]
)
def test_the_rule_is_that_of_evaluate(words):
    gold = make_doc(
        ["a", "b", "cd", "ef"], [(0, 2, "GPE"), (2, 3, "ORG")], missing=[3], spaces=[False] * 4
    )
    n = len(words)
    for start in range(n):
        for end in range(start + 1, n + 1):
            for number, label in enumerate(LABELS):
                doc = make_doc(words, [(start, end, label)], spaces=[False] * n)
                example = Example(doc, gold)
                matches = compare_example(example).matches
                kinds = {match.kind for match in matches if match.predicted == (0,)}
                want = {"correct": RIGHT, "not_counted": NOT_COUNTED}.get(kinds.pop(), WRONG)
                assert outcomes([example], batch((0, start, end, number)), LABELS) == [want]


def test_no_spans():
    assert outcomes([], batch(), LABELS).shape == (0,)
