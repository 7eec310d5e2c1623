"""Two runs in one output folder."""

import json
import signal
import socket
import subprocess
import sys

import pytest

from spacy_lstm_ner.scale.tagging.files import PieceOutputError
from spacy_lstm_ner.scale.tagging.lock import LockError, locked

from ..test_registry import ROOT

HOLD = """
import sys, time
from pathlib import Path
from spacy_lstm_ner.scale.tagging.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_run_at_a_time(tmp_path):
    """The other is named while it lives; killed in the hardest way, it holds nothing up."""
    path = tmp_path / "_run" / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        owner = f"Process {process.pid} on {socket.gethostname()} works in this folder since 2"
        with pytest.raises(LockError, match=owner), locked(path):
            pass
        process.send_signal(signal.SIGKILL)
    assert json.loads(path.read_bytes())["pid"] == process.pid
    with locked(path), pytest.raises(LockError), locked(path):
        pass
    with pytest.raises(KeyError), locked(path):
        raise KeyError
    with locked(path):
        pass
    assert path.read_bytes() == b""


def test_other_machine(tmp_path):
    path = tmp_path / "lock"
    path.write_text('{"pid": 7, "host": "far away", "since": "today"}')
    message = r"Process 7 on far away .* since today.*remove .*lock and give the command again"
    with pytest.raises(LockError, match=message), locked(path):
        pass
    path.unlink()
    with locked(path):
        pass


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "out").touch()
    path, message = tmp_path / "out" / "lock", "lock cannot be written"
    with pytest.raises(PieceOutputError, match=message), locked(path):
        pass
    with pytest.raises(OSError, match="of the run"), locked(tmp_path / "lock"):
        raise OSError("of the run")
