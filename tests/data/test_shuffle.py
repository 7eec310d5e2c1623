from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.data.shuffle import shuffle_stream


@given(st.integers(0, 40), st.integers(0, 50), st.integers())
def test_each_item_once_and_never_too_early(size, buffer, seed):
    out = list(shuffle_stream(range(size), buffer, Random(seed)))
    assert sorted(out) == list(range(size))
    if buffer:
        assert all(place >= item - buffer for place, item in enumerate(out))
    assert out == list(shuffle_stream(range(size), buffer, Random(seed)))


def test_holds_no_more_than_its_buffer():
    taken = []

    def source():
        for item in range(100):
            taken.append(item)
            yield item

    stream = shuffle_stream(source(), 7, Random(0))
    for place, _ in enumerate(stream):
        assert len(taken) <= place + 1 + 7


def test_all_orders_are_as_likely_without_a_limit():
    rng = Random(0)
    counts = Counter(tuple(shuffle_stream("abc", 0, rng)) for _ in range(6000))
    assert len(counts) == 6 and all(850 < count < 1150 for count in counts.values())
