"""Batches of documents of similar length."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab

from spacy_lstm_ner.data.batchers import BatchByLength

VOCAB = Vocab()


def make_examples(lengths):
    docs = [Doc(VOCAB, words=["w"] * length) for length in lengths]
    return [Example(doc, doc) for doc in docs]


def lengths_of(batches):
    return [[len(example) for example in batch] for batch in batches]


@settings(max_examples=200)
@given(
    st.lists(st.integers(0, 20), max_size=40),
    st.integers(1, 30),
    st.integers(1, 50),
    st.integers(0, 3),
)
def test_each_example_once_within_the_budget(lengths, size, buffer, seed):
    examples = make_examples(lengths)
    batches = list(BatchByLength(size=size, buffer=buffer, seed=seed)(examples))
    assert sorted(id(eg) for batch in batches for eg in batch) == sorted(id(eg) for eg in examples)
    for batch in lengths_of(batches):
        assert len(batch) == 1 or sum(batch) <= size
        assert batch == sorted(batch)


def test_similar_lengths_stand_together():
    """Within a buffer, the lengths of two batches never interleave, and no batch could have
    taken in the next Example."""
    lengths = [5, 1, 9, 3, 3, 7, 0, 2, 8, 30, 4, 0]
    batches = sorted(lengths_of(BatchByLength(size=10)(make_examples(lengths))))
    assert batches == [[0, 0, 1, 2, 3, 3], [4, 5], [7], [8], [9], [30]]


def test_buffers_stay_in_order():
    lengths = [1, 2, 3, 4, 10, 20, 30, 40]
    batches = lengths_of(BatchByLength(size=1, buffer=4)(make_examples(lengths)))
    assert sorted(batches[:4]) == [[1], [2], [3], [4]]
    assert sorted(batches[4:]) == [[10], [20], [30], [40]]


def test_takes_one_buffer_at_a_time():
    taken = []

    def source():
        for example in make_examples([3] * 20):
            taken.append(example)
            yield example

    next(iter(BatchByLength(size=6, buffer=4)(source())))
    assert len(taken) == 4


def test_seeds_and_passes():
    examples = make_examples(range(1, 40))

    def two_passes(seed):
        batcher = BatchByLength(size=1, seed=seed)
        return [lengths_of(batcher(examples)) for _ in "ab"]

    first, second = two_passes(seed=1)
    assert sorted(first) == sorted(second) == [[length] for length in range(1, 40)]
    assert first != second and first != sorted(first)
    assert two_passes(seed=1) == [first, second]
    assert two_passes(seed=2)[0] != first


def test_schedules():
    """A list gives one value a batch, and its last value stays; a schedule goes on from pass to
    pass."""
    examples = make_examples([1] * 10)
    sizes = [len(batch) for batch in BatchByLength(size=[1, 2, 3])(examples)]
    assert sorted(sizes) == [1, 1, 2, 3, 3]
    batcher = BatchByLength(size=iter([1, 2, 3, 4, 5, 6, 7, 8]))  # type: ignore[arg-type]
    assert sorted(len(batch) for batch in batcher(examples)) == [1, 2, 3, 4]
    assert sorted(len(batch) for batch in batcher(examples)) == [5, 5]


def test_schedule_in_a_config():
    config = {
        "batcher": {
            "@batchers": "spacy-lstm-ner.batch_by_length.v1",
            "size": {"@schedules": "compounding.v1", "start": 2, "stop": 4, "compound": 2},
        }
    }
    batcher = registry.resolve(config)["batcher"]
    sizes = [len(batch) for batch in batcher(make_examples([1] * 14))]
    assert sorted(sizes) == [2, 4, 4, 4]


@pytest.mark.parametrize(
    "settings,message",
    [
        ({"size": 0}, "size was given 0, expected 1 or more"),
        ({"size": []}, r"size was given \[\], expected 1 or more"),
        ({"size": [5, -1]}, r"size was given \[5, -1\], expected 1 or more"),
        ({"size": iter([])}, "size was given <.*>, expected 1 or more .* schedule of at least one"),
        ({"size": iter([0, 5])}, "size was given <.*>, expected 1 or more"),
        ({"size": 2.5}, "size was given 2.5, expected 1 or more words: a whole number"),
        ({"size": None}, "size was given None, expected 1 or more"),
        ({"size": 5, "buffer": 0}, "buffer was given 0, expected 1 or more"),
    ],
)
def test_settings_out_of_range(settings, message):
    with pytest.raises(ValueError, match=message):
        BatchByLength(**settings)
