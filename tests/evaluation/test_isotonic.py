import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.evaluation.calibration import calibration_metrics
from spacy_lstm_ner.evaluation.isotonic import LEAST, fit_map, fit_maps, pool_adjacent_violators


def apply(fitted, p):
    return numpy.interp(p, fitted["x"], fitted["y"])


def sample(n, seed, power=0.5):
    """Confidences, and outcomes that are right less often: with probability p ** (1 / power)."""
    rng = numpy.random.default_rng(seed)
    truth = rng.random(n)
    return truth**power, rng.random(n) < truth


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=8))
def test_pools_are_the_isotonic_regression(points):
    """Against the min-max formula: each fit is the greatest, over the means that start at or before
    it, of the least over the means that end at or after it."""
    y, w = numpy.array(points, dtype="float64").T
    n = len(y)
    mean = {
        (j, k): numpy.average(y[j : k + 1], weights=w[j : k + 1])
        for j in range(n)
        for k in range(j, n)
    }
    want = [max(min(mean[j, k] for k in range(i, n)) for j in range(i + 1)) for i in range(n)]
    x, pooled = pool_adjacent_violators(numpy.arange(n, dtype="float64"), y, w)
    assert pooled == pytest.approx(sorted(set(numpy.round(want, 9))))
    for value, place in zip(pooled, x):
        members = [i for i in range(n) if want[i] == pytest.approx(value)]
        assert place == pytest.approx(numpy.average(members, weights=w[members]))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 1e-12, 0.01, 0.3, 0.5, 0.99, 1 - 1e-12, 1.0]), st.booleans()
        ),
        min_size=1,
        max_size=200,
    )
)
def test_a_map_rises_and_stays_inside(points):
    p, right = (numpy.array(column) for column in zip(*points))
    fitted = fit_map(p, right)
    assert (fitted["x"][0], fitted["y"][0]) == (0, 0)
    assert (fitted["x"][-1], fitted["y"][-1]) == (1, 1)
    assert (numpy.diff(fitted["x"]) > 0).all()
    assert (numpy.diff(fitted["y"]) > 0).all()
    inside = apply(fitted, numpy.linspace(1e-9, 1 - 1e-9, 1001))
    assert inside.min() > 0 and inside.max() < 1


def test_a_map_mends_confidences_that_are_too_high():
    p, right = sample(4000, seed=1)
    before = calibration_metrics(p, right)
    assert before["ece"] > 0.16
    for n in (100, 1000, 100_000):  # better the more it has seen
        fitted = fit_map(*sample(n, seed=0))
        mapped = calibration_metrics(apply(fitted, p), right)
        assert all(mapped[name] < before[name] for name in ("ece", "brier", "nll"))
        before = mapped
    assert before["ece"] < 2 * before["ece_by_chance"]


def test_few_spans_change_little():
    fitted = fit_map(numpy.array([0.6, 0.7, 0.8]), numpy.array([True, True, True]))
    assert 0.7 < apply(fitted, 0.7) < (3 + 20 * 0.7) / 23


def test_the_surest_spans_are_not_made_certain():
    p = numpy.linspace(0.95, 1 - 1e-9, 10_000)
    right = numpy.arange(10_000) % 10 > 0  # nine in ten
    assert apply(fit_map(p, right), 0.99) == pytest.approx(0.91, abs=0.01)
    assert apply(fit_map(p, right), 0.99999) < 0.97


def test_a_map_needs_right_and_wrong_spans():
    p, right = sample(600, seed=0)
    labels = numpy.repeat([0, 1, 2], [300, 200, 100])
    right[300:500] = True  # B is never wrong
    right[500:] = numpy.arange(100) < LEAST - 1  # C is right once too rarely
    assert list(fit_maps(p, right, labels, ["A", "B", "C", "D"])) == ["A"]
    right[599] = True
    maps = fit_maps(p, right, labels, ["A", "B", "C", "D"])
    assert list(maps) == ["A", "C"]
    assert maps["A"] == fit_map(p[:300], right[:300])
