import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.evaluation.compare import ERRORS
from spacy_lstm_ner.evaluation.error_json import report_as_json
from spacy_lstm_ner.evaluation.error_report import NONE, confusion_matrix, report_errors
from spacy_lstm_ner.evaluation.metrics import compare_example
from spacy_lstm_ner.evaluation.sentences import Probabilities

from .helpers import TEXT, examples, make_doc, make_example


def report_of(*given, **more):
    comparisons = [compare_example(example) for example in given]
    return report_errors([example.reference for example in given], comparisons, **more)


@given(st.lists(examples(), max_size=4))
def test_rows_and_columns_of_the_confusion_matrix_add_up(many):
    report = report_of(*many)
    for label, counts in report.labels.items():
        column = sum(row.get(label, 0) for row in report.confusion.values())
        assert sum(report.confusion.get(label, {}).values()) == counts.n_gold
        assert column == counts.n_predicted
        if label in report.confusion:
            on_the_diagonal = report.confusion[label][label]
            assert counts.gold["correct"] <= on_the_diagonal <= counts.n_gold
    assert report.confusion[NONE][NONE] == 0


@given(st.lists(examples(), max_size=4))
def test_every_error_stands_in_one_sentence(many):
    report = report_of(*many)
    listed = [
        (sentence.doc, error.match) for sentence in report.sentences for error in sentence.errors
    ]
    errors = [
        (number, match)
        for number, comparison in enumerate(report.comparisons)
        for match in comparison.matches
        if match.kind in ERRORS
    ]
    assert sorted(listed) == sorted(errors)
    assert len(errors) == sum(report.matches[kind] for kind in ERRORS)
    weights = [sentence.weight for sentence in report.sentences]
    assert weights == sorted(weights, reverse=True)
    for sentence in report.sentences:
        comparison = report.comparisons[sentence.doc]
        for match in sentence.matches:
            spans = [comparison.gold[i] for i in match.gold]
            spans += [comparison.predicted[j] for j in match.predicted]
            assert all(sentence.start <= span.start for span in spans)
            assert all(span.end <= sentence.end for span in spans)


def test_confusion_pairs_the_best_fit():
    example = make_example(
        predicted=[(0, 1, "ORG"), (1, 3, "GPE"), (5, 6, "X")],
        gold=[(0, 3, "ORG"), (4, 5, "GPE")],
    )
    matrix = confusion_matrix([compare_example(example)])
    counts = {(row, column): n for row in matrix for column, n in matrix[row].items() if n}
    assert counts == {("ORG", "GPE"): 1, (NONE, "ORG"): 1, ("GPE", NONE): 1, (NONE, "X"): 1}
    assert list(matrix) == ["GPE", "ORG", "X", NONE]


def test_what_training_shows():
    # quick: with GPE; fox jumps: only with ORG; dog: only inside a longer entity
    train = [make_doc([(1, 2, "GPE"), (3, 5, "ORG"), (7, 9, "X")])]
    example = make_example(
        predicted=[(1, 2, "ORG"), (3, 5, "ORG"), (8, 9, "X")],
        gold=[(1, 2, "GPE"), (3, 5, "GPE"), (8, 9, "X")],
    )
    seen = report_of(example, train=train).seen
    assert list(seen) == ["seen", "other label", "unseen"]
    assert (seen["seen"].gold, seen["seen"].predicted) == ({"label": 1}, {"label": 1})
    assert (seen["other label"].gold, seen["other label"].predicted) == (
        {"label": 1},
        {"label": 1},
    )
    assert (seen["unseen"].gold, seen["unseen"].predicted) == ({"correct": 1}, {"correct": 1})
    assert report_of(example).seen is None


def test_another_case_is_another_text():
    upper = make_doc([(0, 1, "GPE")], words=["THE", *TEXT[1:]])
    example = make_example(predicted=[], gold=[(0, 1, "GPE")])
    assert report_of(example, train=[upper]).seen["unseen"].n_gold == 1


