import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_lstm_ner.ops import crf
from spacy_lstm_ner.ops.crf import crf_loss, posterior
from spacy_lstm_ner.ops.crf_log import log_posterior
from spacy_lstm_ner.ops.lattice import make_lattice
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.ops.viterbi import viterbi
from spacy_lstm_ner.types import Constraints, Packed, TagScores

from ..crf_cases import (
    NO_RULES,
    enumerate_posterior,
    make_constraints,
    make_mask,
    make_scores,
    random_path,
)
from ..gradients import LIMIT, numeric_gradient

# (rules, tags): every small tag set, with and without the rules of BILUO
TAG_SETS = [("biluo", 1), ("biluo", 5), ("biluo", 9), (NO_RULES, 1), (NO_RULES, 2), (NO_RULES, 4)]
LENGTHS = [[], [0], [1], [2], [3], [4], [4, 2, 0, 1], [0, 1, 3, 3]]


def counting_fallback(monkeypatch):
    calls = []

    def counted(xp, emissions, transitions):
        calls.append(len(emissions))
        return log_posterior(xp, emissions, transitions)

    monkeypatch.setattr(crf, "log_posterior", counted)
    return calls


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("rules,nK", TAG_SETS)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sd", [1.0, 40.0])
def test_posterior_equals_enumeration(lengths, rules, nK, masked, sd):
    constraints = make_constraints(rules, nK)
    scores = make_scores(lengths, nK, seed=nK, sd=sd)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask = make_mask(scores, constraints, seed=1)
    found = posterior(scores, constraints, mask)
    expected = enumerate_posterior(scores, constraints, mask)
    numpy.testing.assert_allclose(found.log_partition.sum(), expected["log_partition"])
    for name in ("marginals", "transitions", "start", "end"):
        numpy.testing.assert_allclose(getattr(found, name), expected[name], atol=1e-9)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("rules,nK", TAG_SETS)
def test_loss_equals_enumeration_and_its_gradient_the_numeric_one(lengths, rules, nK):
    constraints = make_constraints(rules, nK)
    scores = make_scores(lengths, nK, seed=3)
    layout = scores.emissions.layout
    gold = make_mask(scores, constraints, seed=4)
    valid = make_mask(scores, constraints, seed=5) | gold
    loss, d_scores = crf_loss(scores, constraints, valid, gold)
    free = enumerate_posterior(scores, constraints, valid)["log_partition"]
    told = enumerate_posterior(scores, constraints, valid & gold)["log_partition"]
    assert loss == pytest.approx(free - told, abs=1e-9)
    assert loss >= -1e-12

    def again():
        return crf_loss(scores, constraints, valid, gold)[0]

    assert d_scores.emissions.layout is layout
    pairs = [(scores.emissions.data, d_scores.emissions.data)]
    pairs += [(getattr(scores, k), getattr(d_scores, k)) for k in ("start", "transitions", "end")]
    for array, gradient in pairs:
        assert gradient.shape == array.shape
        exact = numeric_gradient(again, array)
        # A gradient of zero has no relative error: the numeric one is noise of 1e-10 then.
        assert numpy.linalg.norm(exact - gradient) < max(LIMIT * numpy.linalg.norm(exact), 1e-8)


@pytest.mark.parametrize("nK", [5, 9])
def test_known_partial_and_missing_annotation_in_one_batch(nK):
    constraints = make_constraints("biluo", nK)
    lengths = [3, 1, 0, 4, 2, 1, 3, 4]
    scores = make_scores(lengths, nK, seed=6)
    layout = scores.emissions.layout
    rng = numpy.random.RandomState(7)
    gold = make_mask(scores, constraints, seed=7)
    valid = make_mask(scores, constraints, seed=8) | gold
    kinds = ["known", "known", "known", "missing", "partial", "missing", "partial", "known"]
    begins = numpy.cumsum(lengths) - lengths
    for kind, begin, length in zip(kinds, begins, lengths):
        rows = layout.packed_rows[begin : begin + length]
        if kind == "known" and length:
            gold[rows] = False
            gold[rows, random_path(constraints, length, rng)] = True
            valid[rows] |= gold[rows]
        if kind == "missing":
            gold[rows] = True
    loss, d_scores = crf_loss(scores, constraints, valid, gold)
    free = enumerate_posterior(scores, constraints, valid)
    told = enumerate_posterior(scores, constraints, valid & gold)
    assert loss == pytest.approx(free["log_partition"] - told["log_partition"], abs=1e-9)
    numpy.testing.assert_allclose(
        d_scores.emissions.data, free["marginals"] - told["marginals"], atol=1e-9
    )
    for name in ("start", "transitions", "end"):
        numpy.testing.assert_allclose(getattr(d_scores, name), free[name] - told[name], atol=1e-9)


@pytest.mark.parametrize("others", ["known", "partial"])
def test_gold_without_a_path_is_an_error_that_names_the_sequence(others):
    constraints = make_constraints("biluo", 5)
    scores = make_scores([2, 4, 0, 3], 5, seed=0)
    valid = numpy.ones(scores.emissions.data.shape, dtype=bool)
    gold = numpy.zeros_like(valid)
    gold[:, 0] = True
    rows = scores.emissions.layout.packed_rows
    gold[rows[6]] = [False, True, False, False, False]  # B O O in the last sequence
    if others == "partial":
        gold[rows[[2, 8]]] = True
    with pytest.raises(ValueError, match="sequence 3 of the batch"):
        crf_loss(scores, constraints, valid, gold)


