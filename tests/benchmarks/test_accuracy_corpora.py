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


def test_gmb10k_is_the_beginning_of_gmb(tmp_path):
    """10,000 sentences of training, 2,000 of dev and all of test."""
    (tmp_path / "gmb").mkdir()
    for part, number in (("train", 10_001), ("dev", 2_001), ("test", 2_002)):
        with gzip.open(tmp_path / "gmb" / f"{part}.iob2.gz", "wt") as file:
            file.writelines(f"{i}\tB-LOC\n\n" for i in range(number))
    corpora.main(tmp_path, tmp_path / "out", only="gmb10k")
    for part, number in (("train", 10_000), ("dev", 2_000), ("test", 2_002)):
        found = texts(tmp_path / "out" / "gmb10k" / f"{part}.spacy")
        assert found == [str(i) for i in range(number)]


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
