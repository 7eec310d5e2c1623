import errno
import os
from pathlib import Path

import numpy
import pytest
import spacy
from spacy.language import Language

from spacy_lstm_ner.training import checkpoint
from spacy_lstm_ner.training.output import (
    OutputError,
    check_output,
    recover_folder,
    replace_file,
    replace_folder,
)

from .runs import digests, spacy_train, stop_in_step, train, write_run

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fill(text):
    def write(folder):
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "file").write_text(text)

    return write


def content(folder):
    return (folder / "inner" / "file").read_text()


def half(folder):
    fill("half")(folder)
    raise FULL


def test_folder_is_replaced(tmp_path):
    for text in ("first", "second"):
        replace_folder(tmp_path / "new", fill(text))
        assert content(tmp_path / "new") == text
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_folder_on_a_full_disk(tmp_path):
    replace_folder(tmp_path / "new", fill("first"))
    with pytest.raises(OutputError, match="new cannot be written: No space left"):
        replace_folder(tmp_path / "new", half)
    assert content(tmp_path / "new") == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("fails_at", [0, 1])
def test_folder_that_cannot_be_renamed(tmp_path, monkeypatch, fails_at):
    """The old one steps aside, the new one does not take its place: the old one comes back."""
    replace_folder(tmp_path / "new", fill("first"))
    rename, calls = Path.rename, []

    def fail(path, target):
        calls.append(path)
        if len(calls) == fails_at + 1:
            raise FULL
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError, match="No space left"):
        replace_folder(tmp_path / "new", fill("second"))
    assert content(tmp_path / "new") == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_recovery_after_a_kill(tmp_path):
    """Between the two renames, and after both."""
    fill("old")(tmp_path / "new.old")
    fill("half")(tmp_path / "new.part")
    recover_folder(tmp_path / "new")
    assert content(tmp_path / "new") == "old"
    fill("older")(tmp_path / "new.old")
    recover_folder(tmp_path / "new")
    assert content(tmp_path / "new") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_file_on_a_full_disk(tmp_path):
    path = tmp_path / "file"
    replace_file(path, lambda file: file.write(b"first"))

    def half_file(file):
        file.write(b"ha")
        raise FULL

    with pytest.raises(OutputError, match="No space left"):
        replace_file(path, half_file)
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_without_leave(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file/model cannot be written: Not a directory"):
        check_output(tmp_path / "file" / "model")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        check_output(tmp_path)


def test_train_without_leave(tmp_path, monkeypatch):
    args = write_run(tmp_path)
    with stop_in_step(1):
        train(*args, "-o", tmp_path / "out")
    before = digests(tmp_path / "out")

    def refuse(path, data):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    for more in ([], ["--resume"]):
        result = train(*args, "-o", tmp_path / "out", *more)
        assert result.exit_code == 1
        assert "out cannot be written: Read-only file system" in result.output
        assert "Initializing" not in result.output
    assert digests(tmp_path / "out") == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "function"), [(numpy, "savez"), (checkpoint, "_signed"), (Language, "to_disk")]
)
def test_train_on_a_full_disk(owner, function, tmp_path):
    """The disk is full for the fourth of these, in the midst of the run."""
    args, calls, inner = write_run(tmp_path), [], getattr(owner, function)

    def fail(*args, **kwargs):
        calls.append(args)
        if len(calls) > 3:
            raise FULL
        return inner(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, function, fail)
        result = train(*args, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "cannot be written: No space left" in result.output
    assert result.output.count("with --resume") == 1
    for model in ("model-best", "model-last"):
        spacy.load(tmp_path / "out" / model)
    assert train(*args, "-o", tmp_path / "out", "--resume").exit_code == 0
    assert spacy_train(*args, "-o", tmp_path / "theirs").exit_code == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "theirs")
