"""How sure it is that one system is ahead of another on a test part."""

from typing import Sequence

import numpy
from numpy.random import Generator

from spacy_lstm_ner.types import Floats1d, Floats3d, FloatsXd, Ints1d, Ints2d

RESAMPLES = 10_000


def pooled_f(counts: FloatsXd) -> Floats1d:
    """Entity F1 of counts that are added up already, as spaCy's scorer has it.

    counts (FloatsXd): tp, fp and fn. *Shape:* `(..., 3)`.
    RETURNS (Floats1d): From 0 to 1; 0 where there is no entity at all. *Shape:* `(...)`.
    """
    right = 2 * counts[..., 0]
    total = right + counts[..., 1] + counts[..., 2]
    return right / numpy.maximum(total, 1)


def paired_bootstrap(
    ours: Sequence[Ints2d], baseline: Sequence[Ints2d], resamples: int = RESAMPLES
) -> float:
    """Draw as many documents as there are, with replacement, again and again, and look how often
    we are not ahead of the baseline on the same draw (Koehn 2004). Each draw also draws as many
    seeds of ours as there are, with replacement, and independently those of the baseline: else p
    would tell of these trained pipelines and not of the configs. The counts of what was drawn are
    added up. One-sided. Documents count as independent of each other. Two or three seeds understate
    how much seeds differ, and one says nothing of it.

    ours (Sequence[Ints2d]): Of each seed, tp, fp and fn of each document. *Shape:* `(nDocs, 3)`.
    baseline (Sequence[Ints2d]): The same of the baseline, documents in the same order; the number
        of seeds may be another.
    resamples (int): How many draws.
    RETURNS (float): The p value, never 0: the test part as it is counts as one more draw in which
        we are not ahead.
    RAISES (ValueError): If not all were measured on the same gold entities.
    """
    for other in (*ours, *baseline):
        if not numpy.array_equal(_n_gold(ours[0]), _n_gold(other)):
            raise ValueError(
                f"The counts of {len(ours[0])} documents were paired with those of {len(other)} "
                "that hold other numbers of gold entities, expected the same test part: run one of "
                "the two again."
            )
    chance = numpy.random.default_rng(0)
    n_docs, n_ours = len(ours[0]), len(ours)
    # Sums below 2⁵³ are exact, and BLAS knows no integers.
    counts = numpy.hstack([*ours, *baseline]).astype("float64")
    draws = (chance.integers(n_docs, size=n_docs) for _ in range(resamples))
    sums = numpy.array([numpy.bincount(drawn, minlength=n_docs) @ counts for drawn in draws])
    by_seed = sums.reshape(resamples, -1, 3)
    of_ours, of_baseline = by_seed[:, :n_ours], by_seed[:, n_ours:]
    not_ahead = _f_of_seeds(of_ours, chance) <= _f_of_seeds(of_baseline, chance)
    return float((not_ahead.sum() + 1) / (resamples + 1))


def _f_of_seeds(counts: Floats3d, chance: Generator) -> Floats1d:
    """F1 of each draw of documents, on as many seeds as there are, drawn with replacement.
    *Shape:* `(nDraws, nSeeds, 3)`, then `(nDraws,)`."""
    seeds = chance.integers(counts.shape[1], size=counts.shape[:2])
    return pooled_f(numpy.take_along_axis(counts, seeds[..., None], axis=1).sum(axis=1))


def _n_gold(counts: Ints2d) -> Ints1d:
    """Gold entities of each document."""
    return counts[:, 0] + counts[:, 2]
