import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.evaluation.compare import KINDS, Pair, compare_spans
from spacy_lstm_ner.tags.spans import TagSpan

A, B = "A", "B"
CASES = {
    "nothing": ([], [], []),
    "same": ([(0, 2, A)], [(0, 2, A)], [("correct", 0, 0)]),
    "label": ([(0, 2, A)], [(0, 2, B)], [("wrong_label", 0, 0)]),
    "boundary": ([(0, 2, A)], [(1, 3, A)], [("wrong_boundary", 0, 0)]),
    "boundary and label": ([(0, 2, A)], [(0, 1, B)], [("wrong_boundary", 0, 0)]),
    "missed": ([(0, 2, A)], [], [("missed", 0, None)]),
    "spurious": ([], [(0, 2, A)], [("spurious", None, 0)]),
    "neighbours": ([(0, 2, A)], [(2, 3, A)], [("missed", 0, None), ("spurious", None, 0)]),
    "one prediction over two": (
        [(0, 1, A), (2, 5, A)],
        [(0, 5, A)],
        [("wrong_boundary", 1, 0), ("missed", 0, None)],
    ),
    "two predictions in one": (
        [(0, 5, A)],
        [(0, 2, A), (2, 5, A)],
        [("wrong_boundary", 0, 1), ("spurious", None, 0)],
    ),
    "as many common tokens: same label first": (
        [(0, 4, A)],
        [(0, 2, B), (2, 4, A)],
        [("wrong_boundary", 0, 1), ("spurious", None, 0)],
    ),
    "as many common tokens, same labels: the earlier first": (
        [(0, 4, A)],
        [(0, 2, A), (2, 4, A)],
        [("wrong_boundary", 0, 0), ("spurious", None, 1)],
    ),
    "a chain": (
        [(0, 2, A), (3, 6, A)],
        [(1, 4, A), (4, 7, A)],
        [("wrong_boundary", 0, 0), ("wrong_boundary", 1, 1)],
    ),
    "a match takes its spans before larger overlaps": (
        [(0, 1, A), (0, 9, A)],
        [(0, 1, A), (0, 8, A)],
        [("correct", 0, 0), ("wrong_boundary", 1, 1)],
    ),
    "the same prediction twice": (
        [(0, 2, A)],
        [(0, 2, A), (0, 2, A)],
        [("correct", 0, 0), ("spurious", None, 1)],
    ),
}


def spans(triples):
    return [TagSpan(*triple) for triple in triples]


@pytest.mark.parametrize("case", CASES)
def test_rule(case):
    gold, predicted, expected = CASES[case]
    found = compare_spans(spans(gold), spans(predicted))
    assert sorted(found, key=str) == sorted((Pair(*pair) for pair in expected), key=str)


def test_predictions_on_unannotated_tokens_do_not_count():
    gold = spans([(0, 2, A), (6, 7, A)])
    predicted = spans([(0, 3, A), (3, 4, B), (6, 7, A), (0, 0, A)])
    pairs = compare_spans(gold, predicted, unannotated={2, 4})
    assert set(pairs) == {
        ("not_counted", None, 0),  # touches token 2, though it has common tokens with a gold span
        ("missed", 0, None),
        ("spurious", None, 1),
        ("correct", 1, 2),
        ("not_counted", None, 3),  # touches no gold token
    }


def test_pairs_stand_in_the_order_of_the_text():
    gold, predicted = spans([(4, 6, A), (8, 9, A)]), spans([(0, 1, A), (3, 5, A)])
    kinds = [pair.kind for pair in compare_spans(gold, predicted)]
    assert kinds == ["spurious", "wrong_boundary", "missed"]


@st.composite
def separate_spans(draw):
    """Spans without common tokens, as in doc.ents."""
    bounds = sorted(draw(st.sets(st.integers(0, 12), max_size=8)))
    found = [
        TagSpan(start, end, draw(st.sampled_from("AB"))) for start, end in zip(bounds, bounds[1:])
    ]
    return [span for span in found if draw(st.booleans())]


@given(separate_spans(), separate_spans(), st.sets(st.integers(0, 12), max_size=2))
def test_every_span_is_in_one_pair_of_its_kind(gold, predicted, unannotated):
    pairs = compare_spans(gold, predicted, unannotated)
    assert sorted(p.gold for p in pairs if p.gold is not None) == list(range(len(gold)))
    places = sorted(p.predicted for p in pairs if p.predicted is not None)
    assert places == list(range(len(predicted)))
    for kind, i, j in pairs:
        one, other = None if i is None else gold[i], None if j is None else predicted[j]
        same_bounds = one and other and one[:2] == other[:2]
        overlap = one and other and one.start < other.end and other.start < one.end
        holds = {
            "correct": one == other,
            "wrong_label": same_bounds and one.label != other.label,
            "wrong_boundary": overlap and not same_bounds,
            "missed": other is None,
            "spurious": one is None,
            "not_counted": one is None and unannotated & set(range(other.start, other.end)),
        }
        assert set(holds) == set(KINDS) and holds[kind]


@given(separate_spans(), separate_spans())
def test_what_is_left_has_nothing_to_pair_with(gold, predicted):
    pairs = compare_spans(gold, predicted)
    missed = [gold[pair.gold] for pair in pairs if pair.kind == "missed"]
    spurious = [predicted[pair.predicted] for pair in pairs if pair.kind == "spurious"]
    for one in missed:
        assert not any(one.start < other.end and other.start < one.end for other in spurious)


@given(separate_spans(), separate_spans())
def test_same_bounds_are_found_from_either_side(gold, predicted):
    kinds = ("correct", "wrong_label")
    forth = {pair for pair in compare_spans(gold, predicted) if pair.kind in kinds}
    back = {pair for pair in compare_spans(predicted, gold) if pair.kind in kinds}
    assert forth == {Pair(kind, i, j) for kind, j, i in back}
    assert len(forth) == len({one[:2] for one in gold} & {one[:2] for one in predicted})
