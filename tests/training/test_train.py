"""`spacy lstm-ner train` beside `spacy train`, and in one go beside in several."""

import random
import shutil
from pathlib import Path
from typing import Any, List

import pytest
import srsly

from spacy_lstm_ner.training import folder
from spacy_lstm_ner.training.run import Run

from .runs import (
    digests,
    spacy_train,
    stop_in_step,
    train,
    train_in_parts,
    write_corpus,
    write_run,
)


def log_of(path: Path) -> List[Any]:
    rows = srsly.read_jsonl(path)
    return [[row[key] for key in ("step", "epoch", "losses", "score")] for row in rows]


@pytest.fixture
def args(tmp_path: Path) -> List[str]:
    return write_run(tmp_path)


def test_as_spacy_train(args, tmp_path):
    log = tmp_path / "log.jsonl"
    args.append(f"--paths.log={log}")
    theirs = spacy_train(*args, "-o", tmp_path / "theirs")
    rows = log_of(log)
    whole = train(*args, "-o", tmp_path / "whole")
    assert whole.exit_code == 0, whole.output
    assert digests(tmp_path / "whole") == digests(tmp_path / "theirs")
    assert len(digests(tmp_path / "whole")) > 10
    assert len(rows) == 3
    # Stopped in the first step, and twice between two evaluations.
    train_in_parts(args, tmp_path / "parts", [0, 3, 4])
    assert digests(tmp_path / "parts") == digests(tmp_path / "theirs")
    assert log_of(log) == rows
    assert theirs.exit_code == 0


def test_finished(args, tmp_path):
    assert train(*args, "-o", tmp_path / "out").exit_code == 0
    before = digests(tmp_path / "out")
    result = train(*args, "-o", tmp_path / "out", "--resume")
    assert result.exit_code == 0
    assert "is finished" in result.output
    assert "Initializing" not in result.output
    # A greater limit is no other run.
    more = "--training.max_steps=17"
    result = train(*args, more, "-o", tmp_path / "out", "--resume")
    assert "after step 13" in result.output
    assert spacy_train(*args, more, "-o", tmp_path / "theirs").exit_code == 0
    # The best model is one of before, with the config of before.
    (tmp_path / "theirs" / "model-best" / "config.cfg").unlink()
    theirs = digests(tmp_path / "theirs")
    assert digests(tmp_path / "out").items() > theirs.items()
    assert theirs.keys() < before.keys()
    assert not theirs.items() <= before.items()


def test_other_run(args, tmp_path):
    with stop_in_step(2):
        train(*args, "-o", tmp_path / "out")
    before = digests(tmp_path / "out")
    result = train(*args, "--training.dropout=0.25", "-o", tmp_path / "out", "--resume")
    assert result.exit_code == 1
    assert "training.dropout: 0.2 before, 0.25 now" in result.output
    write_corpus(tmp_path / "train.spacy", 41)
    result = train(*args, "-o", tmp_path / "out", "--resume")
    assert result.exit_code == 1
    assert "corpora.train.path: 'content" in result.output
    assert digests(tmp_path / "out") == before


def test_begins_without_checkpoint(args, tmp_path):
    result = train(*args, "-o", tmp_path / "out", "--resume")
    assert result.exit_code == 0
    assert "No checkpoint" in result.output
    assert digests(tmp_path / "out")
    # Without --resume, an old run goes.
    with stop_in_step(1):
        assert train(*args, "-o", tmp_path / "out").exit_code == 143
    assert "after step 1" in train(*args, "-o", tmp_path / "out", "--resume").output


def test_resume_needs_output(args):
    result = train(*args, "--resume")
    assert result.exit_code == 1
    assert "--output" in result.output


def test_no_output(args, tmp_path):
    result = train(*args)
    assert result.exit_code == 0
    assert "No output directory" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("config.cfg", "dev.spacy", "train.spacy"),
    ]


def test_error_in_a_step(args, tmp_path, monkeypatch):
    """As in spaCy, the model is saved; the checkpoint is the one before."""

    def fail(*args: Any) -> None:
        raise RuntimeError("not this time")

    with monkeypatch.context() as patch:
        step = Run.step
        patch.setattr(Run, "step", lambda run: step(run) if run.progress.step < 7 else fail())
        result = train(*args, "-o", tmp_path / "out")
    assert isinstance(result.exception, RuntimeError)
    assert "the run ends here" in result.output
    assert "after step 5" in train(*args, "-o", tmp_path / "out", "--resume").output
    assert spacy_train(*args, "-o", tmp_path / "theirs").exit_code == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "theirs")


def test_data_that_differ_without_a_file(args, tmp_path, monkeypatch):
    with stop_in_step(6):
        train(*args, "-o", tmp_path / "out")
    shuffle = random.shuffle
    monkeypatch.setattr(random, "shuffle", lambda items: (items.pop(), shuffle(items)))
    result = train(*args, "-o", tmp_path / "out", "--resume")
    assert result.exit_code == 1
    assert "gives other documents than before" in " ".join(result.output.split())


def test_best_model_is_missed(args, tmp_path):
    with stop_in_step(6):
        train(*args, "-o", tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "model-best")
    with pytest.warns(UserWarning, match="model-best is missing"):
        train(*args, "-o", tmp_path / "out", "--resume")


def test_damaged_checkpoint(args, tmp_path):
    with stop_in_step(2):
        train(*args, "-o", tmp_path / "out")
    before = digests(tmp_path / "out")
    for path in (tmp_path / "out" / "checkpoint").iterdir():
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        result = train(*args, "-o", tmp_path / "out", "--resume")
        assert result.exit_code == 1
        assert f"{path} is damaged" in result.output
        path.write_bytes(whole)
    assert digests(tmp_path / "out") == before


def test_other_versions(args, tmp_path, monkeypatch):
    with stop_in_step(12):
        train(*args, "-o", tmp_path / "out")
    monkeypatch.setattr(folder, "take_versions", lambda: {"spacy": "3.8.0"})
    with pytest.warns(UserWarning, match="goes on with other versions: .*now; .*'3.8.0' now"):
        train(*args, "-o", tmp_path / "out", "--resume")
