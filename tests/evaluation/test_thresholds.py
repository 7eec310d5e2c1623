from dataclasses import replace
from itertools import combinations

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spacy_lstm_ner.evaluation.thresholds as thresholds_module
from spacy_lstm_ner.evaluation.outcomes import NOT_COUNTED, RIGHT, WRONG
from spacy_lstm_ner.evaluation.thresholds import (
    Choices,
    Wish,
    choose_global,
    choose_per_label,
    sweep,
    sweep_all,
)

F, P80, R50 = Wish("f"), Wish("precision", 0.8), Wish("recall", 0.5)


@pytest.fixture(scope="module", autouse=True)
def _few_spans_are_enough():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thresholds_module, "LEAST_FOUND", 1)
        yield


def make_filter(rows, gold):
    """Choices of a decoder that keeps what reaches its threshold."""
    p, labels, found = (numpy.array(column) for column in zip(*rows))

    def decode(thresholds):
        return numpy.flatnonzero(p >= thresholds[labels])

    return Choices(p, labels, found, numpy.array(gold), sum(gold), decode, "viterbi", 0.0, 100)


def make_competition(rows, gold):
    """Choices of a decoder that finds, by trying all sets, the spans without overlaps that have
    the greatest sum of probability minus threshold."""
    p, labels, found, starts, ends = (numpy.array(column) for column in zip(*rows))
    sets = [
        list(chosen)
        for size in range(len(p) + 1)
        for chosen in combinations(range(len(p)), size)
        if all(ends[i] <= starts[j] or ends[j] <= starts[i] for i, j in combinations(chosen, 2))
    ]

    def decode(thresholds):
        gains = p - thresholds[labels]
        return numpy.array(max(sets, key=lambda chosen: gains[chosen].sum()), dtype=int)

    return Choices(
        p, labels, found, numpy.array(gold), sum(gold), decode, "max_expected", 0.01, 100
    )


def scores(choices, thresholds, label_ids):
    kept = choices.decode(thresholds)
    kept = [
        i for i in kept if choices.label_ids[i] in label_ids and choices.outcomes[i] != NOT_COUNTED
    ]
    right = sum(choices.outcomes[i] == RIGHT for i in kept)
    gold = sum(choices.gold[i] for i in label_ids)
    precision, recall = right / max(len(kept), 1), right / max(gold, 1)
    return {"precision": precision, "recall": recall, "f": 2 * right / max(len(kept) + gold, 1)}


# Right at 0.9, 0.8, 0.6 and 0.3; five gold spans, one of them never found.
ONE = [
    (0.9, RIGHT),
    (0.8, RIGHT),
    (0.7, WRONG),
    (0.6, RIGHT),
    (0.4, WRONG),
    (0.3, RIGHT),
    (0.1, WRONG),
]
ONE = make_filter([(p, 0, found) for p, found in ONE], [5])


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        (F, 6),  # 4 of 6 right, F = 8 / 11
        (P80, 2),
        (Wish("precision", 0.75), 4),  # reached again after 2 of 3
        (Wish("precision", 1.0), 2),
        (Wish("precision", 4 / 7), 7),
        (R50, 4),
        (Wish("recall", 0.4), 2),
        (Wish("recall", 0.8), 6),
    ],
)
def test_one_label_by_hand(wish, kept):
    per_label = choose_per_label(ONE, wish, 0.0, ["A"])
    assert list(per_label.values()) == [choose_global(ONE, wish)]
    assert len(ONE.decode(numpy.array([per_label["A"]]))) == kept


def test_thresholds_lie_between_confidences():
    found = sweep(ONE, numpy.zeros(1), 0)
    assert found.thresholds == pytest.approx([0, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85])
    assert found.recall == pytest.approx(numpy.array([4, 4, 3, 3, 2, 2, 1]) / 5)
    assert found.precision == pytest.approx([4 / 7, 4 / 6, 3 / 5, 3 / 4, 2 / 3, 1, 1])
    near = make_filter([(0.5, 0, WRONG), (numpy.nextafter(0.5, 1), 0, RIGHT)], [1])
    assert near.decode(numpy.array([choose_global(near, F)])).tolist() == [1]


def test_of_many_confidences_the_high_ones_are_tried_more_finely():
    rng = numpy.random.default_rng(0)
    p = rng.random(5000)
    choices = make_filter([(x, 0, int(rng.random() < x)) for x in p], [2500])
    found = sweep(choices, numpy.zeros(1), 0)
    assert 99 <= len(found.thresholds) <= 100
    assert (numpy.diff(found.thresholds) > 0).all()
    right = found.recall * 2500
    assert -numpy.diff(right)[1:] == pytest.approx(len(p) / 2 / 100, abs=15)


def test_recall_out_of_reach():
    rows = [(0.9, 1, RIGHT), *zip(ONE.probabilities, ONE.label_ids, ONE.outcomes)]
    choices, wish = make_filter(rows, [5, 1]), Wish("recall", 0.9)
    with pytest.raises(ValueError, match="recall of 0.9 .* reach: A 0.800. .*max_expected, which"):
        choose_per_label(choices, wish, 0.0, ["A", "B"])
    with pytest.raises(ValueError, match="reach: all labels 0.833"):
        choose_global(choices, wish)