def test_nothing_known_costs_nothing():
    constraints = make_constraints("biluo", 9)
    scores = make_scores([3, 1, 0], 9, seed=0)
    free = numpy.ones(scores.emissions.data.shape, dtype=bool)
    loss, d_scores = crf_loss(scores, constraints, free, free)
    assert loss == 0
    for gradient in (d_scores.emissions.data, d_scores.transitions, d_scores.start, d_scores.end):
        assert (gradient == 0).all()


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


def test_no_path_is_an_error_that_names_the_sequence():
    constraints = make_constraints("biluo", 5)
    scores = make_scores([2, 4, 3], 5, seed=0)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    layout = scores.emissions.layout
    mask[layout.packed_rows[2 + 4 + 1]] = False  # second token of the third sequence
    for function in (posterior, viterbi):
        with pytest.raises(ValueError, match="sequence 2 of the batch"):
            function(scores, constraints, mask)


def test_arguments_are_left_alone_and_fresh_memory_does_not_matter(monkeypatch):
    constraints = make_constraints("biluo", 9)
    scores = make_scores([5, 2, 0, 1], 9, seed=0)
    gold = make_mask(scores, constraints, seed=1)
    valid = numpy.ones_like(gold)
    arrays = [scores.emissions.data, scores.start, scores.transitions, scores.end, gold, valid]
    keep = [array.copy() for array in arrays]
    loss, d_scores = crf_loss(scores, constraints, valid, gold)
    tags = viterbi(scores, constraints, valid)

    def spoiled(shape, dtype):
        is_float = numpy.dtype(dtype).kind == "f"
        return numpy.full(shape, numpy.nan if is_float else 10**9, dtype)

    monkeypatch.setattr(numpy, "empty", spoiled)
    monkeypatch.setattr(numpy, "empty_like", lambda x: spoiled(x.shape, x.dtype))
    again, d_again = crf_loss(scores, constraints, valid, gold)
    assert again == loss
    numpy.testing.assert_array_equal(d_again.emissions.data, d_scores.emissions.data)
    numpy.testing.assert_array_equal(viterbi(scores, constraints, valid), tags)
    for array, before in zip(arrays, keep):
        numpy.testing.assert_array_equal(array, before)


def test_nan_behind_a_mask_does_not_matter():
    constraints = make_constraints("biluo", 9)
    scores = make_scores([4, 1], 9, seed=0)
    mask = make_mask(scores, constraints, seed=1)
    expected, best = posterior(scores, constraints, mask), viterbi(scores, constraints, mask)
    scores.emissions.data[~mask] = numpy.nan
    scores.transitions[~constraints.transitions] = numpy.nan
    found = posterior(scores, constraints, mask)
    numpy.testing.assert_array_equal(found.marginals, expected.marginals)
    numpy.testing.assert_array_equal(viterbi(scores, constraints, mask), best)


lattices = st.tuples(
    st.lists(st.integers(0, 8), min_size=1, max_size=5),
    st.sampled_from(TAG_SETS),
    st.integers(0, 10_000),
    st.sampled_from([0.1, 1.0, 10.0, 100.0]),
)


@settings(max_examples=60, deadline=None)
@given(lattices)
def test_properties(case):
    lengths, (rules, nK), seed, sd = case
    constraints = make_constraints(rules, nK)
    scores = make_scores(lengths, nK, seed, sd)
    mask = make_mask(scores, constraints, seed)
    everything = numpy.ones_like(mask)
    some, free = (posterior(scores, constraints, m) for m in (mask, everything))
    numpy.testing.assert_allclose(some.marginals.sum(axis=1), 1, atol=1e-9)
    assert (some.marginals[~mask] == 0).all()
    assert (some.log_partition <= free.log_partition + 1e-9).all()
    # as many pairs as tokens after the first ones
    layout = scores.emissions.layout
    assert some.transitions.sum() == pytest.approx(len(layout.previous_rows), abs=1e-6)
    # the best path is one of those summed up
    best = best_scores(scores, viterbi(scores, constraints, mask))
    assert (best <= some.log_partition + 1e-9 * numpy.abs(best)).all()


@settings(max_examples=40, deadline=None)
@given(lattices, st.randoms(use_true_random=False))
def test_permuting_the_batch_permutes_the_output(case, random):
    lengths, (rules, nK), seed, sd = case
    constraints = make_constraints(rules, nK)
    scores = make_scores(lengths, nK, seed, sd)
    layout = scores.emissions.layout
    flat = scores.emissions.data[layout.packed_rows]
    order = list(range(len(lengths)))
    random.shuffle(order)
    pieces = numpy.split(numpy.arange(len(flat)), numpy.cumsum(lengths)[:-1])
    moved = numpy.concatenate([pieces[n] for n in order]).astype(int)
    other = pack_layout(numpy, [lengths[n] for n in order])
    shuffled = TagScores(
        Packed(flat[moved][other.flat_rows], other), scores.start, scores.transitions, scores.end
    )
    mask = numpy.ones_like(flat, dtype=bool)
    for function in (
        lambda s: posterior(s, constraints, mask).marginals,
        lambda s: viterbi(s, constraints, mask),
    ):
        ours, theirs = function(scores)[layout.packed_rows], function(shuffled)[other.packed_rows]
        numpy.testing.assert_allclose(ours[moved], theirs, atol=1e-9)


def best_scores(scores, tags):
    """Score of the given paths, by rank."""
    layout = scores.emissions.layout
    values = scores.emissions.data[numpy.arange(len(tags)), tags]
    totals = numpy.zeros(len(layout.last_rows))
    numpy.add.at(totals, layout.ranks, values)
    first = len(layout.last_rows)
    totals += scores.start[tags[:first]] + scores.end[tags[layout.last_rows]]
    steps = scores.transitions[tags[layout.previous_rows], tags[first:]]
    return totals + numpy.bincount(layout.ranks[first:], weights=steps, minlength=first)
