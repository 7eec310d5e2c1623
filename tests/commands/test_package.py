"""`spacy package`: what it builds installs and loads beside this package."""

import os
import subprocess
import sys
import tarfile

import pytest
import srsly

from tests.pipeline.helpers import TRAIN


@pytest.mark.slow
def test_wheel_and_sdist_ask_for_this_package_and_install(work, tmp_path):
    names = ["--name", "small", "--version", "1.2.3", "--build", "sdist,wheel"]
    package = [sys.executable, "-m", "spacy", "package", work.model, tmp_path]
    subprocess.run([*package, *names], check=True, capture_output=True)
    folder = tmp_path / "en_small-1.2.3"
    ours, theirs = srsly.read_json(folder / "meta.json")["requirements"]
    assert ours == "spacy-lstm-ner>=0.1.0,<0.2.0" and theirs.startswith("spacy>=3.8")
    with tarfile.open(folder / "dist" / "en_small-1.2.3.tar.gz") as sdist:
        assert "en_small-1.2.3/en_small/en_small-1.2.3/lstm_ner/model" in sdist.getnames()
    wheel = folder / "dist" / "en_small-1.2.3-py3-none-any.whl"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, tmp_path / "site", wheel], check=True, capture_output=True)
    code = (
        "import spacy, importlib.metadata as meta\n"
        "print(sorted(meta.requires('en_small')))\n"
        f"print([(ent.text, ent.label_) for ent in spacy.load('en_small')({TRAIN[0][0]!r}).ents])"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    printed = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True
    ).stdout
    assert "spacy-lstm-ner<0.2.0,>=0.1.0" in printed
    assert "[('Uber', 'ORG'), ('$1 million', 'MONEY')]" in printed
