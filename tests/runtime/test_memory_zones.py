"""`nlp.memory_zone()`: the same answers, and nothing that outlives the zone."""

import gc
import sys

import pytest
from spacy.lexeme import Lexeme
from spacy.tokens import Doc, Span, Token

from ..pipeline.helpers import SMALL
from .helpers import TEXTS, assert_same, outcome, own_words, shared_tok2vec
from .limited import run_limited


def with_letters():
    chars = {"@architectures": "spacy-lstm-ner.CharCNN.v1", "width": 8, "char_width": 4}
    model = {**SMALL["model"], "tok2vec": {**SMALL["model"]["tok2vec"], "chars": chars}}
    return own_words(model=model)


KINDS = {"own": own_words, "letters": with_letters, "shared": lambda: shared_tok2vec()[0]}


@pytest.fixture(params=KINDS)
def pipelines(request):
    """The same pipeline twice: one for zones, one that never sees any."""
    return KINDS[request.param](), KINDS[request.param]()


def zone_texts(n):
    """Words of one shape and length, of which no zone has any in common."""
    return [f"Ada saw Zone{n}{letter * 3} and zone{n}{letter} in Paris" for letter in "abcdef"]


@pytest.fixture
def only_new_objects():
    """Let `gc.get_objects` tell those that were made since."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def held():
    gc.collect()
    return sum(issubclass(type(one), (Doc, Span, Token, Lexeme)) for one in gc.get_objects())


def test_answers_inside_and_outside(pipelines):
    nlp, plain = pipelines
    for n in range(4):
        with nlp.memory_zone():
            assert_same(outcome(nlp.pipe(zone_texts(n))), outcome(plain.pipe(zone_texts(n))))
        assert f"zone{n}a" not in nlp.vocab.strings
        assert_same(outcome(nlp.pipe(TEXTS)), outcome(plain.pipe(TEXTS)))
    with nlp.memory_zone():  # words of an earlier zone, whose rows may have been kept
        assert_same(outcome(nlp.pipe(zone_texts(0))), outcome(plain.pipe(zone_texts(0))))
    assert_same(outcome(nlp.pipe(zone_texts(0))), outcome(plain.pipe(zone_texts(0))))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_outlives_a_zone(kind, only_new_objects):
    nlp = KINDS[kind]()
    list(nlp.pipe(TEXTS))
    n_strings, n_held = len(nlp.vocab.strings), held()
    for n in range(3):
        with nlp.memory_zone():
            docs = list(nlp.pipe(zone_texts(n)))
            assert held() >= n_held + len(docs)
            del docs
        assert len(nlp.vocab.strings) == n_strings
        assert held() == n_held


def test_a_zone_left_by_an_error(pipelines):
    nlp, plain = pipelines
    with pytest.raises(RuntimeError), nlp.memory_zone():
        next(nlp.pipe(zone_texts(7)))
        raise RuntimeError
    assert "zone7a" not in nlp.vocab.strings
    assert_same(outcome(nlp.pipe(zone_texts(7))), outcome(plain.pipe(zone_texts(7))))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_level():
    """In a process of its own; `docs/robustness.md` has the figures of 200,000 documents."""
    args = ("--docs", "12000", "--zone", "200", "--kept-rows", "1000")
    found = run_limited("-m", "tests.runtime.memory", *args, seconds=300)
    assert "growth" in found
