"""The project file itself: a short main job from a copy, skipped the second time."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import spacy
import srsly
from spacy.vectors import Vectors

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what the main job needs, with a corpus cut down to a few documents."""
    path = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "project.yml", path)
    shutil.copytree(ROOT / "configs", path / "configs")
    (path / "corpus").mkdir()
    for part, count in (("train", 20), ("dev", 5), ("test", 5)):
        records = list(srsly.read_jsonl(ROOT / "corpus" / f"{part}.jsonl"))[:count]
        srsly.write_jsonl(path / "corpus" / f"{part}.jsonl", records)
    return path


def run(project, *args):
    command = [sys.executable, "-m", "spacy", *args]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(
        command, cwd=project, env=env, capture_output=True, text=True, encoding="utf8", check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


OUTPUTS = [
    "corpus/almanac/train.spacy",
    "metrics/almanac/data.json",
    "metrics/almanac/training.jsonl",
    "metrics/almanac/metrics.json",
    "metrics/almanac/test.html",
    "metrics/almanac/learning-curve.svg",
    "metrics/almanac/labels.svg",
    "metrics/almanac/data.svg",
    "packages/en_lstm_ner_almanac-0.1.0/dist/en_lstm_ner_almanac-0.1.0-py3-none-any.whl",
]


@pytest.mark.slow
def test_all_then_nothing_then_only_what_follows(project):
    steps = ["project", "run", "all", ".", "--vars.max_steps", "10"]
    first = run(project, *steps)
    assert "LOSS LSTM_NER" in first and "WPS" in first and "merg miss spur" in first
    assert [path for path in OUTPUTS if not (project / path).exists()] == []
    nlp = spacy.load(project / "training" / "almanac" / "model-best")
    assert nlp.pipe_names == ["lstm_ner"]
    again = run(project, *steps)
    assert again.count("nothing changed") == 6
    # evaluate runs again, and of what follows it only the figures: they are made of its output
    (project / "metrics" / "almanac" / "metrics.json").unlink()
    after = run(project, *steps)
    assert after.count("nothing changed") == 4
    assert "lstm-ner evaluate" in after and "lstm-ner plot" in after
    # a changed config leaves the data alone and trains anew, with all that follows
    config = project / "configs" / "efficiency.cfg"
    config.write_text(config.read_text("utf8") + "\n# changed\n", encoding="utf8")
    changed = run(project, *steps)
    assert changed.count("nothing changed") == 2
    assert "spacy train" in changed and "spacy package" in changed


@pytest.mark.slow
def test_package_installs_elsewhere(project, tmp_path):
    """Into an empty folder, beside this environment; the wheel asks for our distribution."""
    run(project, "project", "run", "all", ".", "--vars.max_steps", "10")
    wheel = project / OUTPUTS[-1]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, str(tmp_path), str(wheel)], check=True, capture_output=True)
    code = (
        "import en_lstm_ner_almanac, importlib.metadata as meta;"
        "nlp = en_lstm_ner_almanac.load();"
        "print(nlp.pipe_names, meta.requires('en_lstm_ner_almanac'))"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True
    ).stdout
    assert "['lstm_ner']" in found and "spacy-lstm-ner<0.2.0,>=0.1.0" in found


@pytest.mark.slow
def test_push_and_pull(project):
    """To a folder, and back into a project that has not run."""
    run(project, "project", "run", "convert", ".")
    run(project, "project", "push")
    shutil.rmtree(project / "corpus" / "almanac")
    run(project, "project", "pull")
    assert (project / "corpus" / "almanac" / "train.spacy").exists()


def test_documented_as_it_is(tmp_path):
    """PROJECT.md is what `spacy project document` makes of project.yml."""
    shutil.copy(ROOT / "project.yml", tmp_path)
    made = tmp_path / "project.md"
    run(tmp_path, "project", "document", ".", "--output", str(made))
    assert made.read_text("utf8") == (ROOT / "PROJECT.md").read_text("utf8")


@pytest.mark.slow
@pytest.mark.parametrize("config", sorted((ROOT / "configs").glob("*.cfg")), ids=lambda p: p.stem)
def test_configs_are_valid_and_walked_by_debug_model(project, config):
    run(project, "project", "run", "convert", ".")
    paths = [
        "--paths.train",
        "corpus/almanac/train.spacy",
        "--paths.dev",
        "corpus/almanac/dev.spacy",
    ]
    if config.stem.endswith("_vectors"):
        nlp = spacy.blank("en")
        table = numpy.ones((1, 5), dtype="f")
        nlp.vocab.strings.add("Rome")
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=table, keys=["Rome"])
        nlp.to_disk(project / "vectors")
        paths += ["--paths.vectors", "vectors"]
    assert "Config is valid" in run(project, "debug", "config", str(config), *paths)
    shapes = run(project, "debug", "model", str(config), "lstm_ner", "-P1", "-DIM", *paths)
    assert "lstm-l2r" in shapes and "model looks good" in shapes


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_names_every_target():
    command = ["make", "help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (phony,) = re.findall(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text("utf8"), re.MULTILINE)
    assert set(re.findall(r"make ([\w-]+)", shown)) == set(phony.split())
    assert "PYTHON" not in shown and not shown.startswith("#")
