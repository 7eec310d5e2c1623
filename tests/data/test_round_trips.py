"""Docs → a file → Docs: nothing is lost, or it is reported."""

import tempfile
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_lstm_ner.data.columns import read_columns
from spacy_lstm_ner.data.docbin import read_docbin, write_docbin
from spacy_lstm_ner.data.jsonl import read_jsonl
from spacy_lstm_ner.data.to_iob2 import write_iob2
from spacy_lstm_ner.data.to_jsonl import make_record, write_jsonl
from spacy_lstm_ner.tags.annotated import annotated_labels, set_annotated_labels

TOKENIZER = spacy.blank("en").tokenizer
VOCAB = TOKENIZER.vocab
INNER = "aZ.'-#\"{1é\xa0\u2028\x85,😀"
TAG = st.sampled_from(["O", "", "B-A", "I-A", "B-B-C", "I-B-C"])
SENTENCE = st.lists(st.tuples(st.text(INNER, min_size=1, max_size=4), TAG), min_size=1, max_size=5)
DOCUMENTS = st.lists(st.lists(SENTENCE, min_size=1, max_size=3), min_size=1, max_size=3)
SPACED = st.lists(
    st.tuples(st.sampled_from(["a", "can't", "£61m.", " ", "\n", "\t ", "é"]), TAG, st.booleans()),
    max_size=6,
)


def make_doc(sentences, spaces=None):
    """A Doc of (word, tag) pairs; an I that continues nothing becomes a B."""
    pairs = [pair for sentence in sentences for pair in sentence]
    starts = [i == 0 for sentence in sentences for i in range(len(sentence))]
    tags = []
    for (_, tag), start in zip(pairs, starts):
        goes_on = not start and tags and tags[-1][2:] == tag[2:] and tag.startswith("I")
        tags.append("B" + tag[1:] if tag.startswith("I") and not goes_on else tag)
    return Doc(VOCAB, [word for word, _ in pairs], spaces=spaces, sent_starts=starts, ents=tags)


def facts(doc, *, spaces=True):
    return [
        (token.text, token.whitespace_ if spaces else None, token.ent_iob, token.ent_type_)
        for token in doc
    ]


def starts(doc):
    return [sent.start for sent in doc.sents] if doc.has_annotation("SENT_START") else []


def through_iob2(docs, name="a.iob2"):
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_iob2(docs, path, problems.append)
        return list(read_columns(path, VOCAB, problems.append, scheme="iob2")), problems


def through_jsonl(docs, name="a.jsonl"):
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        write_jsonl(docs, Path(folder) / name, TOKENIZER)
        return list(read_jsonl(Path(folder) / name, TOKENIZER, problems.append)), problems


@given(DOCUMENTS)
def test_iob2(documents):
    docs = [make_doc(sentences) for sentences in documents]
    again, problems = through_iob2(docs)
    assert problems == []
    assert [facts(doc, spaces=False) for doc in again] == [facts(d, spaces=False) for d in docs]
    assert [starts(doc) for doc in again] == [starts(doc) for doc in docs]


@given(st.lists(SPACED, min_size=1, max_size=3), st.booleans())
def test_jsonl(documents, sentences):
    docs = []
    for triples in documents:
        pairs = [triple[:2] for triple in triples]
        split = [[pair] for pair in pairs] if sentences else [pairs]
        docs.append(make_doc(split, spaces=[triple[2] for triple in triples]))
    again, problems = through_jsonl(docs)
    assert problems == []
    assert [facts(doc) for doc in again] == [facts(doc) for doc in docs]
    assert [starts(doc) for doc in again] == [starts(doc) for doc in docs]


@given(DOCUMENTS)
def test_docbin(documents):
    docs = [make_doc(sentences) for sentences in documents]
    with tempfile.TemporaryDirectory() as folder:
        write_docbin(docs, Path(folder) / "a.spacy")
        again = list(read_docbin(Path(folder) / "a.spacy", VOCAB, print))
    assert [facts(doc) for doc in again] == [facts(doc) for doc in docs]
    assert [starts(doc) for doc in again] == [starts(doc) for doc in docs]


def test_iob2_text(tmp_path):
    docs = [make_doc([[("New", "B-LOC"), ("York", "I-LOC")]]), make_doc([[("?", ""), ("a", "O")]])]
    write_iob2(docs, tmp_path / "a.iob2", print)
    expected = "New\tB-LOC\nYork\tI-LOC\n\n?\t-\na\tO\n\n"
    assert (tmp_path / "a.iob2").read_bytes().decode() == expected
    docs.append(make_doc([[("a", "O")], [("b", "O")]]))
    write_iob2(docs[1:], tmp_path / "a.iob2", print)
    expected = "-DOCSTART-\tO\n\n?\t-\na\tO\n\n-DOCSTART-\tO\n\na\tO\n\nb\tO\n\n"
    assert (tmp_path / "a.iob2").read_bytes().decode() == expected


