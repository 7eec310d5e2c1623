import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_lstm_ner.ops.crf import crf_loss, posterior
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.ops.viterbi import viterbi
from spacy_lstm_ner.types import Packed, TagScores

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


@settings(max_examples=60)
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


@settings(max_examples=40)
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
