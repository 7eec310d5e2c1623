import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_lstm_ner.ops.k_best import k_best
from spacy_lstm_ner.ops.viterbi import viterbi

from .. import reference
from ..crf_cases import enumerate_paths, make_constraints, make_mask, make_scores
from .test_crf import LENGTHS, TAG_SETS


def check(scores, constraints, mask, k):
    """Compare with all paths, sorted. Of paths that tie, any may come first."""
    found = k_best(scores, constraints, mask, k)
    for got, (paths, values, _) in zip(found, enumerate_paths(scores, constraints, mask)):
        ranked = numpy.sort(values)[::-1][:k]
        assert len(got) == min(k, len(paths))
        numpy.testing.assert_allclose([score for _, score in got], ranked, rtol=1e-12, atol=1e-12)
        as_tuples = [tuple(tags.tolist()) for tags, _ in got]
        assert len(set(as_tuples)) == len(got) and set(as_tuples) <= set(paths)
        value_of = dict(zip(paths, values))
        for path, (_, score) in zip(as_tuples, got):
            assert score == pytest.approx(value_of[path], rel=1e-12, abs=1e-12)
    return found


@pytest.mark.parametrize("lengths", [*LENGTHS, [5], [5, 0, 1]])
@pytest.mark.parametrize("rules,nK", [*TAG_SETS[:2], *TAG_SETS[3:]])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("k", [1, 2, 7, 10**4])
def test_k_best_equals_enumeration(lengths, rules, nK, masked, k):
    constraints = make_constraints(rules, nK)
    scores = make_scores(lengths, nK, seed=nK)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask = make_mask(scores, constraints, seed=1)
    if sum(lengths) > 6 and nK == 4:
        k = min(k, 100)
    check(scores, constraints, mask, k)


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=4),
    st.sampled_from(TAG_SETS),
    st.integers(0, 10_000),
    st.sampled_from([0.3, 1.0, 30.0]),
    st.integers(1, 12),
    st.booleans(),
)
def test_any_lattice_with_and_without_ties(lengths, tags, seed, sd, k, tied):
    constraints = make_constraints(*tags)
    scores = make_scores(lengths, tags[1], seed, sd)
    if tied:
        for array in (scores.emissions.data, scores.start, scores.transitions, scores.end):
            array[:] = numpy.round(array)
    mask = make_mask(scores, constraints, seed)
    found = check(scores, constraints, mask, k)
    best = viterbi(scores, constraints, mask)[scores.emissions.layout.packed_rows]
    numpy.testing.assert_array_equal(numpy.concatenate([paths[0][0] for paths in found]), best)


def test_a_sequence_without_tokens_has_the_empty_path():
    scores = make_scores([0, 2, 0], 5, seed=0)
    found = k_best(scores, make_constraints("biluo", 5), numpy.ones((2, 5), dtype=bool), 3)
    for paths in (found[0], found[2]):
        assert [(tags.tolist(), score) for tags, score in paths] == [([], 0.0)]
    assert len(found[1]) == 3
    nothing = numpy.ones((0, 5), dtype=bool)
    assert k_best(make_scores([], 5, seed=0), make_constraints("biluo", 5), nothing, 2) == []


def test_one_path_is_all_there_is():
    constraints = make_constraints("biluo", 5)
    scores = make_scores([3, 1], 5, seed=0)
    mask = numpy.zeros((4, 5), dtype=bool)
    mask[:, 0] = True
    mask[scores.emissions.layout.packed_rows[3], 4] = True  # O or U at the only token
    found = k_best(scores, constraints, mask, 5)
    assert [tags.tolist() for tags, _ in found[0]] == [[0, 0, 0]]
    assert sorted(tags.tolist() for tags, _ in found[1]) == [[0], [4]]


def test_scores_of_a_long_sequence_are_those_of_its_paths():
    constraints = make_constraints("biluo", 17)
    scores = make_scores([3000, 40], 17, seed=0, sd=10)
    mask = numpy.ones((3040, 17), dtype=bool)
    arrays = (scores.start, scores.transitions, scores.end)
    layout = scores.emissions.layout
    emissions = scores.emissions.data[layout.packed_rows]
    for rows, paths in zip(
        (emissions[:3000], emissions[3000:]), k_best(scores, constraints, mask, 4)
    ):
        for tags, score in paths:
            exact = reference.path_score(tags.tolist(), rows, *arrays)
            assert score == pytest.approx(exact, rel=1e-12)
        values = [score for _, score in paths]
        assert values == sorted(values, reverse=True)


def test_batch_mates_do_not_matter():
    constraints = make_constraints("biluo", 9)
    scores = make_scores([4, 7, 0, 1, 2], 9, seed=2)
    layout = scores.emissions.layout
    flat = scores.emissions.data[layout.packed_rows]
    together = k_best(scores, constraints, numpy.ones((14, 9), dtype=bool), 6)
    begin = 0
    for length, paths in zip([4, 7, 0, 1, 2], together):
        alone = make_scores([length], 9, seed=2)
        alone.emissions.data[:] = flat[begin : begin + length]
        alone.start, alone.transitions, alone.end = scores.start, scores.transitions, scores.end
        (expected,) = k_best(alone, constraints, numpy.ones((length, 9), dtype=bool), 6)
        assert [score for _, score in paths] == [score for _, score in expected]
        for (ours, _), (theirs, _) in zip(paths, expected):
            numpy.testing.assert_array_equal(ours, theirs)
        begin += length


@pytest.mark.parametrize("k", [0, -1, 1.5, True, None, "2"])
def test_k_must_be_a_number_of_paths(k):
    scores = make_scores([2], 5, seed=0)
    with pytest.raises(ValueError, match=r"k = .*expected how many paths.* >= 1"):
        k_best(scores, make_constraints("biluo", 5), numpy.ones((2, 5), dtype=bool), k)


def test_no_path_is_an_error():
    scores = make_scores([2, 1], 5, seed=0)
    mask = numpy.ones((3, 5), dtype=bool)
    mask[scores.emissions.layout.packed_rows[2]] = False
    with pytest.raises(ValueError, match="sequence 1 of the batch"):
        k_best(scores, make_constraints("biluo", 5), mask, 2)
