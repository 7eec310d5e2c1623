"""Pieces of a document are the document."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_lstm_ner.data.pieces import cut_doc
from spacy_lstm_ner.tags.annotated import annotated_labels, set_annotated_labels

VOCAB = Vocab()


@st.composite
def docs(draw):
    """Docs with spaces, entities, tokens without annotation, sentence starts and a span group."""
    size = draw(st.integers(0, 14))
    flags = st.lists(st.booleans(), min_size=size, max_size=size)
    starts = st.lists(st.sampled_from([True, False, None]), min_size=size, max_size=size)
    doc = Doc(
        VOCAB,
        words=[f"w{i}" for i in range(size)],
        spaces=draw(flags),
        sent_starts=draw(starts),
    )
    bounds = sorted(set(draw(st.lists(st.integers(0, size), max_size=5))))
    pairs = list(zip(bounds[::2], bounds[1::2]))
    missing = [doc[i : i + 1] for i in range(size) if draw(st.booleans())]
    outside_ents = [s for s in missing if not any(a <= s.start < b for a, b in pairs)]
    doc.set_ents([Span(doc, a, b, label="X") for a, b in pairs], missing=outside_ents)
    if size > 2:
        doc.spans["sc"] = [Span(doc, 1, 3, label="Y", span_id="y1")]
    doc.user_data["id"] = "d"
    doc.cats = {"news": 1.0}
    set_annotated_labels(doc, draw(st.sampled_from([None, ["X"]])))
    return doc


def annotation(doc, offset=0):
    tokens = [(t.text, t.whitespace_, t.ent_iob_, t.ent_type_, t.is_sent_start) for t in doc]
    groups = {
        key: [(s.start + offset, s.end + offset, s.label_, s.id_) for s in group]
        for key, group in doc.spans.items()
    }
    ents = [(ent.start + offset, ent.end + offset, ent.label_) for ent in doc.ents]
    return tokens, ents, groups.get("sc", [])


@settings(max_examples=300)
@given(docs(), st.integers(1, 6))
def test_pieces_reassemble(doc, max_length):
    pieces = list(cut_doc(doc, max_length))
    assert "".join(piece.text for piece in pieces) == doc.text
    tokens, ents, spans, offset = [], [], [], 0
    for piece in pieces:
        its_tokens, its_ents, its_spans = annotation(piece, offset)
        # The first token of a piece opens a sentence for spaCy, whatever was set.
        its_tokens[:1] = [(*t[:4], doc[offset].is_sent_start) for t in its_tokens[:1]]
        tokens += its_tokens
        ents += its_ents
        spans += its_spans
        offset += len(piece)
        assert piece.user_data["id"] == "d" and piece.cats == {"news": 1.0}
        assert annotated_labels(piece) == annotated_labels(doc)
    assert (tokens, ents, spans) == annotation(doc)


@settings(max_examples=300)
@given(docs(), st.integers(1, 6))
def test_pieces_are_short_and_greedy(doc, max_length):
    """Checked against the rule, token by token: which ends are possible, and which is the best."""
    spans = [*doc.ents, *doc.spans.get("sc", [])]

    def is_cut(i):
        return not any(span.start < i < span.end for span in spans)

    start = 0
    pieces = list(cut_doc(doc, max_length))
    for piece in pieces[:-1]:
        end = start + len(piece)
        reach = start + max_length
        possible = [i for i in range(start + 1, reach + 1) if is_cut(i)]
        sentences = [i for i in possible if doc[i].is_sent_start]
        if sentences:
            assert end == sentences[-1]
        elif possible:
            assert end == possible[-1]
        else:
            assert end > reach and is_cut(end)
            assert not any(is_cut(i) for i in range(start + 1, end))
        start = end
    last = pieces[-1]
    assert len(last) <= max_length or not any(
        is_cut(i) for i in range(start + 1, start + len(last))
    )
    assert all(len(piece) for piece in pieces) or len(doc) == 0


def test_short_doc_is_not_copied():
    doc = Doc(VOCAB, words=["a", "b"])
    assert list(cut_doc(doc, 2)) == [doc]
    empty = Doc(VOCAB)
    assert list(cut_doc(empty, 1)) == [empty]


@pytest.mark.parametrize(
    "starts,lengths",
    [
        ([0, 2, 4, 6], [4, 4]),  # as many whole sentences as fit
        ([0, 3, 6], [3, 5]),
        ([0, 7], [5, 3]),  # a sentence that is too long falls into pieces
        ([], [5, 3]),  # no sentences
    ],
)
def test_sentences(starts, lengths):
    doc = Doc(VOCAB, words=list("abcdefgh"))
    for token in doc:
        token.is_sent_start = (token.i in starts) if starts else None
    assert [len(piece) for piece in cut_doc(doc, 5)] == lengths
