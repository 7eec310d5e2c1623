"""Rows that are kept are the rows that would be computed."""

import copy
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

from spacy_lstm_ner.layers import kept_rows
from spacy_lstm_ner.layers.kept_rows import KeptRows

WIDTH = 3


def row_of(keys):
    """A row that depends on every column and on their order."""
    columns = keys.astype("float64") @ numpy.array([[1.0], [100.0]])
    return columns + numpy.arange(WIDTH)


def look_up(kept, sources, keys, compute):
    found = kept.look_up(sources, keys, lambda words, tool: compute(words))
    return found.rows.take(found.index, axis=0)


class Counting:
    """Computes rows and remembers how many."""

    def __init__(self):
        self.words = []

    def __call__(self, keys):
        self.words += keys.tolist()
        return row_of(keys)


def random_keys(rng, n=40, kinds=30):
    return rng.randint(0, kinds, size=(n, 2)).astype("uint64")


@pytest.mark.parametrize("room", [1, kept_rows.ROOM])
@pytest.mark.parametrize("limit", [0, 1, 20, 100, 10_000])
def test_equal_to_computed_rows(limit, room, monkeypatch):
    """In random order, with all rows dropped now and then or never, and room made little by
    little or at once."""
    monkeypatch.setattr(kept_rows, "ROOM", room)
    rng = numpy.random.RandomState(0)
    kept = KeptRows(limit)
    for _ in range(200):
        keys = random_keys(rng, n=rng.randint(1, 60))
        numpy.testing.assert_array_equal(look_up(kept, [], keys, row_of), row_of(keys))
        assert len(kept) <= limit


def test_each_word_is_computed_once():
    compute, kept = Counting(), KeptRows(1000)
    rng = numpy.random.RandomState(0)
    batches = [random_keys(rng) for _ in range(50)]
    for keys in batches:
        look_up(kept, [], keys, compute)
    distinct = {tuple(key) for keys in batches for key in keys.tolist()}
    assert len(compute.words) == len(distinct) == len(kept)


def test_a_spoiled_row_is_noticed():
    """The tests of equality look at rows that come out of the store, not at new ones."""
    kept = KeptRows(100)
    keys = random_keys(numpy.random.RandomState(0))
    look_up(kept, [], keys, row_of)
    kept._free[0].data[3] += 1
    assert (look_up(kept, [], keys, row_of) != row_of(keys)).any()


def test_rows_go_with_their_sources():
    kept, keys = KeptRows(100), random_keys(numpy.random.RandomState(0))
    weights, equal = numpy.ones(1), numpy.ones(1)
    for sources in ([weights], [equal], [], [weights, equal], [equal, weights]):
        compute = Counting()
        look_up(kept, sources, keys, compute)
        assert compute.words, sources
        compute = Counting()
        look_up(kept, sources, keys, compute)
        assert not compute.words, sources


def test_what_was_found_stays_as_it_is():
    """A caller goes on reading its rows while later batches, and other threads, add and drop."""
    kept, rng = KeptRows(40), numpy.random.RandomState(0)
    batches = [random_keys(rng, n=rng.randint(1, 60), kinds=7) for _ in range(50)]
    found = [kept.look_up([], keys, lambda words, tool: row_of(words)) for keys in batches]
    for keys, (rows, index, _) in zip(batches, found):
        numpy.testing.assert_array_equal(rows.take(index, axis=0), row_of(keys))


def test_a_tool_is_kept_with_the_rows():
    kept, rng, made = KeptRows(1000), numpy.random.RandomState(0), []

    def prepare():
        made.append(len(made))
        return made[-1]

    weights, other = numpy.ones(1), numpy.ones(1)
    for sources, expected in (([weights], 0), ([weights], 0), ([other], 1), ([weights], 2)):
        keys = random_keys(rng)
        found = kept.look_up(sources, keys, lambda words, tool: row_of(words) + tool, prepare)
        assert found.tool == expected
        rows = found.rows.take(found.index, axis=0)
        numpy.testing.assert_array_equal(rows, row_of(keys) + expected)


@pytest.mark.parametrize(
    "make", [copy.copy, copy.deepcopy, KeptRows.copy, lambda kept: pickle.loads(pickle.dumps(kept))]
)
def test_copies_are_empty(make):
    kept = KeptRows(100)
    look_up(kept, [], random_keys(numpy.random.RandomState(0)), row_of)
    other = make(kept)
    assert len(other) == 0 and other.limit == 100 and len(kept) > 0
    look_up(other, [], numpy.zeros((1, 2), dtype="uint64"), row_of)
    assert len(other) == 1


def test_an_error_leaves_it_usable():
    kept, keys = KeptRows(50), random_keys(numpy.random.RandomState(0), n=30)
    look_up(kept, [], keys[:10], row_of)

    def fail(keys):
        raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        look_up(kept, [], keys, fail)
    numpy.testing.assert_array_equal(look_up(kept, [], keys, row_of), row_of(keys))


def test_cleared_while_a_thread_has_the_rows():
    """What is computed from parameters of before a step is not found after it."""
    kept, keys = KeptRows(100), random_keys(numpy.random.RandomState(0))

    def step_comes_between(keys):
        kept.clear()
        return row_of(keys)

    look_up(kept, [], keys, step_comes_between)
    assert len(kept) == 0


def test_while_another_has_the_rows():
    kept, keys = KeptRows(100), random_keys(numpy.random.RandomState(0))

    def look_up_again(words):
        numpy.testing.assert_array_equal(look_up(kept, [], keys, row_of), row_of(keys))
        return row_of(words)

    numpy.testing.assert_array_equal(look_up(kept, [], keys, look_up_again), row_of(keys))
    assert len(kept) == len({tuple(key) for key in keys.tolist()})


def test_threads_share_it():
    kept = KeptRows(60)

    def work(seed):
        rng = numpy.random.RandomState(seed)
        for _ in range(200):
            keys = random_keys(rng)
            if (look_up(kept, [], keys, row_of) != row_of(keys)).any():
                return False
        return True

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(work, range(8)))
    finally:
        sys.setswitchinterval(interval)
