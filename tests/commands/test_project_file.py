"""`spacy project` on project.yml: what would run, what is left behind; more in test_project.py."""

import os
import shutil
import subprocess
import sys

import pytest
import srsly

from .helpers import ROOT, do, words


@pytest.fixture
def project(tmp_path):
    def copy(name="project"):
        folder = tmp_path / name
        (folder / "corpus").mkdir(parents=True)
        shutil.copy(ROOT / "project.yml", folder)
        for part in ("train", "dev", "test"):
            records = list(srsly.read_jsonl(ROOT / "corpus" / f"{part}.jsonl"))[:3]
            srsly.write_jsonl(folder / "corpus" / f"{part}.jsonl", records)
        return folder

    return copy


def test_dry_runs_nothing(project):
    folder = project()
    printed = words(do("project", "run", "convert", folder, "--dry"))
    assert "lstm-ner convert corpus/train.jsonl corpus/almanac/train.spacy --lang en" in printed
    assert not (folder / "corpus" / "almanac").exists() and not (folder / "project.lock").exists()


def test_variables_are_set_by_option_and_environment(project, monkeypatch):
    folder = project()
    printed = words(do("project", "run", "convert", folder, "--dry", "--vars.lang", "de"))
    assert "corpus/almanac/train.spacy --lang de" in printed
    monkeypatch.setenv("WEASEL_CONFIG_OVERRIDES", "--vars.lang=fr")
    printed = words(do("project", "run", "convert", folder, "--dry"))
    assert "corpus/almanac/train.spacy --lang fr" in printed


@pytest.mark.slow
def test_two_runs_leave_the_same_lock_and_the_same_files(project):
    found = []
    for name in ("first", "second"):
        folder = project(name)
        env = {**os.environ, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "spacy", "project", "run", "convert", "."]
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
        data = (folder / "corpus" / "almanac" / "train.spacy").read_bytes()
        found.append(((folder / "project.lock").read_text("utf8"), data))
    assert found[0] == found[1] and "md5" in found[0][0]