def test_a_doc_without_sentences_is_one_sentence():
    doc = TOKENIZER("In Rome. In Oslo.")
    (again,), _ = through_iob2([doc])
    assert [token.text for token in again] == [token.text for token in doc]
    assert len(list(again.sents)) == 1 and not again.has_annotation("ENT_IOB")


def test_what_a_column_cannot_hold_is_reported():
    words = [("New", "B-X"), ("\n", "I-X"), ("York", "I-X"), (" b\tc ", "O"), ("-DOCSTART-", "O")]
    (again,), problems = through_iob2([make_doc([words])])
    assert [token.text for token in again] == ["New", "York", "b c"]
    assert [(ent.text, ent.label_) for ent in again.ents] == [("New York", "X")]
    assert [(p.kind, p.line, p.text) for p in problems] == [
        ("changed", 1, "\n"),
        ("changed", 1, " b\tc "),
        ("changed", 1, "-DOCSTART-"),
    ]
    assert problems[0].message == "token 2 of document 1 cannot stand in a column: it is left out"
    assert "token 4 of document 1 holds a tab" in problems[1].message


def test_label_sets():
    docs = [make_doc([[("a", "B-X"), ("b", "O")]]) for _ in range(3)]
    set_annotated_labels(docs[1], ["X", "Y"])
    set_annotated_labels(docs[2], [])
    again, problems = through_jsonl(docs)
    assert [annotated_labels(doc) for doc in again] == [None, ("X", "Y"), ()]
    assert problems == []
    _, problems = through_iob2(docs)
    assert [(problem.kind, problem.line) for problem in problems] == [
        ("changed", 2),
        ("changed", 3),
    ]
    assert "document 2 is annotated for some labels only (X, Y)" in problems[0].message


def test_a_label_that_a_column_cannot_hold_is_reported():
    (again,), (problem,) = through_iob2([make_doc([[("a", "B-X\tY"), ("b", "I-X\tY")]])])
    assert [(ent.text, ent.label_) for ent in again.ents] == [("a b", "X Y")]
    assert (problem.kind, problem.text) == ("changed", "X\tY")
    assert "a label of document 1 holds a tab" in problem.message


def test_documents_without_tokens_are_reported():
    docs = [Doc(VOCAB), make_doc([[("a", "O")]]), Doc(VOCAB, words=["\n"])]
    again, problems = through_iob2(docs)
    assert [doc.text for doc in again] == ["a"]
    assert [p.line for p in problems if "no token that a column file can hold" in p.message] == [
        1,
        3,
    ]


def test_an_entity_over_a_sentence_end_is_cut_and_reported():
    doc = Doc(VOCAB, ["a", "b"], sent_starts=[True, True], ents=["B-X", "I-X"])
    (again,), (problem,) = through_iob2([doc])
    assert [ent.text for ent in again.ents] == ["a", "b"]
    assert (problem.kind, problem.text) == ("changed", "a b")
    assert "goes on over the end of a sentence: it is cut in two" in problem.message


def test_a_jsonl_record():
    doc = TOKENIZER("In Rome or so")
    doc.set_ents([doc.char_span(3, 7, label="GPE")], missing=[doc[2:4]], default="outside")
    doc.user_data.update({"id": 7, "meta": {"a": 1}, "other": 1})
    assert make_record(doc, TOKENIZER) == {
        "id": 7,
        "text": "In Rome or so",
        "meta": {"a": 1},
        "spans": [{"start": 3, "end": 7, "label": "GPE"}],
        "missing": [(8, 13)],
    }
    (again,), _ = through_jsonl([doc])
    assert again.user_data == {"id": 7, "meta": {"a": 1}}
    own = Doc(VOCAB, ["In", "Rome", "or so"], spaces=[True, True, False])
    assert [token["text"] for token in make_record(own, TOKENIZER)["tokens"]][2] == "or so"


@pytest.mark.parametrize("through,name", [(through_iob2, "a.iob2.gz"), (through_jsonl, "a.gz")])
def test_gzip(through, name):
    docs = [make_doc([[("é", "B-X")]])]
    again, _ = through(docs, name)
    assert [facts(doc, spaces=False) for doc in again] == [facts(d, spaces=False) for d in docs]


def test_files_that_are_no_docbin(tmp_path):
    (tmp_path / "a.spacy").write_bytes(b"no")
    with pytest.raises(ValueError, match=r"a.spacy is no .spacy file, .* \[E1014\]"):
        list(read_docbin(tmp_path / "a.spacy", VOCAB, print))
    write_docbin([], tmp_path / "b.spacy")
    with pytest.raises(ValueError, match="gave no document"):
        list(read_docbin(tmp_path / "b.spacy", VOCAB, print))
