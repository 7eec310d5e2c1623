import math

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_lstm_ner.data.ranking import bag_of_words, choose_diverse, most_useful


@settings(max_examples=100)
@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 2.5]), max_size=12), st.integers(1, 6))
def test_the_most_useful_are_the_first_of_a_stable_sort(values, n):
    stream = ((value, f"text {i}") for i, value in enumerate(values))
    best, total = most_useful(stream, n)
    expected = sorted(range(len(values)), key=lambda i: -values[i])[:n]
    assert best == [(values[i], f"text {i}") for i in expected]
    assert total == len(values)


def test_words_are_counted_by_their_norm(nlp):
    bag = bag_of_words(nlp.make_doc("Rome,  rome and THE Senate!"))
    by_word = {nlp.vocab.strings[word]: weight for word, weight in bag.items()}
    assert by_word == pytest.approx({"rome": 2 / math.sqrt(5), "senate": 1 / math.sqrt(5)})
    assert bag_of_words(nlp.make_doc("and the ...")) == {}


def bags(*texts):
    return [{ord(c): 1 / math.sqrt(len(set(text))) for c in text} if text else {} for text in texts]


def test_no_diversity_is_the_order_of_usefulness():
    assert choose_diverse([3.0, 2.0, 1.0], bags("ab", "ab", "ab"), 2, 0.0) == [0, 1]


def test_the_same_again_comes_later():
    given = bags("ab", "ab", "cd", "cx")
    assert choose_diverse([3.0, 2.9, 2.5, 1.0], given, 4, 0.5) == [0, 2, 1, 3]
    assert choose_diverse([3.0, 2.9, 2.5, 1.0], given, 2, 0.01) == [0, 1]  # hardly any
    assert choose_diverse([3.0, 2.9, 2.5, 1.0], given, 4, 1.0) == [0, 2, 3, 1]


def test_texts_without_words_are_like_nothing():
    assert choose_diverse([2.0, 1.5, 1.0], bags("", "", ""), 3, 0.7) == [0, 1, 2]
    assert choose_diverse([], [], 3, 0.7) == []
    assert choose_diverse([1.0, 1.0], bags("a", "a"), 5, 0.5) == [0, 1]


@settings(max_examples=100)
@given(
    st.lists(st.text("abcd", max_size=4), min_size=1, max_size=8),
    st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    st.integers(1, 8),
    st.integers(0, 1000),
)
def test_the_choice_is_the_rule_as_it_is_written(texts, diversity, n, seed):
    usefulness = sorted(numpy.random.RandomState(seed).uniform(size=len(texts)), reverse=True)
    given = bags(*texts)
    chosen = choose_diverse(usefulness, given, n, diversity)
    low, high = min(usefulness), max(usefulness)

    def value(i, before):
        scaled = (usefulness[i] - low) / (high - low) if high > low else 1.0
        closest = max(
            (sum(w * given[j].get(word, 0) for word, w in given[i].items()) for j in before),
            default=0.0,
        )
        return (1 - diversity) * scaled - diversity * closest

    assert len(chosen) == len(set(chosen)) == min(n, len(texts))
    for step, i in enumerate(chosen):
        rest = set(range(len(texts))) - set(chosen[:step])
        best = max(value(j, chosen[:step]) for j in rest)
        assert value(i, chosen[:step]) == pytest.approx(best)
