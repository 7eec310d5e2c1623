import numpy
import pytest

from spacy_lstm_ner.ops.viterbi import viterbi

from ..crf_cases import enumerate_paths, make_constraints, make_mask, make_scores
from .test_crf import LENGTHS, TAG_SETS, best_scores


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
