import numpy
import pytest

from spacy_lstm_ner.evaluation.calibration import (
    calibration_metrics,
    expected_calibration_error,
    reliability,
)

P = numpy.array([0.9, 0.1, 0.2, 0.8])
RIGHT = numpy.array([True, False, True, True])


def test_bins_of_equal_mass():
    bins = reliability(P, RIGHT, n_bins=2)
    assert bins.counts.tolist() == [2, 2]
    assert bins.confidences == pytest.approx([0.15, 0.85])
    assert bins.accuracies == pytest.approx([0.5, 1.0])
    assert expected_calibration_error(bins) == pytest.approx((0.35 + 0.15) / 2)


def test_equal_confidences_stay_together():
    p = numpy.array([0.5] * 7 + [0.9] * 3)
    bins = reliability(p, p > 0.5, n_bins=10)
    assert bins.confidences.tolist() == pytest.approx([0.5, 0.9])
    assert bins.counts.tolist() == [7, 3]


def test_metrics():
    found = calibration_metrics(P, RIGHT)
    assert found["spans"], found["correct"] == (4, 3)
    assert found["confidence"] == pytest.approx(0.5)
    assert found["accuracy"] == pytest.approx(0.75)
    assert found["ece"] == pytest.approx((0.1 + 0.1 + 0.8 + 0.2) / 4)
    assert found["brier"] == pytest.approx((0.01 + 0.01 + 0.64 + 0.04) / 4)
    assert found["nll"] == pytest.approx(-numpy.log([0.9, 0.9, 0.2, 0.8]).mean())


def test_certainty_that_is_wrong_costs_no_infinity():
    assert 20 < calibration_metrics(numpy.array([0.0]), numpy.array([True]))["nll"] < 30


@pytest.mark.parametrize("n", [200, 20_000])
def test_error_by_chance_is_what_perfect_confidences_show(n):
    rng = numpy.random.default_rng(1)
    p = rng.random(n)
    perfect = calibration_metrics(p, rng.random(n) < p)
    assert perfect["ece"] == pytest.approx(perfect["ece_by_chance"], rel=0.5)
    too_sure = calibration_metrics(numpy.sqrt(p), rng.random(n) < p)
    assert too_sure["ece"] > 2 * too_sure["ece_by_chance"]


def test_the_order_of_spans_does_not_matter():
    rng = numpy.random.default_rng(2)
    p = rng.integers(0, 20, 300) / 20
    right, order = rng.random(300) < p, rng.permutation(300)
    one = expected_calibration_error(reliability(p, right))
    assert expected_calibration_error(reliability(p[order], right[order])) == pytest.approx(one)


@pytest.mark.parametrize("value", [-0.1, 1.1, numpy.nan, numpy.inf])
def test_confidences_that_are_none(value):
    with pytest.raises(ValueError, match=r"2 of the confidences are no probabilities"):
        calibration_metrics(numpy.array([0.5, value, value]), numpy.array([True] * 3))


def test_no_spans():
    with pytest.raises(ValueError, match="At least one span on annotated tokens"):
        reliability(numpy.zeros(0), numpy.zeros(0, dtype=bool))
