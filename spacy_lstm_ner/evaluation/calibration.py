"""How well confidences agree with how often they turn out right."""

from typing import Dict, NamedTuple

import numpy

from ..errors import Errors
from ..types import Bools1d, Floats1d, Ints1d

N_BINS = 10
SMALLEST = 1e-9  # a probability of 0 that turns out right would cost infinitely much
N_DRAWS = 200


class Reliability(NamedTuple):
    """Spans of like confidence, put together in bins. *Shape of all:* `(nBins,)`.

    counts (Ints1d): Spans in each bin.
    confidences (Floats1d): Their mean confidence.
    accuracies (Floats1d): The share of them that is right.
    """

    counts: Ints1d
    confidences: Floats1d
    accuracies: Floats1d


def reliability(probabilities: Floats1d, correct: Bools1d, n_bins: int = N_BINS) -> Reliability:
    """Bin spans by confidence. The bins have equal mass: their edges are quantiles, so that each
    holds about as many spans; equal confidences stay together.

    probabilities (Floats1d): A confidence for each span. *Shape:* `(nSpans,)`.
    correct (Bools1d): Whether the span is in the gold annotation. *Shape:* `(nSpans,)`.
    n_bins (int): How many bins; those that ties leave empty are left out.
    RETURNS (Reliability): The bins, by rising confidence.
    RAISES (ValueError): If there are no spans, or a probability is none.
    """
    check_probabilities(probabilities)
    edges = numpy.quantile(probabilities, numpy.linspace(0, 1, n_bins + 1)[1:-1])
    bins = numpy.searchsorted(edges, probabilities)
    counts = numpy.bincount(bins, minlength=n_bins)
    kept = counts > 0
    sums = [numpy.bincount(bins, values, n_bins)[kept] for values in (probabilities, correct)]
    return Reliability(counts[kept], *(total / counts[kept] for total in sums))


def expected_calibration_error(bins: Reliability) -> float:
    """The mean distance of confidence and accuracy (Naeini, Cooper & Hauskrecht 2015), here over
    bins of equal mass.

    bins (Reliability): The bins.
    RETURNS (float): From 0, the best, to 1.
    """
    gaps = numpy.abs(bins.confidences - bins.accuracies)
    return float((bins.counts * gaps).sum() / bins.counts.sum())


def calibration_metrics(probabilities: Floats1d, correct: Bools1d) -> Dict[str, float]:
    """Put together what `spacy lstm-ner calibrate` reports.

    probabilities (Floats1d): A confidence for each span. *Shape:* `(nSpans,)`.
    correct (Bools1d): Whether the span is in the gold annotation. *Shape:* `(nSpans,)`.
    RETURNS (Dict[str, float]): `spans` and how many are right (`correct`), the mean `confidence`
        and `accuracy`, the expected calibration error (`ece`), the `brier` score (Brier 1950: mean
        squared distance), the mean negative log-likelihood in nats (`nll`); and `ece_by_chance`,
        the calibration error that so many spans would show on average if each were right with
        exactly the probability of its confidence: below that, nothing can be told.
    RAISES (ValueError): If there are no spans, or a probability is none.
    """
    p, right = numpy.asarray(probabilities, dtype="float64"), numpy.asarray(correct, dtype="bool")
    bins = reliability(p, right)
    chance = numpy.random.default_rng(0).random((N_DRAWS, len(p))) < p
    clipped = numpy.clip(numpy.where(right, p, 1 - p), SMALLEST, 1)
    return {
        "spans": len(p),
        "correct": int(right.sum()),
        "confidence": float(p.mean()),
        "accuracy": float(right.mean()),
        "ece": expected_calibration_error(bins),
        "ece_by_chance": float(
            numpy.mean([expected_calibration_error(reliability(p, drawn)) for drawn in chance])
        ),
        "brier": float(numpy.square(p - right).mean()),
        "nll": float(-numpy.log(clipped).mean()),
    }


def check_probabilities(probabilities: Floats1d) -> None:
    """RAISES (ValueError): If there are none, or one is not a number from 0 to 1."""
    if not len(probabilities):
        raise ValueError(Errors.NO_SPANS)
    bad = numpy.flatnonzero(~((probabilities >= 0) & (probabilities <= 1)))
    if bad.size:
        raise ValueError(
            Errors.NOT_A_PROBABILITY.format(value=probabilities[bad[0]], number=bad.size)
        )
