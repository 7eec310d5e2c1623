"""Sentences or documents as the file has them, and whole files or none."""

import gzip

import pytest
import spacy
from spacy.tokens import DocBin

from benchmarks.accuracy import corpora

PART = "Rome\tB-LOC\nsings\tO\n\nAda\tB-PER\n\n"


@pytest.fixture
def source(tmp_path):
    for part in corpora.PARTS:
        (tmp_path / f"{part}.jsonl").write_text('{"text": "Rome", "spans": []}\n' * 3)
    return tmp_path


def texts(path):
    return [doc.text.strip() for doc in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)]


def test_parts_limits_and_what_is_there(source, tmp_path):
    output = tmp_path / "out"
    output.mkdir()
    (output / "dev.spacy").write_bytes(b"mine")
    corpora.make_corpus(source, output, {"train": 2})
    assert [len(texts(output / f"{part}.spacy")) for part in ("train", "test")] == [2, 3]
    assert (output / "dev.spacy").read_bytes() == b"mine"
    assert len(list(output.iterdir())) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [(PART, ["Rome sings", "Ada"]), (f"-DOCSTART-\tO\n\n{PART}", ["Rome sings Ada"])],
)
def test_sentences_unless_documents_are_marked(tmp_path, text, expected):
    for part in corpora.PARTS:
        with gzip.open(tmp_path / f"{part}.iob2.gz", "wt") as file:
            file.write(text)
    corpora.make_corpus(tmp_path, tmp_path / "out", {})
    assert texts(tmp_path / "out" / "dev.spacy") == expected


def test_a_run_that_is_stopped_leaves_nothing_that_looks_finished(source, monkeypatch):
    def stop(docs, path):
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(corpora, "write_docbin", stop)
    with pytest.raises(KeyboardInterrupt):
        corpora.make_corpus(source, source / "out", {})
    assert not list((source / "out").glob("*.spacy"))
