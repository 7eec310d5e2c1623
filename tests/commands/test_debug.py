"""`spacy debug` on our configs, and `spacy lstm-ner debug-data` beside spaCy's own."""

import gc
import json
import re

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span
from thinc.api import Config

from .helpers import do, try_to, words


def test_config(work):
    assert "Config is valid" in do("debug", "config", work.config, *work.paths)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"modle": 1}, "lstm_ner -> modle unexpected argument: 'modle'"),
        ({"confidence": "sure"}, "lstm_ner -> confidence"),
        ({"model": {"cells": "gru"}}, "cells"),
    ],
)
def test_wrong_settings_are_named(work, tmp_path, settings, message):
    config = Config().from_disk(work.config, interpolate=False)
    config.merge({"components": {"lstm_ner": settings}}).to_disk(tmp_path / "config.cfg")
    result = try_to("debug", "config", tmp_path / "config.cfg", *work.paths)
    assert result.exit_code == 1
    assert message in words(result.output)


def test_model_prints_shapes(work):
    printed = words(do("debug", "model", work.config, "lstm_ner", *work.paths, "-DIM", "-P2"))
    printed = re.sub("\x1b\\S*m|ℹ ?", "", printed)
    for said in (
        "'lstm-l2r' - dim nO: 6 - dim nI: 16",
        "'lstm-r2l' - dim nO: 6 - dim nI: 16",
        "'linear' - dim nO: 9 - dim nI: 12",  # O, and B, I, L, U of two labels
    ):
        assert said in words(printed), printed
    assert "model looks good" in printed


def test_diff_config_shows_what_differs_from_the_defaults(work):
    printed = do("debug", "diff-config", work.config).splitlines()
    for line in ("width = 12", "width = 200", "rows = [50, 50]", "max_steps = 13"):
        assert any(line in row for row in printed), line


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_profile_lists_our_functions(work, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # it leaves a file there
    (tmp_path / "texts.jsonl").write_text('{"text": "I like London."}\n' * 3, encoding="utf8")
    printed = do("debug", "profile", work.model, tmp_path / "texts.jsonl")
    gc.collect()  # spaCy leaves the file open
    assert "lstm_ner.py" in printed and "(predict)" in printed


@pytest.fixture
def flawed(tmp_path):
    """101 documents with all that spaCy looks for in entities; tokens without annotation too."""
    nlp, docs = spacy.blank("en"), []
    for number in range(101):
        doc = Doc(nlp.vocab, words=["Ann", "saw", "Rome", " ", f"word{number}"])
        ents = [Span(doc, 0, 1, "PER")]
        ents += [Span(doc, 2, 4, "LOC")] if number == 0 else []
        missing = [Span(doc, 4, 5)] if number < 3 else []
        doc.set_ents(ents, missing=missing, default="outside")
        docs.append(doc)
    docs[1] = Doc(nlp.vocab, words=["Ann", "Lee"], sent_starts=[True, True])
    docs[1].ents = [Span(docs[1], 0, 2, "PER")]
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    DocBin(docs=docs[:2]).to_disk(tmp_path / "dev.spacy")
    return [f"--paths.{part}={tmp_path / part}.spacy" for part in ("train", "dev")]


@pytest.mark.filterwarnings("ignore:.*cannot be learned as they stand")
def test_debug_data_of_spacy_runs_and_ours_finds_the_same_faults(work, flawed, tmp_path):
    config = Config().from_disk(work.config, interpolate=False)
    config["components"] = {"ner": {"factory": "ner"}}
    config["nlp"]["pipeline"] = ["ner"]
    config.to_disk(tmp_path / "ner.cfg")
    theirs = words(try_to("debug", "data", tmp_path / "ner.cfg", *flawed, "-V").output)
    for said in (
        "2 training examples also in evaluation data",
        "502 total word(s) in the data",
        "1 invalid whitespace entity spans",
        "Low number of examples for label 'LOC' (1)",
        "1 entity span(s) crossing sentence boundaries",
        "'PER' (101), 'LOC' (1)",
    ):
        assert said in theirs, said
    runs = words(do("debug", "data", work.config, *flawed))
    assert "Pipeline can be initialized with data" in runs and "Named Entity" not in runs
    found = try_to("lstm-ner", "debug-data", work.config, *flawed, "--json")
    assert found.exit_code == 1
    record = json.loads(found.stdout)
    counts = record["counts"]["train"]
    assert counts["labels"] == {"PER": 101, "LOC": 1}
    assert (counts["tokens"], counts["docs_with"]) == (502, {"PER": 101, "LOC": 1})
    assert counts["missing"] == 2
    problems = " ".join(problem["message"] for problem in record["problems"])
    for said in (
        "train: 1 entities begin or end with white space",
        "fewer than 10 entities, too few to learn: LOC (1)",
        "labels that every document has an entity of: PER.",
        "train: 1 entities go across a sentence start that is set",
        "dev: 2 documents stand in train too",
    ):
        assert said in problems, said
