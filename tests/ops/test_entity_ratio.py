"""Penalty on the share of entity tokens: by enumeration, and by numerical gradients."""

import itertools

import numpy
import pytest

from spacy_lstm_ner.ops.crf import posterior
from spacy_lstm_ner.ops.entity_ratio import entity_ratio_loss

from ..crf_cases import enumerate_paths, make_constraints, make_mask, make_scores
from ..gradients import LIMIT, numeric_gradient

nK = 9
BILUO = make_constraints("biluo", nK)
FIELDS = ("start", "transitions", "end")


def loss_of(scores, mask, ratio, margin=0.0, weight=2.0):
    return entity_ratio_loss(
        scores, BILUO, mask, ratio=ratio, margin=margin, weight=weight, outside=0
    )


def expected_entity_tokens(scores, mask):
    total = 0.0
    for paths, values, _ in enumerate_paths(scores, BILUO, mask):
        probs = numpy.exp(numpy.array(values) - max(values))
        probs /= probs.sum()
        total += sum(p * sum(tag != 0 for tag in path) for path, p in zip(paths, probs))
    return total


def covariances(scores, mask):
    """Of the number of entity tokens with each tag, and with each pair: the derivative of the
    former by their scores."""
    d_emissions, d_transitions = numpy.zeros(scores.emissions.data.shape), numpy.zeros((nK, nK))
    for paths, values, rows in enumerate_paths(scores, BILUO, mask):
        probs = numpy.exp(numpy.array(values) - max(values))
        probs /= probs.sum()
        counts = numpy.array([sum(tag != 0 for tag in path) for path in paths])
        centred = probs * (counts - probs @ counts)
        for path, value in zip(paths, centred):
            for row, tag in zip(rows, path):
                d_emissions[row, tag] += value
            for pair in itertools.pairwise(path):
                d_transitions[pair] += value
    return d_emissions, d_transitions


@pytest.mark.parametrize("lengths", [[1], [2], [4], [4, 2, 0, 1], [0, 1, 3, 3]], ids=str)
@pytest.mark.parametrize("ratio", [0.05, 0.95])
@pytest.mark.parametrize("masked", [False, True])
def test_loss_equals_enumeration_and_its_gradient_the_numeric_one(lengths, ratio, masked):
    scores = make_scores(lengths, nK, seed=1)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask = make_mask(scores, BILUO, seed=2)
    loss, d_scores = loss_of(scores, mask, ratio)
    expected = expected_entity_tokens(scores, mask)
    assert loss == pytest.approx(2 * abs(expected - ratio * sum(lengths)))
    sign = 2 if expected > ratio * sum(lengths) else -2
    d_emissions, d_transitions = covariances(scores, mask)
    numpy.testing.assert_allclose(d_scores.emissions.data, sign * d_emissions, atol=1e-9)
    numpy.testing.assert_allclose(d_scores.transitions, sign * d_transitions, atol=1e-9)
    pairs = [(scores.emissions.data, d_scores.emissions.data)]
    pairs += [(getattr(scores, k), getattr(d_scores, k)) for k in FIELDS]
    for array, gradient in pairs:
        exact = numeric_gradient(lambda: loss_of(scores, mask, ratio)[0], array)
        assert numpy.linalg.norm(exact - gradient) < max(LIMIT * numpy.linalg.norm(exact), 1e-8)


@pytest.mark.parametrize("sd", [1.0, 10.0])
def test_long_sequences(sd):
    """The numeric derivative of the share itself, for the scores that count most."""
    scores = make_scores([400, 30], nK, seed=3, sd=sd)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    _, d_scores = loss_of(scores, mask, 0.1, weight=1.0)
    flat = d_scores.emissions.data.reshape(-1)
    step = 1e-4
    for place in numpy.argsort(-numpy.abs(flat))[:20]:
        sums = []
        for sign in (2, 1, -1, -2):
            scores.emissions.data.flat[place] += sign * step
            sums.append((1 - posterior(scores, BILUO, mask).marginals[:, 0]).sum())
            scores.emissions.data.flat[place] -= sign * step
        exact = (8 * (sums[1] - sums[2]) - (sums[0] - sums[3])) / (12 * step)
        assert flat[place] == pytest.approx(exact, rel=LIMIT)


@pytest.mark.parametrize("off", [0.02, 0.2])
def test_the_margin(off):
    scores = make_scores([5, 3], nK, seed=4)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    share = expected_entity_tokens(scores, mask) / 8
    for ratio in (share - off, share + off):
        loss, d_scores = loss_of(scores, mask, ratio, margin=0.1, weight=1.0)
        assert loss == pytest.approx(8 * max(0.0, off - 0.1))
        for gradient in (d_scores.emissions.data, *(getattr(d_scores, k) for k in FIELDS)):
            assert bool(gradient.any()) == (off > 0.1)


def test_no_tokens_and_float32():
    scores = make_scores([0], nK, seed=0, dtype="float32")
    loss, d_scores = loss_of(scores, numpy.ones((0, nK), dtype=bool), 0.2)
    assert loss == 0 and not d_scores.transitions.any()
    scores = make_scores([4], nK, seed=0, dtype="float32")
    keep = scores.emissions.data.copy()
    _, d_scores = loss_of(scores, numpy.ones((4, nK), dtype=bool), 0.2)
    assert d_scores.emissions.data.dtype == "float32" == d_scores.start.dtype
    numpy.testing.assert_array_equal(scores.emissions.data, keep)