def test_registers():
    first = make_example(predicted=[(0, 1, "ORG")], gold=[(0, 1, "ORG")])
    second = make_example(predicted=[], gold=[(0, 1, "ORG")])
    assert report_of(first, second).registers is None
    first.reference.user_data["meta"] = {"register": "formal"}
    second.reference.user_data["meta"] = "not a dict"
    registers = report_of(first, second).registers
    assert {name: dict(counts.gold) for name, counts in registers.items()} == {
        "formal": {"correct": 1},
        "(none)": {"missed": 1},
    }


def test_sentences_are_those_of_gold_unless_an_entity_goes_across():
    starts = [True, False, False, True, False, True, False, True, False]
    example = make_example(
        predicted=[(2, 4, "X"), (8, 9, "X")], gold=[(3, 4, "X")], sent_starts=starts
    )
    sentences = report_of(example).sentences
    found = [(it.number, it.start, it.end, len(it.errors)) for it in sentences]
    assert found == [(1, 0, 5, 1), (3, 7, 9, 1)]


def test_without_sentences_a_document_is_one():
    (sentence,) = report_of(make_example([(0, 1, "X")], [(8, 9, "X")])).sentences
    assert (sentence.number, sentence.start, sentence.end) == (None, 0, len(TEXT))


def test_confident_errors_come_first():
    two = make_example(predicted=[(0, 1, "X"), (2, 3, "X")], gold=[(5, 6, "X")])
    one = make_example(predicted=[(0, 1, "X"), (1, 2, "X")], gold=[(0, 3, "X"), (5, 6, "ORG")])
    probabilities = [
        Probabilities(gold=[0.9], predicted=[0.1, 0.2]),
        Probabilities(gold=[0.0, 0.25], predicted=[0.5, 0.75]),
    ]
    assert [it.doc for it in report_of(two, one).sentences] == [0, 1]
    sentences = report_of(two, one, probabilities=probabilities).sentences
    assert [it.doc for it in sentences] == [1, 0]
    confidences = [(error.match.kind, error.confidence) for error in sentences[0].errors]
    assert confidences == [("split", 0.75), ("missed", 0.75)]  # missed: 1 - 0.25
    assert sentences[0].weight == 1.5
    assert sentences[1].weight == pytest.approx(0.1 + 0.2 + (1 - 0.9))


def test_json_holds_all():
    example = make_example(
        predicted=[(0, 1, "ORG"), (2, 4, "GPE"), (7, 8, "X")],
        gold=[(0, 1, "ORG"), (2, 3, "GPE")],
        missing=[7],
    )
    example.reference.user_data.update(id="a1", meta={"register": "formal"})
    known = [Probabilities(gold=[0.9, 0.2], predicted=[0.9, 0.70006, 0.5])]
    record = json.loads(json.dumps(report_as_json(report_of(example, probabilities=known))))
    assert record["docs"] == 1
    assert {kind: n for kind, n in record["kinds"].items() if n} == {
        "correct": 1,
        "boundary": 1,
        "not_counted": 1,
    }
    assert record["total"]["p"] == record["total"]["r"] == record["total"]["f"] == 0.5
    assert record["labels"]["GPE"]["gold"]["boundary"] == 1
    assert record["registers"]["formal"]["predicted"]["not_counted"] == 1
    assert record["seen"] is None
    assert record["confusion"]["GPE"] == {"GPE": 1, "ORG": 0, "": 0}
    (sentence,) = record["sentences"]
    assert (sentence["doc"], sentence["id"], sentence["sentence"]) == (1, "a1", None)
    assert sentence["text"] == "the quick brown fox jumps over a lazy dog"
    assert sentence["matches"][1] == {
        "kind": "boundary",
        "gold": [{"start": 10, "end": 15, "label": "GPE", "text": "brown", "probability": 0.2}],
        "predicted": [
            {"start": 10, "end": 19, "label": "GPE", "text": "brown fox", "probability": 0.7001}
        ],
        "confidence": 0.7001,
    }
    assert [match["kind"] for match in sentence["matches"]] == [
        "correct",
        "boundary",
        "not_counted",
    ]
    assert "confidence" not in sentence["matches"][0]
