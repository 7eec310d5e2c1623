"""`spacy find-function`, `info` and `validate` know our names."""

import sys
from configparser import ConfigParser

import pytest

from .helpers import ROOT, do, words

SETUP = ConfigParser()
SETUP.read(ROOT / "setup.cfg", encoding="utf8")
NAMES = [
    (name, key.partition("_")[2], value.partition(" = ")[2])
    for key, lines in SETUP["options.entry_points"].items()
    if key not in ("spacy_cli", "spacy_factories")
    for value in lines.strip().splitlines()
    for name in [value.partition(" = ")[0]]
]


@pytest.mark.parametrize("name, registry, place", NAMES, ids=lambda value: value)
def test_functions_are_found_in_their_files(name, registry, place):
    path = place.partition(":")[0].replace(".", "/") + ".py"
    assert path in "".join(do("find-function", name, "-r", registry).split())


def test_the_factory_is_found():
    assert "lstm_ner" in do("find-function", "lstm_ner", "-r", "factories")


def test_info(work):
    printed = words(do("info", work.model))
    assert "pipeline ['lstm_ner']" in printed


def test_validate_asks_nothing_of_our_pipelines(monkeypatch):
    """It looks up spaCy's own packages in a table on the net, which is not asked here."""
    module = sys.modules["spacy.cli.validate"]  # spacy.cli has the function under this name
    monkeypatch.setattr(module, "get_model_pkgs", lambda: ({}, {}))
    assert "No pipeline packages found" in do("validate")
