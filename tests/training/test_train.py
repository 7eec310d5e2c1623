"""`spacy lstm-ner train` beside `spacy train`, and in one go beside in two."""

import json
import re
import signal
from pathlib import Path
from typing import Any, Callable, List

import pytest
import spacy
from spacy.util import registry

from spacy_lstm_ner.training.run import Run

from .runs import CONFIG, digests, spacy_train, train, write_run

SPEED = re.compile(r" +\S+$", re.MULTILINE)


def table_of(output: str) -> List[str]:
    """Rows of the logger, without the column of words per second."""
    rows = [line.rstrip() for line in output.splitlines() if re.match(r" +\d+ +\d+ ", line)]
    return [SPEED.sub("", row) for row in rows]


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets a run get a signal in a step of this number."""

    def set_step(number: int, kind: int = signal.SIGTERM) -> None:
        step = Run.step

        def step_with_signal(run: Run) -> Any:
            if run.progress.step + 1 == number:
                signal.raise_signal(kind)
            return step(run)

        monkeypatch.setattr(Run, "step", step_with_signal)

    return set_step


def in_parts(stop_after: Any, args: List[str], output: Path, stops: List[int]) -> str:
    """A run with stops in between; returns all output."""
    text = ""
    for number in stops:
        with pytest.MonkeyPatch.context() as patch:
            step = Run.step
            stop_after(number)
            result = train(*args, "-o", output, "--resume")
            patch.setattr(Run, "step", step)
        assert result.exit_code == 128 + signal.SIGTERM, result.output
        text += result.output
    result = train(*args, "-o", output, "--resume")
    assert result.exit_code == 0, result.output
    return text + result.output
