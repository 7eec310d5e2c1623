"""spaCy finds cased words in the copy, also once it was on disk."""

import numpy
import pytest
import spacy
import typer
from spacy.tokens import Doc, DocBin
from spacy.vectors import Vectors
from typer.testing import CliRunner

from benchmarks.accuracy.cased import main

KEYS = ["rome", "in", "In"]


@pytest.mark.parametrize("attr", ["ORTH", "LOWER"])
def test_cased_words_are_found(tmp_path, attr):
    nlp = spacy.blank("en")
    rows = numpy.arange(6, dtype="float32").reshape(3, 2)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=rows, keys=KEYS, attr=attr)
    nlp.to_disk(tmp_path / "lower")
    (tmp_path / "corpus" / "part").mkdir(parents=True)
    doc = Doc(nlp.vocab, words=["Rome", "ROME", "In", "Turin", "rome"])
    DocBin(docs=[doc]).to_disk(tmp_path / "corpus" / "part" / "dev.spacy")
    app = typer.Typer()
    app.command()(main)
    args = [str(tmp_path / name) for name in ("lower", "cased", "corpus")]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0 and "2 of 5 forms" in result.output
    vocab = spacy.load(tmp_path / "cased").vocab
    assert vocab.vectors.shape == (3, 2)
    found = {word: vocab.vectors.find(key=word) for word in ("rome", "Rome", "ROME", "in", "In")}
    assert found == {"rome": 0, "Rome": 0, "ROME": 0, "in": 1, "In": 2}
    assert "Turin" not in vocab.vectors and "IN" not in vocab.vectors
