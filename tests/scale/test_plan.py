"""What is left to do in an output folder."""

import os

import pytest

from spacy_lstm_ner.scale.output import PieceOutputError, replacing
from spacy_lstm_ner.scale.plan import Count, OutputFolder, PlanError
from spacy_lstm_ner.scale.shards import find_shards

from .helpers import OPTIONS


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.txt").write_text("line\n" * 5)
    return folder


@pytest.fixture
def folder(tmp_path):
    return OutputFolder(tmp_path / "out", "jsonl")


def open_plan(folder, shards, model="m", options=OPTIONS, piece_bytes=10):
    return folder.open(model, options, find_shards(shards), piece_bytes)


def finish(folder, *names):
    for name in names:
        folder.set_done(Count(name, 1, 0, 1, 0.1))


def test_goes_on_with_the_same_pieces(shards, folder):
    pieces = open_plan(folder, shards)
    assert [piece.name for piece in pieces] == [f"{x}-0000{i}" for x in "ab" for i in range(3)]
    finish(folder, "a-00000")
    assert open_plan(folder, shards, piece_bytes=1000) == pieces
    assert [piece.name for piece in pieces if folder.is_done(piece.name)] == ["a-00000"]
    assert folder.count("a-00000") == Count("a-00000", 1, 0, 1, 0.1)


def test_input_that_moved_is_the_same(shards, folder, tmp_path):
    open_plan(folder, shards)
    moved = shards.rename(tmp_path / "moved")
    assert {os.path.dirname(piece.path) for piece in open_plan(folder, moved)} == {str(moved)}


def test_refuses_another_model_or_other_options(shards, folder):
    open_plan(folder, shards)
    with pytest.raises(PlanError, match="model: 'm' before, 'n' now"):
        open_plan(folder, shards, model="n")
    with pytest.raises(PlanError, match="text_key: 'text' before, 'body' now"):
        open_plan(folder, shards, options=OPTIONS._replace(text_key="body"))
    (folder.path / "_run" / "plan.json").write_text("{")
    with pytest.raises(PlanError, match=r"plan\.json cannot be read"):
        open_plan(folder, shards)


def test_input_that_changed(shards, folder):
    open_plan(folder, shards)
    finish(folder, "a-00000")
    (shards / "b.txt").write_text("longer\n" * 6)
    (shards / "c.txt").write_text("new\n")
    names = [piece.name for piece in open_plan(folder, shards)]
    assert names == ["a-00000", "a-00001", "a-00002", *(f"b-0000{i}" for i in range(5)), "c"]
    (shards / "b.txt").unlink()
    assert len(open_plan(folder, shards)) == 4
    os.utime(shards / "a.txt", ns=(0, 0))
    with pytest.raises(PlanError, match=r"a\.txt was changed or removed .*1 of 3 pieces"):
        open_plan(folder, shards)
    (shards / "a.txt").unlink()
    with pytest.raises(PlanError, match=r"a\.txt was changed or removed"):
        open_plan(folder, shards)
    finish(folder, "a-00001", "a-00002")
    assert len(open_plan(folder, shards)) == 4  # its rows are all in the output


def test_cleans_up_after_workers_that_were_killed(shards, folder):
    open_plan(folder, shards)
    assert [folder.count_try("deep/a") for _ in range(3)] == [1, 2, 3]
    left = folder.path / "deep" / ".a.jsonl.123.part"
    left.parent.mkdir()
    left.touch()
    open_plan(folder, shards)
    assert not left.exists()
    assert folder.count_try("deep/a") == 1
    finish(folder, "deep/a")
    assert folder.count_try("deep/a") == 1


def test_output_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "deep" / "a"
    with replacing(path) as part:
        part.write_text("old")
    with (
        pytest.raises(PieceOutputError, match=r"a cannot be written: No space left"),
        replacing(path) as part,
    ):
        part.write_text("half")
        raise OSError(28, "No space left on device")
    assert path.read_text() == "old"
    with pytest.raises(KeyError), replacing(path) as part:
        part.write_text("half")
        raise KeyError
    assert [file.name for file in path.parent.iterdir()] == ["a"]
    with pytest.raises(PieceOutputError, match="File exists"), replacing(path / "b"):
        pass
