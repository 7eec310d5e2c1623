import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.scorer import get_ner_prf

from spacy_lstm_ner.evaluation.compare import ERRORS, GOLD_KINDS, KINDS
from spacy_lstm_ner.evaluation.counts import Counts, by_label, count_entities, total_counts
from spacy_lstm_ner.evaluation.metrics import compare_example, count_errors

from .helpers import examples, make_example

MANY = st.lists(examples(), max_size=4)


@given(MANY)
def test_scores_are_those_of_spacys_scorer(many):
    counts = count_entities(map(compare_example, many), by_label)
    expected = get_ner_prf(many)
    for label, of_label in counts.items():
        if of_label.n_gold + of_label.n_predicted:
            assert of_label.scores() == pytest.approx(expected["ents_per_type"][label])
        else:  # only predictions that do not count
            assert of_label.scores() == {"p": None, "r": None, "f": None}
    assert set(expected["ents_per_type"] or {}) <= set(counts)
    total = total_counts(counts.values())
    if total.n_gold + total.n_predicted:
        scores = {key: expected[f"ents_{key}"] for key in "prf"}
        assert total.scores() == pytest.approx(scores)


@given(MANY)
def test_every_entity_counts_once(many):
    comparisons = [compare_example(example) for example in many]
    counts = count_entities(comparisons, by_label)
    for label, of_label in counts.items():
        gold = [ent for example in many for ent in example.reference.ents if ent.label_ == label]
        found = [ent for example in many for ent in example.predicted.ents if ent.label_ == label]
        assert of_label.n_gold == of_label.gold.total() == len(gold)
        assert of_label.predicted.total() == len(found)
        assert not of_label.gold["spurious"] + of_label.gold["not_counted"]
        assert not of_label.predicted["missed"]
        short, full = of_label.in_short(), of_label.in_full()
        assert sum(short[kind] for kind in GOLD_KINDS) == short["gold"] == len(gold)
        assert sum(full["gold"].values()) == 2 * len(gold)  # the kinds, and their total
        assert sum(full["predicted"].values()) == full["predicted"]["total"] + len(found)
        assert full["predicted"]["total"] == len(found) - full["predicted"]["not_counted"]
    total = total_counts(counts.values())
    one_each = ("correct", "label", "boundary", "both")
    assert all(total.gold[kind] == total.predicted[kind] for kind in one_each)
    n_errors = sum(map(count_errors, comparisons))
    pieces = total.predicted["split"] - total.gold["split"]
    covered = total.gold["merged"] - total.predicted["merged"]
    errors = sum((total.gold | total.predicted)[kind] for kind in ERRORS)
    assert n_errors == errors - pieces - covered


def test_the_sides_of_a_match_may_belong_to_different_parts():
    example = make_example(
        predicted=[(0, 2, "ORG"), (3, 4, "ORG"), (4, 6, "GPE")],
        gold=[(0, 1, "GPE"), (1, 2, "ORG"), (3, 6, "X")],
    )
    counts = count_entities([compare_example(example)], by_label)
    assert counts == {
        "GPE": Counts({"merged": 1}, {"split": 1}),
        "ORG": Counts({"merged": 1}, {"merged": 1, "split": 1}),
        "X": Counts({"split": 1}, {}),
    }


def test_numbers_in_short():
    counts = Counts()
    counts.gold.update({"correct": 3, "split": 1})
    counts.predicted.update({"correct": 3, "split": 2, "spurious": 4, "not_counted": 5})
    expected = dict.fromkeys(KINDS, 0) | {"gold": 4, "predicted": 9, "correct": 3, "split": 1}
    assert counts.in_short() == expected | {"spurious": 4, "not_counted": 5}
