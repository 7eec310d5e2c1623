import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.evaluation.compare import KINDS, Match, compare_spans, extent
from spacy_lstm_ner.tags.spans import TagSpan

A, B = "A", "B"
CASES = {
    "nothing": ([], [], []),
    "same": ([(0, 2, A)], [(0, 2, A)], [("correct", [0], [0])]),
    "label": ([(0, 2, A)], [(0, 2, B)], [("label", [0], [0])]),
    "boundary": ([(0, 2, A)], [(1, 3, A)], [("boundary", [0], [0])]),
    "boundary: a piece": ([(0, 2, A)], [(0, 1, A)], [("boundary", [0], [0])]),
    "both": ([(0, 2, A)], [(0, 1, B)], [("both", [0], [0])]),
    "missed": ([(0, 2, A)], [], [("missed", [0], [])]),
    "spurious": ([], [(0, 2, A)], [("spurious", [], [0])]),
    "neighbours": ([(0, 2, A)], [(2, 3, A)], [("missed", [0], []), ("spurious", [], [0])]),
    "merged, the best fit first": (
        [(0, 1, A), (2, 5, A)],
        [(0, 5, A)],
        [("merged", [1, 0], [0])],
    ),
    "split, the best fit first, with a gap": (
        [(0, 6, A)],
        [(0, 2, A), (3, 6, A)],
        [("split", [0], [1, 0])],
    ),
    "split, as many common tokens: same label first": (
        [(0, 4, A)],
        [(0, 2, B), (2, 4, A)],
        [("split", [0], [1, 0])],
    ),
    "split, as many common tokens, same labels: the earlier first": (
        [(0, 4, A)],
        [(0, 2, A), (2, 4, A)],
        [("split", [0], [0, 1])],
    ),
    "split before boundary, though another has more common tokens": (
        [(0, 9, A)],
        [(0, 1, A), (1, 2, A), (3, 12, A)],
        [("split", [0], [0, 1]), ("spurious", [], [2])],
    ),
    "not split: one inside, one across its end": (
        [(0, 4, A)],
        [(0, 1, A), (2, 5, A)],
        [("boundary", [0], [1]), ("spurious", [], [0])],
    ),
    "a piece that is correct elsewhere is out of play": (
        [(0, 1, A), (1, 4, A)],
        [(0, 1, A), (1, 2, A), (2, 4, B)],
        [("correct", [0], [0]), ("split", [1], [2, 1])],
    ),
    "merged and a neighbour": (
        [(0, 1, A), (1, 2, B), (2, 4, A)],
        [(0, 3, B)],
        [("merged", [1, 0], [0]), ("missed", [2], [])],
    ),
    "a chain": (
        [(0, 2, A), (3, 6, A)],
        [(1, 4, A), (4, 7, B)],
        [("boundary", [0], [0]), ("both", [1], [1])],
    ),
    "a match takes its spans before larger overlaps": (
        [(0, 1, A), (0, 9, A)],
        [(0, 1, A), (0, 8, A)],
        [("correct", [0], [0]), ("boundary", [1], [1])],
    ),
    "the same prediction twice": (
        [(0, 2, A)],
        [(0, 2, A), (0, 2, A)],
        [("correct", [0], [0]), ("spurious", [], [1])],
    ),
}


def spans(triples):
    return [TagSpan(*triple) for triple in triples]


@pytest.mark.parametrize("case", CASES)
def test_rule(case):
    gold, predicted, expected = CASES[case]
    found = compare_spans(spans(gold), spans(predicted))
    wanted = [Match(kind, tuple(i), tuple(j)) for kind, i, j in expected]
    assert sorted(found) == sorted(wanted)


def test_predictions_on_unannotated_tokens_do_not_count():
    gold = spans([(0, 2, A), (6, 7, A)])
    predicted = spans([(0, 3, A), (3, 4, B), (6, 7, A), (0, 0, A)])
    matches = compare_spans(gold, predicted, unannotated={2, 4})
    assert set(matches) == {
        ("not_counted", (), (0,)),  # touches token 2, though it has common tokens with a gold one
        ("missed", (0,), ()),
        ("spurious", (), (1,)),
        ("correct", (1,), (2,)),
        ("not_counted", (), (3,)),  # touches no gold token
    }


def test_what_is_not_counted_splits_nothing():
    gold, predicted = spans([(0, 3, A)]), spans([(0, 1, A), (2, 4, A)])
    matches = compare_spans(gold, predicted, unannotated={3})
    assert set(matches) == {("not_counted", (), (1,)), ("boundary", (0,), (0,))}