def test_precision_out_of_reach():
    choices = make_filter([(0.9, 0, WRONG), (0.8, 0, RIGHT)], [1])
    for choose in (
        lambda: choose_global(choices, P80),
        lambda: choose_per_label(choices, P80, 0.0, ["A"]),
    ):
        with pytest.raises(ValueError, match=r"precision of 0.8 .* 0.500. .*Lower the wish"):
            choose()


def test_a_precision_needs_some_spans(monkeypatch):
    found = [RIGHT, WRONG, WRONG, RIGHT, RIGHT]
    choices = make_filter([(0.9 - i / 10, 0, right) for i, right in enumerate(found)], [3])
    assert 0.8 < choose_global(choices, P80) < 0.9  # one of one
    monkeypatch.setattr(thresholds_module, "LEAST_FOUND", 2)
    with pytest.raises(ValueError, match=r"reach: all labels 0.600. .*if at least 2 are left"):
        choose_global(choices, P80)


def test_max_expected_is_no_advice_to_itself():
    choices = make_competition([(0.9, 0, RIGHT, 0, 1)], [2])
    with pytest.raises(ValueError, match="even at the lowest threshold: lower the wish[.]$"):
        choose_global(choices, Wish("recall", 0.9))


def test_spans_that_are_not_counted_change_nothing():
    choices = make_filter(
        [(0.95, 0, NOT_COUNTED), (0.9, 0, RIGHT), (0.85, 0, NOT_COUNTED), (0.2, 0, WRONG)], [1]
    )
    assert 0.2 < choose_global(choices, F) <= 0.9
    assert choose_global(choices, F) == choose_per_label(choices, F, 0.0, ["A"])["A"]


def test_labels_without_spans_have_no_threshold():
    choices = make_filter([(0.9, 0, RIGHT), (0.4, 2, NOT_COUNTED)], [1, 3, 0])
    assert list(choose_per_label(choices, F, 0.0, ["A", "B", "C"])) == ["A"]


def test_gold_of_other_labels_counts_for_all_labels_alone():
    choices = replace(ONE, all_gold=10)
    assert sweep_all(choices).recall.max() == pytest.approx(0.4)
    assert sweep(choices, numpy.zeros(1), 0).recall.max() == pytest.approx(0.8)


def test_nothing_to_choose_by():
    choices = make_filter([(0.4, 0, NOT_COUNTED)], [1])
    with pytest.raises(ValueError, match="At least one span on annotated tokens"):
        choose_global(choices, F)
    with pytest.raises(ValueError, match="At least one span on annotated tokens"):
        choose_per_label(choices, F, 0.0, ["A"])


def test_a_lower_threshold_may_take_tokens_from_another_label():
    """At equal thresholds A wins the tokens, and B finds nothing."""
    rows = [(0.6, 0, WRONG, 0, 2), (0.55, 1, RIGHT, 0, 1), (0.9, 0, RIGHT, 3, 4)]
    choices = make_competition(rows, [1, 1])
    found = choose_per_label(choices, F, 0.5, ["A", "B"])
    assert choices.decode(numpy.array([found["A"], found["B"]])).tolist() == [1, 2]


@st.composite
def competitions(draw):
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(1, 99).map(lambda n: n / 100),
                st.integers(0, 1),
                st.sampled_from([RIGHT, WRONG, NOT_COUNTED]),
                st.integers(0, 5),
                st.integers(1, 3),
            ),
            min_size=1,
            max_size=7,
        )
    )
    rows = [(p, label, found, start, start + width) for p, label, found, start, width in rows]
    right = [sum(row[1] == n and row[2] == RIGHT for row in rows) for n in (0, 1)]
    return make_competition(rows, [n + draw(st.integers(0, 2)) for n in right])


@settings(max_examples=300)
@given(competitions(), st.sampled_from([F, P80, R50]))
def test_what_was_wished_for_holds_for_all_labels_at_once(choices, wish):
    try:
        found = choose_per_label(choices, wish, 0.5, ["A", "B"])
    except ValueError as err:
        assert any(part in str(err) for part in ("No threshold reaches", "depend on", "At least"))
        return
    thresholds = numpy.array([found.get(label, 0.5) for label in "AB"])
    for number, label in enumerate("AB"):
        reached = scores(choices, thresholds, [number])
        if label in found and wish is not F:
            assert reached[wish.measure] >= wish.wanted
        elif label in found:
            assert reached["f"] == pytest.approx(sweep(choices, thresholds, number).f.max())


@settings(max_examples=300)
@given(competitions(), st.sampled_from([F, P80, R50]))
def test_one_threshold_for_all_labels(choices, wish):
    try:
        found = choose_global(choices, wish)
    except ValueError as err:
        assert "No threshold reaches" in str(err) or "At least" in str(err)
        return
    mine = scores(choices, numpy.full(2, found), [0, 1])
    if wish is F:
        assert mine["f"] == pytest.approx(sweep_all(choices).f.max())
    else:
        assert mine[wish.measure] >= wish.wanted
