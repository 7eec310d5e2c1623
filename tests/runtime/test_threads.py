"""Threads that share one pipeline, as those of a web server do."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from .helpers import assert_same, outcome, own_words, shared_tok2vec

KNOWN = ["Ada", "Paris", "New", "York", "saw", "likes", "tea", "Lovelace"]


@pytest.fixture
def eager_switching():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def texts(tag):
    """Short ones, each with words that no other has, in which no run has met them before."""
    return [f"{KNOWN[n % 8]} saw Word{tag}{n} and x{n}{tag} in {KNOWN[n % 5]}" for n in range(80)]


def make(kind):
    if kind == "shared":
        return shared_tok2vec()[0]
    nlp = own_words()
    (words,) = [n for n in nlp.get_pipe("lstm_ner").model.walk() if n.name == "once_per_word"]
    if kind == "few rows":  # dropped again and again, while others read them
        words.shims[0].limit = 40
    return nlp


@pytest.mark.parametrize("kind", ["own", "few rows", "shared"])
def test_answers_of_one_thread(kind, eager_switching):
    nlp, single = make(kind), make(kind)
    for tag in "ab":
        expected = outcome(map(single, texts(tag)))
        assert len(expected.probabilities) > 80
        with ThreadPoolExecutor(4) as pool:
            assert_same(outcome(pool.map(nlp, texts(tag))), expected)


def test_streams_in_threads(eager_switching):
    nlp, single = make("own"), make("own")
    parts = [texts(tag) for tag in "abcd"]
    expected = [outcome(single.pipe(part)) for part in parts]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda part: outcome(nlp.pipe(part, batch_size=7)), parts))
    for one, other in zip(found, expected):
        assert_same(one, other)