def test_matches_stand_in_the_order_of_the_text():
    gold, predicted = spans([(4, 6, A), (8, 9, A)]), spans([(0, 1, A), (3, 5, A)])
    kinds = [match.kind for match in compare_spans(gold, predicted)]
    assert kinds == ["spurious", "boundary", "missed"]


def test_extent_is_that_of_all_entities():
    gold, predicted = spans([(1, 3, A)]), spans([(2, 7, A)])
    assert extent(Match("boundary", (0,), (0,)), gold, predicted) == (1, 7)
    assert extent(Match("spurious", (), (0,)), gold, predicted) == (2, 7)


@st.composite
def separate_spans(draw):
    """Spans without common tokens, as in doc.ents."""
    bounds = sorted(draw(st.sets(st.integers(0, 12), max_size=8)))
    found = [
        TagSpan(start, end, draw(st.sampled_from("AB"))) for start, end in zip(bounds, bounds[1:])
    ]
    return [span for span in found if draw(st.booleans())]


@st.composite
def any_spans(draw):
    """Overlapping ones too: where gold tokens are longer, predictions can come to lie so."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=5))
    return [TagSpan(min(pair), max(pair), draw(st.sampled_from("AB"))) for pair in pairs]


def overlap(one, other):
    return one.start < other.end and other.start < one.end


def inside(one, other):
    return other.start <= one.start and one.end <= other.end


def kind_is_right(kind, ones, others, unannotated):
    """The rule for one match, written out once more."""
    if kind in ("correct", "label", "boundary", "both"):
        (one,), (other,) = ones, others
        same_bounds, same_label = one[:2] == other[:2], one.label == other.label
        rules = {"correct": (True, True), "label": (True, False), "boundary": (False, True)}
        return overlap(one, other) and (same_bounds, same_label) == rules.get(kind, (False, False))
    if kind in ("split", "merged"):
        (whole,), pieces = (ones, others) if kind == "split" else (others, ones)
        return len(pieces) > 1 and all(inside(piece, whole) for piece in pieces)
    if kind == "missed":
        return (len(ones), len(others)) == (1, 0)
    on_unannotated = any(
        other.start == other.end or unannotated & set(range(other.start, other.end))
        for other in others
    )
    return (len(ones), len(others), on_unannotated) == (0, 1, kind == "not_counted")


@given(separate_spans(), separate_spans() | any_spans(), st.sets(st.integers(0, 12), max_size=2))
def test_every_entity_is_in_one_match_of_its_kind(gold, predicted, unannotated):
    matches = compare_spans(gold, predicted, unannotated)
    assert sorted(i for match in matches for i in match.gold) == list(range(len(gold)))
    assert sorted(j for match in matches for j in match.predicted) == list(range(len(predicted)))
    for kind, of_gold, of_predicted in matches:
        ones, others = [gold[i] for i in of_gold], [predicted[j] for j in of_predicted]
        assert kind in KINDS and kind_is_right(kind, ones, others, unannotated)


@given(separate_spans(), separate_spans())
def test_what_is_left_has_nothing_to_match(gold, predicted):
    matches = compare_spans(gold, predicted)
    missed = [gold[match.gold[0]] for match in matches if match.kind == "missed"]
    spurious = [predicted[match.predicted[0]] for match in matches if match.kind == "spurious"]
    assert not any(overlap(one, other) for one in missed for other in spurious)


@given(separate_spans(), separate_spans())
def test_gold_and_predicted_change_places(gold, predicted):
    """Then split is merged, missed is spurious, and the pairs of equal bounds stay."""
    other_way = {"split": "merged", "merged": "split"}
    kinds = ("correct", "label", *other_way)
    forth = {match for match in compare_spans(gold, predicted) if match.kind in kinds}
    back = {
        (other_way.get(kind, kind), of_gold, of_predicted)
        for kind, of_predicted, of_gold in compare_spans(predicted, gold)
        if kind in kinds
    }
    assert forth == back


@given(separate_spans(), separate_spans())
def test_all_of_two_or_more_inside_one_are_split_or_merged(gold, predicted):
    same = {span[:2] for span in gold} & {span[:2] for span in predicted}
    found = compare_spans(gold, predicted)
    for kind, ones, others in (("split", gold, predicted), ("merged", predicted, gold)):
        expected = 0
        for one in ones:
            pieces = [other for other in others if inside(other, one)]
            expected += one[:2] not in same and len(pieces) > 1
        assert expected == sum(match.kind == kind for match in found)
