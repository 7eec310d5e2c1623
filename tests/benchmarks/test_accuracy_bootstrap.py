"""The bootstrap against its definition."""

from itertools import product

import numpy
import pytest

from benchmarks.accuracy.bootstrap import paired_bootstrap, pooled_f

from .accuracy_runs import BASELINE, OURS, WORSE


def f_by_hand(counts):
    tp, fp, fn = (sum(row[k] for row in counts) for k in range(3))
    if not tp:
        return 0.0
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    return 2 * precision * recall / (precision + recall)


def test_pooled_f_is_the_harmonic_mean():
    for counts in (OURS, BASELINE, numpy.array([[0, 3, 2]]), numpy.array([[0, 0, 0]])):
        assert pooled_f(counts.sum(axis=0)) == pytest.approx(f_by_hand(counts.tolist()))


def share_not_ahead(ours, baseline):
    """Of all draws of documents and of seeds of both, by the definition."""
    n_docs = len(ours[0])
    draws = list(
        product(
            product(range(n_docs), repeat=n_docs),
            product(ours, repeat=len(ours)),
            product(baseline, repeat=len(baseline)),
        )
    )
    not_ahead = 0
    for documents, *drawn in draws:
        of_ours, of_baseline = (
            f_by_hand([counts[i].tolist() for counts in seeds for i in documents])
            for seeds in drawn
        )
        not_ahead += of_ours <= of_baseline
    return not_ahead / len(draws)


@pytest.mark.parametrize(
    ("ours", "baseline"),
    [
        ([OURS], [BASELINE]),
        ([OURS, WORSE], [BASELINE]),
        ([OURS], [BASELINE, WORSE]),
        ([OURS, OURS, WORSE], [BASELINE, WORSE]),
    ],
)
def test_bootstrap_is_near_the_share_of_all_draws(ours, baseline):
    """Three documents can be drawn in 27 ways, two seeds in 4, three in 27, all as likely."""
    expected = share_not_ahead(ours, baseline)
    assert 0 < expected < 1
    found = paired_bootstrap(ours, baseline, resamples=10_000)
    assert found == pytest.approx(expected, abs=0.015)
    assert found == paired_bootstrap(ours, baseline, resamples=10_000)


def test_p_knows_that_seeds_differ():
    """The same sums over seeds, once from equal seeds and once from one that is far behind."""
    gold = 10 * numpy.ones(50, dtype=int)
    middle, good, bad, baseline = (
        numpy.stack([tp * gold, 0 * gold, (10 - tp) * gold], axis=1) for tp in (6, 9, 3, 5)
    )
    assert paired_bootstrap([middle, middle], [baseline], resamples=999) == 0.001
    # Both drawn seeds are bad in one of four draws; ours against theirs, the same in mirror image.
    assert paired_bootstrap([good, bad], [baseline], resamples=4000) == pytest.approx(
        0.25, abs=0.03
    )
    theirs = paired_bootstrap([middle], [good, bad], resamples=4000)
    assert theirs == pytest.approx(0.75, abs=0.03)


def test_seeds_of_the_two_are_drawn_independently():
    """Seed by seed we are ahead, but a good seed of theirs beats a bad one of ours."""
    gold = 10 * numpy.ones(50, dtype=int)
    bad, less_bad, good, best = (
        numpy.stack([tp * gold, 0 * gold, (10 - tp) * gold], axis=1) for tp in (2, 3, 8, 9)
    )
    found = paired_bootstrap([less_bad, best], [bad, good], resamples=4000)
    # Of 0, 1 or 2 good seeds of each, theirs must be more: 1/4 · 1/2 + 1/4 · 1/4 + 1/2 · 1/4
    assert found == pytest.approx(5 / 16, abs=0.03)


def test_documents_are_drawn_together():
    """A system that is ahead by a little on every document is ahead on every draw, however much the
    documents differ."""
    gold = numpy.arange(1, 40)
    found = [gold // 2, gold // 2 + 1]
    baseline, ours = ([numpy.stack([tp, 0 * tp, gold - tp], axis=1)] for tp in found)
    assert paired_bootstrap(ours, baseline, resamples=999) == 0.001
    assert paired_bootstrap(baseline, ours, resamples=99) == 1
    assert paired_bootstrap(3 * ours, ours, resamples=99) == 1


@pytest.mark.parametrize("ours", [[OURS], [OURS, WORSE]])
def test_unlike_test_parts_are_refused(ours):
    with pytest.raises(ValueError, match="the same test part"):
        paired_bootstrap(ours, [BASELINE[::-1]])
    with pytest.raises(ValueError, match="of 3 documents were paired with those of 2"):
        paired_bootstrap(ours, [BASELINE[:2]])
    with pytest.raises(ValueError, match="of 3 documents were paired with those of 2"):
        paired_bootstrap([*ours, OURS[:2]], [BASELINE])
