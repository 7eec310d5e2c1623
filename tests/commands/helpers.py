"""spaCy's commands, run in this process: a process of their own takes seconds to import spaCy."""

import re
from pathlib import Path

from spacy.cli._util import app
from thinc.api import Config
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)

ROOT = Path(__file__).parent.parent.parent


def try_to(*args):
    """`spacy ...`, which may fail."""
    return CliRunner().invoke(app, [str(arg) for arg in args])


def do(*args):
    """`spacy ...`; returns what it printed."""
    result = try_to(*args)
    assert result.exit_code == 0, f"{result.output}\n{result.exception!r}"
    return result.output


def words(text):
    """A text without line breaks, wherever the terminal's width puts them."""
    return " ".join(text.split())


def read_ini(text):
    """Some sections of a config, which may leave out those that they lie in."""
    names = re.findall(r"^\[([^\]\s]+)\]$", text, re.MULTILINE)
    parts = [name.split(".") for name in names]
    above = {".".join(part[:i]) for part in parts for i in range(1, len(part))} - set(names)
    heads = "".join(f"[{name}]\n" for name in sorted(above))
    return Config().from_str(heads + text, interpolate=False)
