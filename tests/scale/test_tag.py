"""Batches of words, and what fails in them."""

import pytest
import spacy
from spacy.language import Language

from spacy_lstm_ner.scale.tagging.rows import Chunk, Row
from spacy_lstm_ner.scale.tagging.tag import Tagger

from .helpers import piped, texts


@Language.component("scale_test_fragile")
def fragile(doc):
    if "break" in doc.text:
        raise RuntimeError("cannot go on")
    return doc


def rows_of(*given):
    return [Row(number, text, {}) for number, text in enumerate(given)]


def tag(nlp, rows, batch_words=30):
    [outcome] = Tagger(nlp, "text", batch_words)([Chunk(rows, [])])
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
    [found] = Tagger(nlp, "body", 30)([Chunk(rows, [])])
    assert [row.id for row in found.tagged.rows] == [0, 4]
    assert [bool(spans) for spans in found.tagged.spans] == [True, True]
    assert [(row.id, row.row) for row in found.rejected] == [
        (i, {"id": i, "body": given[i], "n": i}) for i in (1, 2, 3)
    ]
    reasons = ["RuntimeError: cannot go on", "1001 characters, the pipeline takes 1000", "Unicode"]
    for row, reason in zip(found.rejected, reasons):
        assert reason in row.reason


def test_docs_that_are_left_out_shift_no_entities(model):
    nlp = spacy.load(model)
    nlp.add_pipe("scale_test_fragile")
    nlp.set_error_handler(lambda *args: None)
    given = ["please break", "I like London", "nothing", "I like London"]
    found = tag(nlp, rows_of(*given), 1000)
    assert [row.id for row in found.tagged.rows] == [1, 2, 3]
    [row] = piped(spacy.load(model), [{"text": given[1]}])
    london = row["spans"]
    assert found.tagged.spans == [london, [], london]
    assert london
    [left_out] = found.rejected
    assert left_out.id == 0
    assert "0 Docs back" in left_out.reason


def test_vocabulary_keeps_the_first_words_only(model, monkeypatch):
    nlp = spacy.load(model)
    monkeypatch.setattr("spacy_lstm_ner.scale.tagging.tag.LEARNED_WORDS", 200)
    monkeypatch.setattr("spacy_lstm_ner.scale.tagging.tag.ZONE_WORDS", 100)
    given = rows_of(*texts(240, start=5000))
    chunks = [Chunk(given[i : i + 5], []) for i in range(0, 240, 5)]
    tagger, sizes, n_words, ids = Tagger(nlp, "text", 30), [len(nlp.vocab.strings)], [0], []
    for part in (chunks[:2], chunks[2:30], chunks[30:]):  # as of three pieces
        for outcome in tagger(part):
            sizes.append(len(nlp.vocab.strings))
            n_words.append(n_words[-1] + outcome.words)
            ids += [row.id for row in outcome.tagged.rows]
    assert ids == list(range(240))
    learned = next(i for i, words in enumerate(n_words) if words >= 200)
    assert sizes[0] < sizes[learned]
    assert len(nlp.vocab.strings) == sizes[learned]
    assert max(sizes) < sizes[learned] + 50
    assert min(sizes[learned:]) == sizes[learned] < max(sizes)
