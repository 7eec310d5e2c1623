"""The command `init-config`, for tests."""

from pathlib import Path

from spacy.cli._util import app
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # adds itself to spaCy's app

SHIPPED = Path(__file__).parents[2] / "configs"
PACKAGED = Path(spacy_lstm_ner.cli.__file__).parent / "configs"
NAMES = sorted(path.stem for path in PACKAGED.glob("*.cfg"))
OPTIONS = {
    "efficiency": [],
    "accuracy": ["--optimize", "accuracy"],
    "accuracy_vectors": ["--optimize", "accuracy", "--vectors", "many"],
    "noisy_text": ["--noisy"],
    "noisy_text_vectors": ["--noisy", "--vectors", "many"],
}
WITH_VECTORS = {**OPTIONS, "efficiency": ["--vectors", "many"]}


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "init-config", *map(str, args)])


def with_tables(options, tables):
    """The options with the folder of the table in place of its name."""
    return [tables / it if (tables / it).is_dir() else it for it in options]
