"""The project file itself: a short main job from a copy, skipped the second time."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
import srsly

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


@pytest.mark.slow
def test_all_then_nothing_then_only_what_follows(project):
    steps = ["project", "run", "all", ".", "--vars.max_steps", "10"]
    first = run(project, *steps)
    assert "ENTS_F" in first and "NER F" in first
    nlp = spacy.load(project / "training" / "efficiency" / "model-best")
    assert nlp.pipe_names == ["lstm_ner"]
    metrics = srsly.read_json(project / "metrics" / "efficiency.json")
    assert set(metrics["ents_per_type"]) >= {"PERSON", "GPE", "DATE"}
    again = run(project, *steps)
    assert again.count("nothing changed") == 3
    (project / "metrics" / "efficiency.json").unlink()
    after = run(project, *steps)
    assert after.count("nothing changed") == 2 and "NER F" in after


@pytest.mark.slow
@pytest.mark.parametrize("config", sorted((ROOT / "configs").glob("*.cfg")), ids=lambda p: p.stem)
def test_configs_are_valid_and_walked_by_debug_model(project, config):
    run(project, "project", "run", "convert", ".")
    paths = ["--paths.train", "corpus/train.spacy", "--paths.dev", "corpus/dev.spacy"]
    assert "Config is valid" in run(project, "debug", "config", str(config), *paths)
    shapes = run(project, "debug", "model", str(config), "lstm_ner", "-P1", "-DIM", *paths)
    assert "lstm-l2r" in shapes and "model looks good" in shapes
