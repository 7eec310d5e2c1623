from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_lstm_ner.data.duplicates import (
    SIMILAR,
    find_duplicates,
    nearest,
    rarest,
    word_pairs,
)

from .helpers import make_docs

LONG = "the cat sat on the mat and the dog lay by the old door all day"


def test_exact_near_and_short(nlp):
    parts = {
        "train": make_docs(nlp.vocab, "x y", "No comment .", LONG, LONG),
        "dev": make_docs(nlp.vocab, "No  comment .", "No comment !", LONG.upper() + " ."),
        "test": make_docs(nlp.vocab, LONG, LONG.replace("day", "dusk"), LONG.replace("by", "at")),
    }
    dev_train, test_train, test_dev = find_duplicates(parts)
    assert (dev_train.part, dev_train.other) == ("dev", "train")
    assert [(found.doc, found.other_doc) for found in dev_train.exact] == [(1, 2)]
    # Case and punctuation do not count; the first of two equals is named; "No comment !" is short.
    assert [(f.doc, f.other_doc, f.similarity) for f in dev_train.near] == [(3, 3, 1.0)]
    assert [(found.doc, found.other_doc) for found in test_train.exact] == [(1, 3)]
    assert [(found.doc, found.other_doc) for found in test_train.near] == [(2, 3)]
    # Of 15 pairs of words the last word changes one, and a word inside changes two.
    assert test_train.near[0].similarity == 14 / 16
    assert SIMILAR > 13 / 17
    assert test_dev.exact == []
    assert [(found.doc, found.similarity) for found in test_dev.near] == [(1, 1.0), (2, 14 / 16)]


def test_word_pairs():
    assert word_pairs("Yes , it IS so , now .") == {
        ("yes", "it"),
        ("it", "is"),
        ("is", "so"),
        ("so", "now"),
    }
    assert word_pairs("one two three four") == frozenset()


LETTER = st.sampled_from("abcdefgh")
SETS = st.lists(st.frozensets(st.tuples(LETTER, st.sampled_from("ab")), max_size=12), max_size=12)


@settings(max_examples=400)
@given(SETS, SETS)
def test_nearest_is_what_brute_force_finds(queries, targets):
    expected = []
    for query in queries:
        scores = [len(query & t) / len(query | t) if query | t else 0.0 for t in targets]
        best = max(scores, default=0.0)
        expected.append((scores.index(best), best) if best >= SIMILAR else None)
    assert nearest(queries, targets, rarest(queries + targets)) == expected


def test_nearest_at_the_limit():
    one = frozenset(("w", str(number)) for number in range(5))
    four, three = frozenset(sorted(one)[1:]), frozenset(sorted(one)[2:])
    assert nearest([four, three], [one], rarest([one, four, three])) == [(0, 0.8), None]
