"""What is left to do in an output folder."""

import os
from uuid import uuid4

import pytest

from spacy_lstm_ner.scale.tagging.files import PieceOutputError, replacing
from spacy_lstm_ner.scale.tagging.folder import Count, OutputFolder
from spacy_lstm_ner.scale.tagging.plan import PlanError, open_plan
from spacy_lstm_ner.scale.tagging.shards import find_shards

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


def plan(folder, shards, model="m", options=OPTIONS, piece_bytes=10):
    return open_plan(folder, model, options, find_shards(shards), piece_bytes)


def finish(folder, *names):
    for name in names:
        folder.set_done(Count(name, 1, 0, 1, 0.1))


def test_goes_on_with_the_same_pieces(shards, folder):
    pieces = plan(folder, shards)
    assert [piece.name for piece in pieces] == [f"{x}-0000{i}" for x in "ab" for i in range(3)]
    finish(folder, "a-00000")
    assert plan(folder, shards, piece_bytes=1000) == pieces
    assert [piece.name for piece in pieces if folder.is_done(piece.name)] == ["a-00000"]
    assert folder.count("a-00000") == Count("a-00000", 1, 0, 1, 0.1)


def test_input_that_moved_is_the_same(shards, folder, tmp_path):
    plan(folder, shards)
    moved = shards.rename(tmp_path / "moved")
    assert {os.path.dirname(piece.path) for piece in plan(folder, moved)} == {str(moved)}


def test_refuses_another_model_or_other_options(shards, folder):
    plan(folder, shards)
    with pytest.raises(PlanError, match="model: 'm' before, 'n' now"):
        plan(folder, shards, model="n")
    with pytest.raises(PlanError, match="--text-key: 'text' before, 'body' now"):
        plan(folder, shards, options=OPTIONS._replace(text_key="body"))
    (folder.path / "_run" / "plan.json").write_text("{")
    with pytest.raises(PlanError, match=r"plan\.json cannot be read"):
        plan(folder, shards)


def test_input_that_changed(shards, folder):
    plan(folder, shards)
    finish(folder, "a-00000")
    (shards / "b.txt").write_text("longer\n" * 6)
    (shards / "c.txt").write_text("new\n")
    names = [piece.name for piece in plan(folder, shards)]
    assert names == ["a-00000", "a-00001", "a-00002", *(f"b-0000{i}" for i in range(5)), "c"]
    (shards / "b.txt").unlink()
    assert len(plan(folder, shards)) == 4
    os.utime(shards / "a.txt", ns=(0, 0))
    with pytest.raises(PlanError, match=r"a\.txt was changed or removed .*1 of 3 pieces"):
        plan(folder, shards)
    (shards / "a.txt").unlink()
    with pytest.raises(PlanError, match=r"a\.txt was changed or removed"):
        plan(folder, shards)
    finish(folder, "a-00001", "a-00002")
    assert len(plan(folder, shards)) == 4  # its rows are all in the output


def test_cleans_up_after_workers_that_were_killed(shards, folder):
    plan(folder, shards)
    assert [folder.count_try("deep/a") for _ in range(3)] == [1, 2, 3]
    left = folder.path / "deep" / f".a.jsonl.{uuid4().hex}.part"
    left.parent.mkdir()
    left.touch()
    foreign = left.with_name(".mine.part")
    foreign.touch()
    plan(folder, shards)
    assert not left.exists()
    assert foreign.exists()
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


def test_output_of_a_piece_that_is_no_more(shards, folder):
    """A worker that was killed just before its piece was done has left rows; then the file was
    changed or removed."""
    plan(folder, shards)
    for name in ("a-00000", "b-00002"):
        for path in (folder.rows_of(name), folder.rejected_of(name)):
            path.parent.mkdir(exist_ok=True)
            path.write_text("{}\n")
    (shards / "a.txt").write_text("new\n")
    (shards / "b.txt").unlink()
    assert [piece.name for piece in plan(folder, shards)] == ["a"]
    assert not list(folder.path.rglob("*.jsonl"))


def test_other_ending_is_another_file(shards, folder):
    plan(folder, shards)
    finish(folder, "a-00000")
    for name in "ab":
        (shards / f"{name}.txt").rename(shards / f"{name}.jsonl")
    with pytest.raises(PlanError, match=r"a\.txt was changed or removed"):
        plan(folder, shards)
    (shards / "a.jsonl").rename(shards / "a.txt")
    assert {piece.source for piece in plan(folder, shards)} == {"a.txt", "b.jsonl"}


def test_plan_of_another_version(shards, folder):
    plan(folder, shards)
    folder.plan.write_text('{"version": 1}')
    with pytest.raises(PlanError, match=r"plan 1, expected 2"):
        plan(folder, shards)


def test_file_beside_a_folder_of_its_name(shards, folder):
    """`news` and `news/b` get in each other's way nowhere; a folder `news.jsonl` would."""
    (shards / "news").mkdir()
    for name in ("news", "news/b"):
        (shards / f"{name}.txt").write_text("line\n")
    plan(folder, shards)
    for name in ("news", "news/b", "news"):
        folder.count_try(name)
    finish(folder, "news", "news/b")
    (shards / "a.jsonl").mkdir()
    (shards / "a.jsonl" / "c.txt").write_text("line\n")
    (shards / "a.txt").write_text("short\n")
    with pytest.raises(ValueError, match=r"a\.txt would be written to 'a\.jsonl', and .*c\.txt in"):
        plan(folder, shards)


def test_replaced_file_is_on_the_disk(tmp_path, monkeypatch):
    """First what is in it, then its new name."""
    seen = []

    def fsync(file):
        seen.append(os.readlink(f"/proc/self/fd/{file}"))
        seen.append(path.exists())

    monkeypatch.setattr(os, "fsync", fsync)
    path = tmp_path / "deep" / "a"
    with replacing(path) as part:
        part.write_text("a")
    assert seen == [str(part), False, str(path.parent), True]
