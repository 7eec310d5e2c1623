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

# The second worker dies once, two steps after a checkpoint; or it fails in each attempt.
CODE = """
import os
import warnings
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

@registry.callbacks("scale_test_fail.v1")
def make_failing(marker: str, kill: bool):
    def fail(nlp, where):
        from torch import distributed
        if where["step"] == 0 and distributed.get_rank() == 0:
            warnings.warn("spaces are odd here")
        if where["step"] == 7 and distributed.get_rank() == 1:
            with open(marker, "a") as file:
                file.write("again\\n")
            if kill:
                os.kill(os.getpid(), 9)
            raise ValueError("the loss is not finite\\nlook at the data")
    return fail
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
@pytest.mark.parametrize(
    "kill, options, tries, reasons",
    [
        ("false", [], 1, ["worker 1: the loss is not finite", "look at the data"]),
        ("true", ["--max-failures", 0], 1, ["worker 1:", "died"]),
    ],
)
def test_worker_that_fails(two_cpus, trained_by_two, tmp_path, kill, options, tries, reasons):
    """What would fail again is not tried again, and the reason is shown whole, with warnings."""
    folder, _ = trained_by_two
    (tmp_path / "code.py").write_text(CODE)
    callback = '\n[training.before_update]\n@callbacks = "scale_test_fail.v1"\n'
    callback += f'marker = "{tmp_path / "marker"}"\nkill = {kill}\n'
    config = tmp_path / "config.cfg"
    config.write_text((folder / "config.cfg").read_text() + callback)
    output = tmp_path / "out"
    result = train_ray(config, "-o", output, "--code", tmp_path / "code.py", *options)
    assert result.exit_code == 1, result.output
    assert (tmp_path / "marker").read_text().split() == ["again"] * tries
    said = " ".join(result.output.split())
    for reason in [*reasons, "spaces are odd here", "--resume"]:
        assert reason in said, result.output
    assert not list(output.glob("_*"))


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
    assert done.stdout.count("SCORE") == done.stdout.count("Saved pipeline to output") == 1
    assert weights(tmp_path) == weights(folder / "whole")
    command[command.index("12")] = "13"  # refused by the first worker, for all
    command += ["--resume", "--training.dropout", "0.25"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=150, check=False, env=os.environ
    )
    assert done.returncode == 1
    assert (done.stdout + done.stderr).count("training.dropout: 0.2 before, 0.25 now") == 1
    assert "spacy_lstm_ner/scale" not in done.stderr, "a traceback"


def test_options_of_ray_are_refused_under_torchrun(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "1")
    args = [*write_run(tmp_path), "-o", tmp_path / "out", "--workers", 2, "--max-failures", 3]
    result = train_ray(*args)
    assert result.exit_code == 1
    assert "--workers, --max-failures cannot be given under torchrun" in result.output


def test_refuses_before_it_starts(tmp_path, monkeypatch):
    args = [*write_run(tmp_path), "-o", tmp_path / "out"]
    result = train_ray(*args, "--worker", 2)
    assert result.exit_code == 1
    assert "--worker" in result.output
    monkeypatch.setitem(sys.modules, "ray.train.torch", None)
    result = train_ray(*args)
    assert result.exit_code == 1
    assert 'pip install "spacy-lstm-ner[ray]"' in " ".join(result.output.split())
