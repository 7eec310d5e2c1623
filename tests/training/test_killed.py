"""Runs that are killed or interrupted from outside."""

import json
import signal
import subprocess
import sys
import time

import pytest

from ..test_registry import ROOT
from .runs import digests, spacy_train, train, write_run


@pytest.mark.slow
def test_kill_at_any_moment(tmp_path):
    command = [sys.executable, "-m", "tests.training.killed_runs", str(tmp_path), "0"]
    done = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_signal_from_outside(kind, tmp_path):
    args = write_run(tmp_path)
    command = [sys.executable, "-m", "spacy", "lstm-ner", "train", *args]
    command += ["-o", str(tmp_path / "out"), "--training.max_steps=100000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        state, deadline = tmp_path / "out" / "checkpoint" / "state.json", time.monotonic() + 60
        while not state.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(kind)
        printed, _ = process.communicate(timeout=60)
    if kind == signal.SIGKILL:
        assert process.returncode == -kind
    else:
        assert process.returncode == 128 + kind
        assert "--resume" in printed
    # It goes on for some steps, and is where an uninterrupted run of so many would be.
    step = json.loads(state.read_bytes())["record"]["state"]["progress"]["step"]
    args.append(f"--training.max_steps={step + 4}")
    assert train(*args, "-o", tmp_path / "out", "--resume").exit_code == 0
    assert spacy_train(*args, "-o", tmp_path / "theirs").exit_code == 0
    (tmp_path / "theirs" / "model-best" / "config.cfg").unlink()  # it has the limit of before
    assert digests(tmp_path / "out").items() > digests(tmp_path / "theirs").items()
