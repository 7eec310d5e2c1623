"""A monotone map from raw to calibrated probabilities, fitted to outcomes.

Neighbours in probability are put into √n groups of √n spans, and the share of right spans in each
group is shrunk towards its mean probability: much in small groups, hardly in large ones. Pooling
adjacent violators makes the shares rise (Ayer et al. 1955; for probabilities, Zadrozny & Elkan
2002). The map is linear between the means of the pools, so that spans keep their order. Above the
last one it rises half the way to 1 and no further, for the most confident spans are wrong at times
too; impossible (0) and certain (1) stay what they are.
"""

from typing import Dict, List, Sequence, Tuple

import numpy

from ..types import Bools1d, Floats1d, Ints1d
from .calibration import reliability

PRIOR = 20  # what the raw probability of a group weighs, in spans
LEAST = 20  # right and wrong spans of a label that has a map of its own
NEARLY_CERTAIN = 1 - 1e-6
Map = Dict[str, List[float]]


def fit_maps(
    probabilities: Floats1d, correct: Bools1d, label_ids: Ints1d, labels: Sequence[str]
) -> Dict[str, Map]:
    """Fit a map for each label that has enough right and wrong spans.

    probabilities (Floats1d): Raw probabilities. *Shape:* `(nSpans,)`.
    correct (Bools1d): Whether the span is in the gold annotation. *Shape:* `(nSpans,)`.
    label_ids (Ints1d): The spans' label numbers. *Shape:* `(nSpans,)`.
    labels (Sequence[str]): The labels by number.
    RETURNS (Dict[str, Map]): The maps by label.
    RAISES (ValueError): If a probability is none.
    """
    maps = {}
    for number, label in enumerate(labels):
        of_label = label_ids == number
        n_right, n_spans = correct[of_label].sum(), of_label.sum()
        if min(n_right, n_spans - n_right) >= LEAST:
            maps[label] = fit_map(probabilities[of_label], correct[of_label])
    return maps


def fit_map(probabilities: Floats1d, correct: Bools1d) -> Map:
    """Fit one map.

    probabilities (Floats1d): Raw probabilities. *Shape:* `(nSpans,)`.
    correct (Bools1d): Whether the span is in the gold annotation. *Shape:* `(nSpans,)`.
    RETURNS (Map): The corners of the map, `x` and `y`, both strictly rising from 0 to 1.
    RAISES (ValueError): If there are no spans, or a probability is none.
    """
    inside = numpy.clip(probabilities, 1e-5, 1 - 1e-5)
    groups = reliability(inside, correct, n_bins=round(len(inside) ** 0.5))
    weights = groups.counts + PRIOR
    shares = (groups.counts * groups.accuracies + PRIOR * groups.confidences) / weights
    x, y = pool_adjacent_violators(groups.confidences, shares, weights)
    return {
        "x": [0.0, *x.tolist(), NEARLY_CERTAIN, 1.0],
        "y": [0.0, *y.tolist(), (1 + float(y[-1])) / 2, 1.0],
    }


def pool_adjacent_violators(
    x: Floats1d, y: Floats1d, weights: Floats1d
) -> Tuple[Floats1d, Floats1d]:
    """Isotonic regression: join neighbours to weighted means until y rises strictly.

    x (Floats1d): Rising. *Shape:* `(n,)`.
    y (Floats1d): *Shape:* `(n,)`.
    weights (Floats1d): Above 0. *Shape:* `(n,)`.
    RETURNS (Tuple[Floats1d, Floats1d]): The weighted means of x and y in each pool.
    """
    pools: List[numpy.ndarray] = []  # sums of weight, weighted x, weighted y
    for pool in numpy.stack([weights, weights * x, weights * y], axis=1):
        pools.append(pool)
        while len(pools) > 1 and pools[-2][2] * pools[-1][0] >= pools[-1][2] * pools[-2][0]:
            last = pools.pop()
            pools[-1] = pools[-1] + last
    total, xs, ys = numpy.stack(pools, axis=1)
    return xs / total, ys / total
