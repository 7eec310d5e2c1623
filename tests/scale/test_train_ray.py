"""Training on a real Ray with two workers, and under torchrun."""

import os
import subprocess
import sys

import pytest
from spacy.cli._util import app
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)

from ..test_registry import ROOT
from ..training.runs import write_run

# Ray's own: it sets options that it has declared old itself, and leaves sockets to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# The second worker dies once, two steps after a checkpoint.
CODE = """
import os
from pathlib import Path
from spacy.util import registry

@registry.callbacks("scale_test_die.v1")
def make(marker: str):
    def die(nlp, where):
        from torch import distributed
        if where["step"] == 7 and distributed.get_rank() == 1 and not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), 9)
    return die
"""


def train_ray(*args):
    return CliRunner().invoke(app, ["lstm-ner", "train-ray", *map(str, args)])


def weights(output):
    return (output / "model-last" / "lstm_ner" / "model").read_bytes()


@pytest.mark.slow
def test_worker_that_dies(two_cpus, trained_by_two, tmp_path):
    """Training goes on from the last checkpoint by itself, and ends with the weights of a run in
    which nobody died."""
    folder, _ = trained_by_two
    (tmp_path / "code.py").write_text(CODE)
    marker = tmp_path / "marker"
    callback = (
        f'\n[training.before_update]\n@callbacks = "scale_test_die.v1"\nmarker = "{marker}"\n'
    )
    config = tmp_path / "config.cfg"
    config.write_text((folder / "config.cfg").read_text() + callback)
    args = [config, "-o", tmp_path / "out", "--code", tmp_path / "code.py"]
    result = train_ray(*args, "--training.max_steps", 12)
    assert result.exit_code == 0, result.output
    assert marker.exists()
    assert "Going on after step 5" in result.output
    assert weights(tmp_path / "out") == weights(folder / "whole")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"model-best", "model-last", "checkpoint"}
    result = train_ray(*args, "--training.max_steps", 12, "--resume")
    assert "Nothing to do" in result.output


@pytest.mark.slow
def test_torchrun(trained_by_two, tmp_path):
    folder, _ = trained_by_two
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += ["-m", "spacy", "lstm-ner", "train-ray", str(folder / "config.cfg")]
    command += ["-o", str(tmp_path), "--training.max_steps", "12"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=150, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("SCORE") == 1
    assert weights(tmp_path) == weights(folder / "whole")


def test_refuses_before_it_starts(tmp_path, monkeypatch):
    args = [*write_run(tmp_path), "-o", tmp_path / "out"]
    result = train_ray(*args, "--worker", 2)
    assert result.exit_code == 1
    assert "--worker" in result.output
    monkeypatch.setitem(sys.modules, "ray.train.torch", None)
    result = train_ray(*args)
    assert result.exit_code == 1
    assert 'pip install "spacy-lstm-ner[ray]"' in " ".join(result.output.split())
