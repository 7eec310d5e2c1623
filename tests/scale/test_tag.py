"""Batches of words, and what fails in them."""

import pytest
import spacy
from spacy.language import Language

from spacy_lstm_ner.scale.rows import Chunk, Row
from spacy_lstm_ner.scale.tag import tag_chunks

from .helpers import piped, texts


@Language.component("scale_test_fragile")
def fragile(doc):
    if "break" in doc.text:
        raise RuntimeError("cannot go on")
    return doc


def rows_of(*given):
    return [Row(number, text, {}) for number, text in enumerate(given)]


def tag(nlp, rows, batch_words=30):
    [outcome] = tag_chunks(nlp, [Chunk(rows, [])], "text", batch_words)
    return outcome


@pytest.mark.parametrize("batch_words", [1, 30, 10_000])
def test_same_as_pipe(model, batch_words):
    nlp = spacy.load(model)
    given = ["", *texts(50), " \n"]
    found = tag(nlp, rows_of(*given), batch_words)
    expected = piped(nlp, [{"text": text} for text in given])
    assert found.tagged.spans == [row["spans"] for row in expected]
    assert sum(map(len, found.tagged.spans)) > 50
    assert [row.id for row in found.tagged.rows] == list(range(52))
    assert found.words == sum(len(nlp.make_doc(text)) for text in given)
    assert not found.rejected


def test_batches_have_so_many_words(model, monkeypatch):
    nlp, sizes, pipe = spacy.load(model), [], Language.pipe
    monkeypatch.setattr(
        Language,
        "pipe",
        lambda nlp, docs, **kw: sizes.append([*map(len, docs)]) or pipe(nlp, docs, **kw),
    )
    tag(nlp, rows_of(*texts(50), "word " * 100, "a"), 30)
    assert [len(sizes[-2]), len(sizes[-1])] == [1, 1]
    for size, following in zip(sizes, sizes[1:]):
        assert sum(size) <= 30 or len(size) == 1
        assert sum(size) + following[0] > 30


def test_only_rows_that_fail_are_rejected(model):
    nlp = spacy.load(model)
    nlp.add_pipe("scale_test_fragile")
    nlp.max_length = 1000
    given = ["I like London", "please break", "x" * 1001, "lone \ud800", "Android Pay"]
    rows = [Row(i, text, {"n": i}) for i, text in enumerate(given)]
    [found] = tag_chunks(nlp, [Chunk(rows, [])], "body", 30)
    assert [row.id for row in found.tagged.rows] == [0, 4]
    assert [bool(spans) for spans in found.tagged.spans] == [True, True]
    assert [(row.id, row.row) for row in found.rejected] == [
        (i, {"id": i, "body": given[i], "n": i}) for i in (1, 2, 3)
    ]
    reasons = ["RuntimeError: cannot go on", "1001 characters, the pipeline takes 1000", "Unicode"]
    for row, reason in zip(found.rejected, reasons):
        assert reason in row.reason


def test_vocabulary_does_not_grow(model, monkeypatch):
    nlp = spacy.load(model)
    tag(nlp, rows_of("warm up"))
    monkeypatch.setattr("spacy_lstm_ner.scale.tag.ZONE_WORDS", 100)
    before, most = list(nlp.vocab.strings), 0
    given = rows_of(*texts(200, start=5000))
    chunks = [Chunk(given[i : i + 5], []) for i in range(0, 200, 5)]
    outcomes = []
    for outcome in tag_chunks(nlp, chunks, "text", 30):
        outcomes.append(outcome)
        most = max(most, len(nlp.vocab.strings))
    assert [row.id for outcome in outcomes for row in outcome.tagged.rows] == list(range(200))
    assert list(nlp.vocab.strings) == before
    assert most < len(before) + 50
