"""spaCy's commands, run in this process: a process of their own takes seconds to import spaCy."""

from pathlib import Path

from spacy.cli._util import app
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
