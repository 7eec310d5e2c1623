import gzip

import pytest

from spacy_lstm_ner.data.formats import (
    ReadOptions,
    input_format,
    output_format,
    read_docs,
    write_docs,
)


@pytest.mark.parametrize(
    "name,text,expected",
    [
        ("a.spacy", "", "spacy"),
        ("a.jsonl", '{"broken', "jsonl"),
        ("a.conll", '{"a": 1}', "columns"),
        ("a.iob2.gz", "", "columns"),
        ("a.csv", "", "csv"),
        ("a.txt", '\n{"text": "a"}\n', "jsonl"),
        ("a.txt", "{\tO\n", "columns"),
        ("a.txt", "Sentence #,Word,POS,Tag\n", "csv"),
        ("a", "", "columns"),
        ("sentences.txt", "a b\n", "columns"),
    ],
)
def test_input_format(tmp_path, name, text, expected):
    data = text.encode("utf8")
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert input_format(tmp_path / name) == expected


def test_a_pair_of_files(tmp_path):
    for name in ("sentences.txt", "labels.txt"):
        (tmp_path / name).write_text("a\n")
    assert input_format(tmp_path) == input_format(tmp_path / "sentences.txt") == "pairs"


def test_output_format(tmp_path):
    names = {"a.spacy": "spacy", "a.jsonl.gz": "jsonl", "a.tsv": "iob2", "b.a.conll.gz": "iob2"}
    assert {name: output_format(tmp_path / name) for name in names} == names
    with pytest.raises(ValueError, match="No format is known for the ending of .*a.txt.*--output"):
        output_format(tmp_path / "a.txt")


def test_unknown_formats(nlp, tmp_path):
    with pytest.raises(ValueError, match="Unknown format 'iob' for input. Known formats: jsonl"):
        read_docs(tmp_path, "iob", nlp.tokenizer, print, ReadOptions())
    with pytest.raises(ValueError, match="Unknown format 'iob' for output. Known formats: spacy"):
        write_docs([], tmp_path, "iob", nlp.tokenizer, print)


@pytest.mark.parametrize(
    "name,options,option",
    [
        ("jsonl", ReadOptions(n_sents=2), "--n-sents"),
        ("spacy", ReadOptions(encoding="utf8"), "--encoding"),
        ("csv", ReadOptions(token_column=1), "--token-column"),
        ("jsonl", ReadOptions(scheme="iob1"), "--scheme"),
    ],
)
def test_options_without_a_use_are_refused(nlp, tmp_path, name, options, option):
    with pytest.raises(ValueError, match=f"option '{option}' was given for the format '{name}'"):
        read_docs(tmp_path, name, nlp.tokenizer, print, options)
