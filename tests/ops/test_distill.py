"""The divergence from a teacher, by enumeration and by numerical gradients."""

from dataclasses import replace

import numpy
import pytest

from spacy_lstm_ner.ops.distill import distillation_loss
from spacy_lstm_ner.types import Bools2d, Constraints, TagScores

from ..crf_cases import NO_RULES, enumerate_paths, make_constraints, make_mask, make_scores
from ..gradients import LIMIT, numeric_gradient, relative_error

LENGTHS = [3, 1, 0, 2]
PARTS = ("start", "transitions", "end")


def enumerated(scores: TagScores, teacher: TagScores, rules: Constraints, mask: Bools2d, n: int):
    """The definition: Σ q log(q / p) over the paths of shared tags, p being the student's share of
    each among them."""
    shared = mask & (numpy.arange(mask.shape[1]) < n)
    total = 0.0
    students, teachers = (enumerate_paths(given, rules, shared) for given in (scores, teacher))
    for (paths, s, _), (same, t, _) in zip(students, teachers, strict=True):
        assert paths == same
        q = numpy.exp(t) / numpy.exp(t).sum()
        log_p = numpy.array(s) - numpy.log(numpy.exp(s).sum())
        total += (q * (numpy.log(q) - log_p)).sum()
    return total


def make_case(rules, n_new, seed):
    """A student and a teacher, whose last tags (`n_new`) the teacher does not know."""
    nK = (9 if rules != NO_RULES else 3) + n_new
    constraints = make_constraints(rules, nK)
    scores, teacher = (make_scores(LENGTHS, nK, seed + i) for i in (1, 0))
    mask = make_mask(scores, constraints, seed)
    mask[:, 0] = True  # as in any Doc
    return scores, teacher, constraints, mask, nK - n_new


@pytest.mark.parametrize("rules", [NO_RULES, "biluo"])
@pytest.mark.parametrize("n_new", [0, 4])
@pytest.mark.parametrize("seed", range(3))
def test_equals_enumeration(rules, n_new, seed):
    case = make_case(rules, n_new, seed)
    loss, _ = distillation_loss(*case)
    assert loss == pytest.approx(enumerated(*case), rel=1e-9)
    assert loss > 0


@pytest.mark.parametrize("rules", [NO_RULES, "biluo"])
@pytest.mark.parametrize("n_new", [0, 4])
def test_gradient(rules, n_new):
    scores, *rest = make_case(rules, n_new, 7)
    _, gradient = distillation_loss(scores, *rest)

    def loss() -> float:
        return distillation_loss(scores, *rest)[0]

    exact = numeric_gradient(loss, scores.emissions.data)
    assert relative_error(exact, gradient.emissions.data) < LIMIT
    assert not gradient.emissions.data[:, rest[-1] :].any()
    for name in PARTS:
        exact = numeric_gradient(loss, getattr(scores, name))
        assert relative_error(exact, getattr(gradient, name)) < LIMIT, name


def test_nothing_to_learn_from_oneself():
    scores, _, *rest = make_case("biluo", 0, 3)
    shifted = replace(scores, start=scores.start + 2.5)  # the same distribution
    loss, gradient = distillation_loss(shifted, scores, *rest)
    assert abs(loss) < 1e-12
    parts = (gradient.emissions.data, *(getattr(gradient, name) for name in PARTS))
    assert max(abs(part).max() for part in parts) < 1e-12


def test_scores_of_new_tags_do_not_matter():
    scores, *rest = make_case("biluo", 4, 5)
    loss, _ = distillation_loss(scores, *rest)
    for given, much in ((scores, 100.0), (rest[0], -3.0)):
        given.emissions.data[:, 9:] += much
        given.transitions[9:] += much
    assert distillation_loss(scores, *rest)[0] == loss


def test_long_sequences_and_great_scores():
    """In float32, with sequences that only log space can do, against double precision."""
    lengths, constraints = [400, 1, 7], make_constraints("biluo", 9)
    teacher, scores = (make_scores(lengths, 9, seed, sd=30.0, dtype="float32") for seed in (1, 2))
    mask = numpy.ones((408, 9), dtype=bool)
    loss, gradient = distillation_loss(scores, teacher, constraints, mask, 9)
    doubles = [
        replace(
            given,
            emissions=replace(given.emissions, data=given.emissions.data.astype("float64")),
            **{name: getattr(given, name).astype("float64") for name in PARTS},
        )
        for given in (scores, teacher)
    ]
    exact, exact_gradient = distillation_loss(*doubles, constraints, mask, 9)
    assert loss == pytest.approx(exact, rel=1e-6) and loss > 0
    assert gradient.emissions.data.dtype == numpy.float32
    numpy.testing.assert_allclose(gradient.emissions.data, exact_gradient.emissions.data, atol=1e-6)


def test_nothing_in_nothing_out():
    scores, teacher = make_scores([0, 0], 9, 1), make_scores([0, 0], 9, 2)
    mask = numpy.ones((0, 9), dtype=bool)
    loss, gradient = distillation_loss(scores, teacher, make_constraints("biluo", 9), mask, 5)
    assert loss == 0 and gradient.emissions.data.shape == (0, 9) and not gradient.start.any()
