import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab

from spacy_lstm_ner.evaluation.compare import ERRORS, KINDS
from spacy_lstm_ner.evaluation.metrics import (
    compare_example,
    count_errors,
    count_kinds,
    entity_metrics,
)

VOCAB = Vocab()
TEXT = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog"]


def make_doc(ents=(), missing=(), words=TEXT, spaces=None):
    doc = Doc(VOCAB, words=list(words), spaces=spaces)
    doc.set_ents(
        [Span(doc, start, end, label=label) for start, end, label in ents],
        missing=[doc[i : i + 1] for i in missing],
        default="outside",
    )
    return doc


def make_example(predicted, gold, missing=()):
    return Example(make_doc(predicted), make_doc(gold, missing))


@st.composite
def ents(draw):
    bounds = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=6)))
    return [
        (start, end, draw(st.sampled_from(["GPE", "ORG", "X"])))
        for start, end in zip(bounds, bounds[1:])
        if draw(st.booleans())
    ]


@st.composite
def examples(draw):
    gold = draw(ents())
    covered = {i for start, end, _ in gold for i in range(start, end)}
    free = [i for i in range(len(TEXT)) if i not in covered]
    missing = draw(st.sets(st.sampled_from(free), max_size=2)) if free else set()
    return make_example(draw(ents()), gold, missing)


@settings(deadline=None)
@given(st.lists(examples(), max_size=4))
def test_counts_agree_with_spacys_scorer(many):
    comparisons = [compare_example(example) for example in many]
    counts = count_kinds(comparisons)
    scores = get_ner_prf(many)["ents_per_type"] or {}
    for label, n in counts.items():
        precision = n["correct"] / n["predicted"] if n["predicted"] else 0.0
        recall = n["correct"] / n["gold"] if n["gold"] else 0.0
        found = scores.get(label, {"p": 0.0, "r": 0.0})
        assert (found["p"], found["r"]) == pytest.approx((precision, recall))
    assert set(scores) <= set(counts)
    total = {name: sum(n[name] for n in counts.values()) for name in ("gold", "predicted", *KINDS)}
    paired = total["correct"] + total["wrong_label"] + total["wrong_boundary"]
    assert total["gold"] == paired + total["missed"]
    assert total["predicted"] == paired + total["spurious"]
    assert sum(map(count_errors, comparisons)) == sum(total[kind] for kind in ERRORS)


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
    gpe = {"gold": 3, "predicted": 1, "correct": 1, "wrong_boundary": 1, "missed": 1}
    assert metrics["counts_per_type"] == {
        "GPE": none | gpe,
        "ORG": none | {"predicted": 1},
        "X": none | {"not_counted": 1},
    }
    assert metrics["counts"] == none | gpe | {"predicted": 2, "not_counted": 1}
    assert (metrics["docs"], metrics["words"], metrics["speed"]) == (1, 9, 3.0)


def test_other_tokens_are_aligned_to_gold_ones():
    gold = make_doc([(0, 2, "GPE")], words=["New", "York", "!"], spaces=[True, False, False])
    predicted = make_doc([(0, 1, "GPE")], words=["New York", "!"], spaces=[False, False])
    comparison = compare_example(Example(predicted, gold))
    assert comparison.predicted == [(0, 2, "GPE")]
    assert [pair.kind for pair in comparison.pairs] == ["correct"]


def test_without_annotation_nothing_counts():
    example = Example(make_doc([(0, 1, "GPE")]), Doc(VOCAB, words=TEXT))
    metrics = entity_metrics([example], [compare_example(example)], seconds=1.0)
    assert metrics["ents_f"] is None
    assert metrics["counts"]["not_counted"] == 1
    assert metrics["counts"]["predicted"] == metrics["counts"]["spurious"] == 0
