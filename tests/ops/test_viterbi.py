from unittest import mock

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_lstm_ner.ops import max_plus
from spacy_lstm_ner.ops.viterbi import viterbi

from .. import reference
from ..crf_cases import NO_RULES, enumerate_paths, make_constraints, make_mask, make_scores
from .test_crf import LENGTHS, TAG_SETS, best_scores

# Each way through a step, whatever the sizes: (SPARSE_FROM, FEW, CELLS)
FORMS = {
    "rows": (10**9, 10**9, 1),
    "dense": (10**9, 0, 2**18),
    "dense, a sequence at a time": (10**9, 0, 1),
    "sparse": (0, 0, 2**18),
    "sparse, some sequences at a time": (0, 0, 300),
    "sparse, rows": (0, 40, 100),
}


def with_form(form, function, *args):
    SPARSE_FROM, FEW, CELLS = FORMS[form]
    with mock.patch.multiple(max_plus, SPARSE_FROM=SPARSE_FROM, FEW=FEW, CELLS=CELLS):
        return function(*args)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("rules,nK", TAG_SETS)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_best_path_equals_enumeration(lengths, rules, nK, masked, seed):
    constraints = make_constraints(rules, nK)
    scores = make_scores(lengths, nK, seed)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask = make_mask(scores, constraints, seed)
    tags = viterbi(scores, constraints, mask)
    for paths, values, rows in enumerate_paths(scores, constraints, mask):
        assert tuple(tags[rows]) == paths[int(numpy.argmax(values))]


def test_long_float32_paths_are_as_good_as_float64_ones():
    constraints = make_constraints("biluo", 17)
    scores = make_scores([5000], 17, seed=0, sd=10, dtype="float32")
    exact = make_scores([5000], 17, seed=0, sd=10, dtype="float64")
    mask = numpy.ones((5000, 17), dtype=bool)
    ours, best = (viterbi(s, constraints, mask) for s in (scores, exact))
    loss = best_scores(exact, best) - best_scores(exact, ours)
    assert 0 <= loss[0] < 1e-3


def test_ties_go_to_the_lower_tag():
    constraints = make_constraints("biluo", 5)
    scores = make_scores([3, 1], 5, seed=0, sd=0.0)
    assert viterbi(scores, constraints, numpy.ones((4, 5), dtype=bool)).tolist() == [0] * 4


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=9),
    st.sampled_from([("biluo", 1), ("biluo", 5), ("biluo", 17), ("biluo", 25), (NO_RULES, 6)]),
    st.integers(0, 10_000),
    st.sampled_from([0.3, 1.0, 5.0]),
    st.booleans(),
)
def test_all_forms_equal_the_reference_where_many_paths_tie(lengths, tags, seed, sd, masked):
    constraints = make_constraints(*tags)
    scores = make_scores(lengths, tags[1], seed, sd, dtype="float32")
    for array in (scores.emissions.data, scores.start, scores.transitions, scores.end):
        array[:] = numpy.round(array)  # so that paths tie, and sums are exact in any order
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask = make_mask(scores, constraints, seed)
    expected = reference_paths(scores, constraints, mask)
    for form in FORMS:
        numpy.testing.assert_array_equal(
            with_form(form, viterbi, scores, constraints, mask), expected, err_msg=form
        )


def reference_paths(scores, constraints, mask):
    layout = scores.emissions.layout
    start, transitions, end = (
        numpy.where(getattr(constraints, name), getattr(scores, name), -numpy.inf)
        for name in ("start", "transitions", "end")
    )
    emissions = numpy.where(mask, scores.emissions.data, -numpy.inf)
    expected = numpy.zeros(len(mask), dtype=int)
    for rank in range(len(layout.last_rows)):
        rows = numpy.flatnonzero(layout.ranks == rank)
        expected[rows] = reference.viterbi_one_sequence(emissions[rows], start, transitions, end)
    return expected


@pytest.mark.parametrize("sd", [0.1, 10.0, 100.0])
def test_forms_agree_to_the_last_bit(sd):
    constraints = make_constraints("biluo", 73)
    scores = make_scores([120, 40, 40, 3, 1, 0] + [17] * 20, 73, seed=0, sd=sd, dtype="float32")
    mask = make_mask(scores, constraints, seed=1)
    first, *others = (with_form(form, viterbi, scores, constraints, mask) for form in FORMS)
    for other in others:
        numpy.testing.assert_array_equal(other, first)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("token", [0, 1, 2])
def test_no_path_is_an_error_in_every_form(form, token):
    constraints = make_constraints("biluo", 9)
    scores = make_scores([2, 4, 3, 3], 9, seed=0)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    mask[scores.emissions.layout.packed_rows[2 + 4 + token]] = False
    with pytest.raises(ValueError, match="sequence 2 of the batch"):
        with_form(form, viterbi, scores, constraints, mask)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("allowed", [numpy.zeros((4, 4), bool), numpy.eye(4, dtype=bool)])
def test_rules_that_let_few_tags_follow(form, allowed):
    """No tag, or only itself, may follow: nothing is left that has many predecessors."""
    constraints = make_constraints(NO_RULES, 4)
    constraints = type(constraints)(constraints.start, allowed, constraints.end)
    T = 3 if allowed.any() else 1
    scores = make_scores([T, 1, T], 4, seed=3)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    tags = with_form(form, viterbi, scores, constraints, mask)
    numpy.testing.assert_array_equal(tags, reference_paths(scores, constraints, mask))
