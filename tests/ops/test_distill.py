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


def enumerated(
    scores: TagScores, teacher: TagScores, constraints: Constraints, mask: Bools2d
) -> float:
    """The definition: Σ q log(q / p) over the teacher's paths, p being the student's share of
    each among them."""
    nT, total = len(teacher.start), 0.0
    wide = numpy.zeros((len(mask), len(scores.start)), dtype=bool)
    wide[:, :nT] = mask
    yes = numpy.zeros(len(scores.start), dtype=bool)
    yes[:nT] = True
    start, end, pairs = yes.copy(), yes.copy(), numpy.outer(yes, yes)
    start[:nT], end[:nT] = constraints.start, constraints.end
    pairs[:nT, :nT] = constraints.transitions
    students = enumerate_paths(scores, Constraints(start, pairs, end), wide)
    teachers = enumerate_paths(teacher, constraints, mask)
    for (paths, s, _), (same, t, _) in zip(students, teachers, strict=True):
        assert sorted(paths) == sorted(same)
        by_path = dict(zip(paths, s))
        q = numpy.exp(t) / numpy.exp(t).sum()
        log_Z = numpy.log(numpy.exp(s).sum())
        total += sum(w * (numpy.log(w) - by_path[path] + log_Z) for path, w in zip(same, q))
    return total


def make_case(rules, n_new, seed):
    nT = 5 if rules != NO_RULES else 3
    teacher, scores = make_scores(LENGTHS, nT, seed), make_scores(LENGTHS, nT + n_new, seed + 1)
    constraints = make_constraints(rules, nT)
    return scores, teacher, constraints, make_mask(teacher, constraints, seed)


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
    assert not gradient.emissions.data[:, len(rest[0].start) :].any()
    for name in PARTS:
        exact = numeric_gradient(loss, getattr(scores, name))
        assert relative_error(exact, getattr(gradient, name)) < LIMIT, name


def test_nothing_to_learn_from_oneself():
    scores, _, constraints, mask = make_case("biluo", 0, 3)
    shifted = replace(scores, start=scores.start + 2.5)  # the same distribution
    loss, gradient = distillation_loss(shifted, scores, constraints, mask)
    assert abs(loss) < 1e-12
    parts = (gradient.emissions.data, *(getattr(gradient, name) for name in PARTS))
    assert max(abs(part).max() for part in parts) < 1e-12


def test_scores_of_new_tags_do_not_matter():
    scores, *rest = make_case("biluo", 4, 5)
    loss, _ = distillation_loss(scores, *rest)
    scores.emissions.data[:, 5:] += 100.0
    scores.transitions[5:] -= 3.0
    assert distillation_loss(scores, *rest)[0] == loss


def test_long_sequences_and_great_scores():
    """In float32, with sequences that only log space can do, against double precision."""
    lengths, constraints = [400, 1, 7], make_constraints("biluo", 9)
    teacher, scores = (make_scores(lengths, 9, seed, sd=30.0, dtype="float32") for seed in (1, 2))
    mask = numpy.ones((408, 9), dtype=bool)
    loss, gradient = distillation_loss(scores, teacher, constraints, mask)
    doubles = [
        replace(
            given,
            emissions=replace(given.emissions, data=given.emissions.data.astype("float64")),
            **{name: getattr(given, name).astype("float64") for name in PARTS},
        )
        for given in (scores, teacher)
    ]
    exact, exact_gradient = distillation_loss(*doubles, constraints, mask)
    assert loss == pytest.approx(exact, rel=1e-6) and loss > 0
    assert gradient.emissions.data.dtype == numpy.float32
    numpy.testing.assert_allclose(gradient.emissions.data, exact_gradient.emissions.data, atol=1e-6)


def test_nothing_in_nothing_out():
    scores, teacher = make_scores([0, 0], 9, 1), make_scores([0, 0], 5, 2)
    mask = numpy.ones((0, 5), dtype=bool)
    loss, gradient = distillation_loss(scores, teacher, make_constraints("biluo", 5), mask)
    assert loss == 0 and gradient.emissions.data.shape == (0, 9) and not gradient.start.any()
