"""Long sequences and extreme scores: where probabilities underflow, log space takes over."""

import numpy
import pytest

from spacy_lstm_ner.ops import crf
from spacy_lstm_ner.ops.crf import posterior
from spacy_lstm_ner.ops.crf_log import log_posterior
from spacy_lstm_ner.ops.lattice import make_lattice
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.types import Constraints, Packed, TagScores

from ..crf_cases import NO_RULES, make_constraints, make_scores


def counting_fallback(monkeypatch):
    calls = []

    def counted(xp, emissions, transitions):
        calls.append(len(emissions))
        return log_posterior(xp, emissions, transitions)

    monkeypatch.setattr(crf, "log_posterior", counted)
    return calls


@pytest.mark.parametrize("nK", [17, 73])
@pytest.mark.parametrize("sd", [0.1, 1, 10, 20, 30, 100])
def test_long_sequences_agree_with_log_space(nK, sd):
    T = 5000 if nK == 17 else 1000
    constraints = make_constraints("biluo", nK)
    scores = make_scores([T, 3], nK, seed=1, sd=sd, dtype="float32")
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    found = posterior(scores, constraints, mask)
    lattice = make_lattice(scores, constraints, mask)
    rows = numpy.flatnonzero(lattice.layout.ranks == 0)
    log_z, marginals, _, _ = log_posterior(numpy, lattice.emissions[rows], lattice.transitions)
    numpy.testing.assert_allclose(found.log_partition[0], log_z, rtol=1e-10)
    numpy.testing.assert_allclose(found.marginals[rows], marginals, atol=1e-6)
    numpy.testing.assert_allclose(found.marginals.sum(axis=1), 1, atol=1e-9)


@pytest.mark.parametrize("sd,falls_back", [(1, False), (10, False), (20, False), (100, True)])
def test_log_space_is_only_used_where_scores_are_extreme(monkeypatch, sd, falls_back):
    calls = counting_fallback(monkeypatch)
    scores = make_scores([300, 20], 17, seed=1, sd=sd, dtype="float32")
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    posterior(scores, make_constraints("biluo", 17), mask)
    assert bool(calls) == falls_back


def test_a_lost_branch_is_noticed(monkeypatch):
    """Two branches that never meet: the first loses by 800 nats, which underflows, and then wins
    by 900. Renormalised probabilities alone would answer with the wrong branch."""
    calls = counting_fallback(monkeypatch)
    T = 41
    layout = pack_layout(numpy, [T, 5])
    emissions = numpy.zeros((T + 5, 2))
    rows = numpy.flatnonzero(layout.ranks == 0)
    emissions[rows[:20], 0] = -40.0
    emissions[rows[20:], 0] = 45.0
    stay = Constraints(numpy.ones(2, bool), numpy.eye(2, dtype=bool), numpy.ones(2, bool))
    scores = TagScores(
        Packed(emissions, layout), numpy.zeros(2), numpy.zeros((2, 2)), numpy.zeros(2)
    )
    found = posterior(scores, stay, numpy.ones_like(emissions, dtype=bool))
    assert found.log_partition[0] == pytest.approx(-800 + 45 * 21)
    assert calls == [T]  # and the short sequence stays on the fast path
    numpy.testing.assert_allclose(found.marginals[rows], [[1.0, 0.0]] * T, atol=1e-12)


def test_a_norm_that_underflows_is_noticed(monkeypatch):
    """One path is allowed, so the renormalised state is always exactly one, but each step of it
    is worth e^-730 of the best pair: a number with few of its digits left."""
    calls = counting_fallback(monkeypatch)
    T, scores = 30, make_scores([30, 2], 2, seed=0)
    for array in (scores.emissions.data, scores.start, scores.transitions, scores.end):
        array[:] = 0
    scores.transitions[0, 0] = -730.7
    mask = numpy.zeros_like(scores.emissions.data, dtype=bool)
    rows = numpy.flatnonzero(scores.emissions.layout.ranks == 0)
    mask[:, 1] = True
    mask[rows] = [True, False]
    found = posterior(scores, make_constraints(NO_RULES, 2), mask)
    numpy.testing.assert_allclose(found.log_partition, [-730.7 * (T - 1), 0], rtol=1e-14)
    assert calls == [T]


def test_an_unreachable_branch_may_have_any_score(monkeypatch):
    """I is allowed in the middle, but no B before it: its backward variable grows by e^40 a step
    and would overflow, and zero times infinity is no probability."""
    calls = counting_fallback(monkeypatch)
    T, constraints = 60, make_constraints("biluo", 5)
    scores = make_scores([T, 3], 5, seed=0)
    scores.emissions.data[:, 2] = 40.0
    rows = numpy.flatnonzero(scores.emissions.layout.ranks == 0)
    mask = numpy.ones_like(scores.emissions.data, dtype=bool)
    mask[rows] = [True, False, True, False, False]  # O and I
    mask[rows[-1]] = True
    found = posterior(scores, constraints, mask)
    assert not calls
    expected = [[1.0, 0, 0, 0, 0]] * (T - 1)
    numpy.testing.assert_allclose(found.marginals[rows[:-1]], expected, atol=1e-12)
    numpy.testing.assert_allclose(found.marginals[rows[-1]].sum(), 1)
    assert numpy.isfinite(found.transitions).all()
    numpy.testing.assert_allclose(found.transitions.sum(), T - 1 + 2)


def test_tags_that_no_path_reaches_do_not_force_log_space(monkeypatch):
    calls = counting_fallback(monkeypatch)
    constraints = make_constraints("biluo", 5)
    scores = make_scores([6], 5, seed=2)
    mask = numpy.ones((6, 5), dtype=bool)
    mask[2] = [True, False, False, False, False]  # O: no I or L can follow
    posterior(scores, constraints, mask)
    assert not calls
