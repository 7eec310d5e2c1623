import json
import shutil

import numpy
import pytest

from spacy_lstm_ner.training.checkpoint import (
    STATE,
    Checkpoint,
    CheckpointError,
    clean_checkpoint,
    read_checkpoint,
    read_state,
    write_checkpoint,
)

STATES = {"numbers": [1, 0.1, float("inf")], "words": ["é", "\ud800"], "order": {"b": 1, "a": 2}}


@pytest.fixture
def checkpoint():
    wide = numpy.arange(6, dtype="float32").reshape(2, 3)
    return Checkpoint(STATES, {"weight/a.0.W": wide, "mom1/a.0.W": wide.T, "empty": numpy.empty(0)})


@pytest.fixture
def folder(tmp_path, checkpoint):
    write_checkpoint(tmp_path / "checkpoint", checkpoint)
    return tmp_path / "checkpoint"


def same(one, other):
    arrays = zip(sorted(one.arrays.items()), sorted(other.arrays.items()), strict=True)
    return one.state == other.state and all(
        a == b and x.tobytes() == y.tobytes() and x.dtype == y.dtype and x.strides == y.strides
        for (a, x), (b, y) in arrays
    )


def test_round_trip(folder, checkpoint):
    assert same(read_checkpoint(folder), checkpoint)
    assert list(read_state(folder)["order"]) == ["b", "a"]


def test_only_the_last_stays(folder, checkpoint):
    new = Checkpoint({"new": True}, {"other": numpy.ones(3)})
    write_checkpoint(folder, new)
    assert same(read_checkpoint(folder), new)
    assert len(list(folder.iterdir())) == 2


def test_any_damage_is_found(folder):
    """One flipped bit, or a cut, anywhere."""
    for path in folder.iterdir():
        whole = path.read_bytes()
        for at in [*range(0, len(whole), 23), *range(len(whole) - 5, len(whole))]:
            flipped = bytearray(whole)
            flipped[at] ^= 1 << at % 8
            for data in (flipped, whole[:at]):
                path.write_bytes(data)
                with pytest.raises(CheckpointError, match="damaged|version"):
                    read_checkpoint(folder)
        path.write_bytes(whole + b" ")
        with pytest.raises(CheckpointError, match="damaged"):
            read_checkpoint(folder)
        path.write_bytes(whole)
    read_checkpoint(folder)


def test_missing_arrays(folder):
    next(folder.glob("*.npz")).unlink()
    with pytest.raises(CheckpointError, match="npz is damaged: it is missing"):
        read_checkpoint(folder)


def test_half_written_is_not_loaded(folder, checkpoint, tmp_path):
    """Whatever stands beside a checkpoint: it counts when its state is in place."""
    other = tmp_path / "other"
    write_checkpoint(other, Checkpoint({"new": True}, {"W": numpy.ones(3)}))
    for path in other.glob("*.npz"):
        shutil.copy(path, folder)
    shutil.copy(other / STATE, folder / f"{STATE}.part")
    assert same(read_checkpoint(folder), checkpoint)
    clean_checkpoint(folder)
    assert len(list(folder.iterdir())) == 2
    assert same(read_checkpoint(folder), checkpoint)


def test_none(tmp_path):
    assert read_state(tmp_path) is None
    clean_checkpoint(tmp_path / "nowhere")


def test_no_code_is_run(tmp_path):
    """Arrays of objects would be pickled."""
    bad = Checkpoint({}, {"W": numpy.array([print], dtype=object)})
    with pytest.raises((CheckpointError, ValueError)):
        write_checkpoint(tmp_path, bad)
        read_checkpoint(tmp_path)


def test_other_version(folder, monkeypatch):
    monkeypatch.setattr("spacy_lstm_ner.training.checkpoint.VERSION", 2)
    with pytest.raises(CheckpointError, match="version 1, expected 2"):
        read_state(folder)


def test_state_is_json(folder):
    assert json.loads((folder / STATE).read_bytes())["record"]["state"] == STATES
