import pytest
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_ner.evaluation.compare import KINDS
from spacy_lstm_ner.evaluation.metrics import compare_example, count_errors, entity_metrics

from .helpers import TEXT, VOCAB, make_doc, make_example


def test_metrics():
    example = make_example(
        predicted=[(0, 1, "GPE"), (2, 3, "ORG"), (4, 5, "X")],
        gold=[(0, 1, "GPE"), (2, 4, "GPE"), (6, 7, "GPE")],
        missing=[4],
    )
    metrics = entity_metrics([example], [compare_example(example)], seconds=3.0)
    assert metrics["ents_p"] == 0.5
    assert metrics["ents_r"] == pytest.approx(1 / 3)
    none = dict.fromkeys(["gold", "predicted", *KINDS], 0)
    gpe = {"gold": 3, "predicted": 1, "correct": 1, "both": 1, "missed": 1}
    assert metrics["counts_per_type"] == {
        "GPE": none | gpe,
        "ORG": none | {"predicted": 1},
        "X": none | {"not_counted": 1},
    }
    assert metrics["counts"] == none | gpe | {"predicted": 2, "not_counted": 1}
    assert count_errors(compare_example(example)) == 2
    assert (metrics["docs"], metrics["words"], metrics["speed"]) == (1, 9, 3.0)


def test_other_tokens_are_aligned_to_gold_ones():
    gold = make_doc([(0, 2, "GPE")], words=["New", "York", "!"], spaces=[True, False, False])
    predicted = make_doc([(0, 1, "GPE")], words=["New York", "!"], spaces=[False, False])
    comparison = compare_example(Example(predicted, gold))
    assert comparison.predicted == [(0, 2, "GPE")]
    assert [match.kind for match in comparison.matches] == ["correct"]


def test_without_annotation_nothing_counts():
    example = Example(make_doc([(0, 1, "GPE")]), Doc(VOCAB, words=TEXT))
    metrics = entity_metrics([example], [compare_example(example)], seconds=1.0)
    assert metrics["ents_f"] is None
    assert metrics["counts"]["not_counted"] == 1
    assert metrics["counts"]["predicted"] == metrics["counts"]["spurious"] == 0
