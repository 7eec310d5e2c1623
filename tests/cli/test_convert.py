import json

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)

RECORDS = [
    {"text": "In Rome", "spans": [{"start": 3, "end": 7, "label": "GPE"}]},
    {"text": "£61m. lost", "spans": [{"start": 0, "end": 4, "label": "MONEY"}]},
]


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in RECORDS), encoding="utf8")
    return path


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


def test_convert(source, tmp_path):
    result = run("convert", source, tmp_path / "out.spacy")
    assert result.exit_code == 0, result.output
    assert "2 documents, 1 entities, 1 misaligned" in words(result)
    assert f"{source.name}:2: MONEY '£61m' does not fit the tokens '£61m.'" in words(result)
    docs = list(DocBin().from_disk(tmp_path / "out.spacy").get_docs(spacy.blank("en").vocab))
    assert [[ent.text for ent in doc.ents] for doc in docs] == [["Rome"], []]


def test_strict(source, tmp_path):
    assert run("convert", source, tmp_path / "out.spacy", "--strict").exit_code == 1
    source.write_text(json.dumps(RECORDS[0]), encoding="utf8")
    assert run("convert", source, tmp_path / "out.spacy", "--strict").exit_code == 0


def test_bad_file(source, tmp_path):
    source.write_text('{"text": "a"}', encoding="utf8")
    result = run("convert", source, tmp_path / "out.spacy")
    assert result.exit_code == 1
    assert "line 1, cannot be read" in words(result)
    assert not (tmp_path / "out.spacy").exists()


def test_help_names_the_command():
    result = run("--help")
    assert result.exit_code == 0 and "convert" in result.output
