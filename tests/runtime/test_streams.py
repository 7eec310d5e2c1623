"""Streams: how far they are read, their order, their contexts, and all that may be empty."""

from itertools import count, islice

import pytest
from spacy.tokens import Doc

from .helpers import TEXTS, assert_same, outcome, own_words, shared_tok2vec


@pytest.fixture(scope="module", params=["own", "shared"])
def nlp(request):
    return own_words() if request.param == "own" else shared_tok2vec()[0]


def test_an_endless_stream_is_read_by_batches(nlp):
    read = []

    def stream():
        for n in count():
            read.append(n)
            yield f"Ada saw {n}"

    found = nlp.pipe(stream(), batch_size=4)
    for n, doc in enumerate(islice(found, 9)):
        assert doc.text == f"Ada saw {n}"
        assert len(read) == 4 * (n // 4 + 1)


def test_endless_streams_of_the_component(nlp):
    read = []
    docs = (read.append(n) or nlp.make_doc(f"Ada saw {n}") for n in count())
    found = nlp.get_pipe("lstm_ner").pipe(docs, batch_size=3)
    assert [next(found).text for _ in range(4)][-1] == "Ada saw 3"
    assert len(read) == 6


@pytest.mark.parametrize("batch_size", [1, 5, 1000])
def test_order_and_contexts(nlp, batch_size):
    texts = [f"Ada saw Paris {n}" for n in range(23)] + TEXTS
    contexts = [{"n": n} for n in range(len(texts))]
    found = list(nlp.pipe(zip(texts, contexts), as_tuples=True, batch_size=batch_size))
    assert [doc.text for doc, _ in found] == texts
    assert all(context is given for (_, context), given in zip(found, contexts))
    assert_same(outcome(doc for doc, _ in found), outcome(map(nlp, texts)))


def test_docs_for_texts(nlp):
    """`nlp.pipe` takes Docs that are tokenized already, mixed with texts."""
    mixed = [nlp.make_doc(text) if n % 2 else text for n, text in enumerate(TEXTS)]
    found = list(nlp.pipe(mixed))
    assert all(found[n] is mixed[n] for n in range(1, len(TEXTS), 2))
    assert_same(outcome(found), outcome(map(nlp, TEXTS)))


@pytest.mark.parametrize("nothing", [[], (), iter([])])
def test_nothing(nlp, nothing):
    component = nlp.get_pipe("lstm_ner")
    assert list(nlp.pipe(nothing)) == list(component.pipe(nothing)) == []
    assert list(nlp.pipe([], n_process=2)) == []


EMPTY = ["", " ", "\n\n \t", "\u00a0", "\u2028"]


def test_documents_without_words(nlp):
    alone = [nlp(text) for text in EMPTY]
    for docs in (
        list(nlp.pipe(EMPTY)),
        list(nlp.pipe([text for text in EMPTY for _ in "ab"], batch_size=3))[::2],
        list(nlp.pipe([*EMPTY, *TEXTS]))[: len(EMPTY)],
        alone,
    ):
        assert [doc.text for doc in docs] == EMPTY
        assert [doc.ents for doc in docs] == [()] * len(EMPTY)
        assert [len(doc.spans["all"]) for doc in docs] == [0] * len(EMPTY)
        assert all(doc.has_annotation("ENT_IOB") for doc in docs if len(doc))


def test_documents_of_one_word(nlp):
    words = ["Ada", "Paris", "tea", ".", "x" * 400]
    alone = outcome(map(nlp, words))
    assert_same(outcome(nlp.pipe(words)), alone)
    assert_same(outcome(nlp.pipe(words, batch_size=2)), alone)
    assert_same(outcome_of_first(nlp.pipe([*words, *TEXTS]), len(words)), alone)


def outcome_of_first(docs, size):
    return outcome(list(docs)[:size])


def test_called_directly(nlp):
    """`component(doc)` and `component.pipe` write to the Docs that they are given."""
    docs = [nlp.make_doc(text) for text in TEXTS]
    for _, pipe in nlp.pipeline[:-1]:
        docs = list(pipe.pipe(docs))
    component = nlp.get_pipe("lstm_ner")
    found = list(component.pipe(docs, batch_size=2))
    assert all(one is other for one, other in zip(found, docs))
    assert_same(outcome(docs), outcome(map(nlp, TEXTS)))
    doc = Doc(nlp.vocab, words=["Ada", "saw", "Paris"])
    for _, pipe in nlp.pipeline:
        assert pipe(doc) is doc
    assert_same(outcome([doc]), outcome([nlp("Ada saw Paris")]))
