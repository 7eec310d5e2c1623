"""The wheel and the source distribution: all that a user needs is in them, and nothing else."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from email import message_from_string
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGE = "spacy_lstm_ner"
BUILD = "import sys; from setuptools import build_meta as b; print(getattr(b, sys.argv[1])('dist'))"


def build(folder: Path, what: str) -> Path:
    """What a build front end does, without a network: setuptools is installed."""
    command = [sys.executable, "-c", BUILD, what]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "dist" / result.stdout.split()[-1]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy of what setuptools reads, without what this machine has left in the folder."""
    folder = tmp_path_factory.mktemp("sources") / "project"
    for name in (PACKAGE, "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    (folder / "dist").mkdir()
    return folder


@pytest.fixture(scope="module")
def wheel(sources):
    return build(sources, "build_wheel")


@pytest.fixture(scope="module")
def sdist(sources):
    return build(sources, "build_sdist")


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel's files in a folder, away from the source tree."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run_installed(installed, tmp_path, code):
    env = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=300
    )


def files_of(folder: Path):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_has_every_file_of_the_package_and_no_other(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == {f"{PACKAGE}/{name}" for name in files_of(ROOT / PACKAGE)}
    assert f"{PACKAGE}/py.typed" in names


def test_wheel_is_for_every_platform(wheel):
    assert wheel.name == "spacy_lstm_ner-0.1.0-py3-none-any.whl"


def test_wheel_states_what_setup_cfg_states(installed):
    setup = ConfigParser()
    setup.optionxform = str
    setup.read(ROOT / "setup.cfg", encoding="utf8")
    info = next(installed.glob("*.dist-info"))
    metadata = message_from_string((info / "METADATA").read_text("utf8"))
    stated = map(Requirement, metadata.get_all("Requires-Dist"))
    wanted = map(Requirement, setup["options"]["install_requires"].split())
    assert {each for each in stated if each.marker is None} == set(wanted)
    extras = set(setup["options.extras_require"])
    assert set(metadata.get_all("Provides-Extra")) == extras
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License"] == "MIT"
    assert (info / "licenses" / "LICENSE").exists()
    points = ConfigParser(delimiters="=")
    points.optionxform = str
    points.read(info / "entry_points.txt", encoding="utf8")
    for group, lines in setup["options.entry_points"].items():
        names = {line.split("=")[0].strip() for line in lines.strip().splitlines()}
        assert set(points[group]) == names


def test_sdist_has_what_builds_the_wheel_and_no_other_file(sdist):
    """Without MANIFEST.in setuptools adds those tests that lie in no folder of their own."""
    with tarfile.open(sdist) as archive:
        paths = [Path(member.name) for member in archive.getmembers() if member.isfile()]
    names = {Path(*path.parts[1:]).as_posix() for path in paths}
    made = {name for name in names if ".egg-info/" in name} | {"PKG-INFO"}
    beside = {"setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"}
    assert names - made == beside | {f"{PACKAGE}/{name}" for name in files_of(ROOT / PACKAGE)}


def test_sdist_builds_the_same_wheel(sdist, wheel, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / sdist.name.removesuffix(".tar.gz")
    (folder / "dist").mkdir()
    again = zipfile.ZipFile(build(folder, "build_wheel"))
    first = zipfile.ZipFile(wheel)
    assert sorted(again.namelist()) == sorted(first.namelist())
    for name in first.namelist():
        assert again.read(name) == first.read(name), name


def test_wheel_works_away_from_the_source_without_a_warning(installed, tmp_path):
    code = (
        "import spacy, spacy_lstm_ner; print(spacy_lstm_ner.__file__); "
        "nlp = spacy.blank('en'); nlp.add_pipe('lstm_ner').add_label('ORG'); nlp.initialize(); "
        "print(len(nlp('one two')))"
    )
    result = run_installed(installed, tmp_path, code)
    assert result.returncode == 0, result.stderr
    path, n_tokens = result.stdout.split()
    assert Path(path).is_relative_to(installed)
    assert n_tokens == "2"


def test_wheel_brings_its_configs_and_its_page(installed, tmp_path):
    code = (
        "from spacy.cli._util import setup_cli; import sys; "
        "sys.argv = ['spacy', 'lstm-ner', 'init-config', 'mine.cfg', '--noisy']; setup_cli()"
    )
    result = run_installed(installed, tmp_path, code)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "spacy-lstm-ner.LSTMTagger.v1" in (tmp_path / "mine.cfg").read_text("utf8")
    assert (installed / PACKAGE / "evaluation" / "page.html").exists()
