from itertools import combinations

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_lstm_ner.ops.max_expected import max_expected
from spacy_lstm_ner.types import SpanBatch


def make_batch(rows):
    """A batch of rows (sequence, start, end, label), as they stand."""
    columns = numpy.array(rows, dtype="int64").reshape(-1, 4).T
    return SpanBatch(*columns)


def best_sum(rows, gains):
    """Over every subset without overlaps."""
    best = 0.0
    for size in range(1, len(rows) + 1):
        for chosen in combinations(range(len(rows)), size):
            if not any(overlap(rows[a], rows[b]) for a, b in combinations(chosen, 2)):
                best = max(best, sum(gains[i] for i in chosen))
    return best


def overlap(a, b):
    return a[0] == b[0] and a[1] < b[2] and b[1] < a[2]


@st.composite
def candidates(draw):
    T = draw(st.integers(0, 5))
    spans = [
        (sequence, start, end, label)
        for sequence in range(2)
        for start in range(T)
        for end in range(start + 1, T + 1)
        for label in range(2)
    ]
    if not spans:
        return [], []
    rows = sorted(draw(st.sets(st.sampled_from(spans), max_size=9)))
    gain = st.sampled_from([-0.5, 0.0, 0.25, 0.5, 0.75]) | st.floats(-1, 1)  # ties, and none
    return rows, [draw(gain) for _ in rows]


@settings(max_examples=300)
@given(candidates(), st.randoms(use_true_random=False))
def test_the_sum_is_the_greatest_of_all_sets(case, random):
    rows, gains = case
    chosen = max_expected(make_batch(rows), numpy.array(gains))
    assert sum(gains[i] for i in chosen) == pytest.approx(best_sum(rows, gains))
    assert all(gains[i] > 0 for i in chosen)
    assert not any(overlap(rows[a], rows[b]) for a, b in combinations(chosen, 2))
    assert chosen.tolist() == sorted(chosen)
    # neither the order of the candidates nor the other sequence changes the choice
    order = list(range(len(rows)))
    random.shuffle(order)
    again = max_expected(make_batch([rows[i] for i in order]), numpy.array(gains)[order])
    assert {order[i] for i in again} == set(chosen.tolist())
    for sequence in range(2):
        own = [i for i, row in enumerate(rows) if row[0] == sequence]
        alone = max_expected(make_batch([rows[i] for i in own]), numpy.array(gains)[own])
        assert {own[i] for i in alone} == set(chosen.tolist()) & set(own)


def test_equal_sums_keep_what_ends_first():
    rows = [(0, 0, 2, 0), (0, 0, 2, 1), (0, 1, 3, 0), (0, 2, 3, 0)]
    assert max_expected(make_batch(rows), numpy.array([0.5, 0.5, 0.5, 0.0])).tolist() == [0]
    assert max_expected(make_batch(rows), numpy.array([0.5, 0.5, 1.0, 0.5])).tolist() == [2]


def test_a_gain_of_nothing_is_not_taken():
    rows = [(0, 0, 1, 0), (0, 1, 2, 0), (0, 2, 3, 0)]
    assert max_expected(make_batch(rows), numpy.array([0.0, -0.1, 1e-9])).tolist() == [2]
    assert max_expected(make_batch([]), numpy.zeros(0)).tolist() == []


def test_many_spans_take_little_time():
    """100,000 candidates: hours if it took each pair."""
    rng = numpy.random.RandomState(0)
    starts = numpy.sort(rng.randint(0, 50_000, 100_000))
    ends = starts + rng.randint(1, 8, 100_000)
    zeros = numpy.zeros_like(starts)
    chosen = max_expected(SpanBatch(zeros, starts, ends, zeros), rng.uniform(size=100_000))
    assert (ends[chosen][:-1] <= starts[chosen][1:]).all()
