"""How sure it is that one system is ahead of another on a test part."""

import numpy

from spacy_lstm_ner.types import Floats1d, Ints2d

RESAMPLES = 10_000


def pooled_f(counts: Ints2d) -> Floats1d:
    """Entity F1 of counts that are added up already, as spaCy's scorer has it.

    counts (Ints2d): tp, fp and fn. *Shape:* `(..., 3)`.
    RETURNS (Floats1d): From 0 to 1; 0 where there is no entity at all. *Shape:* `(...)`.
    """
    right = 2 * counts[..., 0]
    total = right + counts[..., 1] + counts[..., 2]
    return right / numpy.maximum(total, 1)


def paired_bootstrap(ours: Ints2d, baseline: Ints2d, resamples: int = RESAMPLES) -> float:
    """Draw as many documents as there are, with replacement, again and again, and look how often
    we are not ahead of the baseline on the same draw (Koehn 2004). One-sided; documents count as
    independent of each other.

    ours (Ints2d): tp, fp and fn of each document. *Shape:* `(nDocs, 3)`.
    baseline (Ints2d): The same of the baseline, documents in the same order.
    resamples (int): How many draws.
    RETURNS (float): The p value, never 0: the test part as it is counts as one more draw in which
        we are not ahead.
    RAISES (ValueError): If the two were not measured on the same gold entities.
    """
    if not numpy.array_equal(_n_gold(ours), _n_gold(baseline)):
        raise ValueError(
            f"The counts of {len(ours)} documents were paired with those of {len(baseline)} that "
            "hold other numbers of gold entities, expected the same test part: run one of the two "
            "again."
        )
    both = numpy.stack([ours, baseline], axis=1)
    chance = numpy.random.default_rng(0)
    not_ahead = 0
    for _ in range(resamples):
        drawn = both[chance.integers(len(both), size=len(both))]
        of_ours, of_baseline = pooled_f(drawn.sum(axis=0))
        not_ahead += int(of_ours <= of_baseline)
    return (not_ahead + 1) / (resamples + 1)


def _n_gold(counts: Ints2d) -> Floats1d:
    """Gold entities of each document, as shares of all: systems may have run with unlike numbers
    of seeds."""
    gold = counts[:, 0] + counts[:, 2]
    return gold / max(gold.sum(), 1)
