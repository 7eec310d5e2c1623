"""Workers that die, and what they leave behind."""

import os
import random
from pathlib import Path

import pytest

from spacy_lstm_ner.scale.tagging.folder import OutputFolder
from spacy_lstm_ner.scale.tagging.plan import PlanError, open_plan, read_plan
from spacy_lstm_ner.scale.tagging.shards import find_shards
from spacy_lstm_ner.scale.tagging.worker import PieceTagger

from .helpers import OPTIONS, run, texts, write_jsonl


class KilledError(BaseException):
    """As no handler catches it, it is like a kill."""


def die_at(monkeypatch, nlp):
    """A list with a number: after so many of the steps that count, the worker dies."""
    moments = [0]

    def dies(owner, name):
        inner = getattr(owner, name)

        def moment(*args, **kwargs):
            moments[0] -= 1
            if moments[0] == 0:
                raise KilledError
            return inner(*args, **kwargs)

        monkeypatch.setattr(owner, name, moment)

    dies(os, "fsync")
    dies(Path, "replace")
    dies(Path, "unlink")
    dies(type(nlp), "pipe")
    return moments


def contents(folder):
    """All rows by file; times differ."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if "_run" not in path.parts else None
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_moment(nlp, shards, tmp_path, monkeypatch, seed):
    """Each row stands in the output once, and nothing else does, however often workers die."""
    run(nlp, shards, tmp_path / "whole")
    rng = random.Random(seed)
    moments = die_at(monkeypatch, nlp)
    for _ in range(5):
        moments[0] = rng.randint(1, 200)
        try:
            run(nlp, shards, tmp_path / "out")
        except KilledError:
            continue
    moments[0] = 0
    run(nlp, shards, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


@pytest.mark.parametrize("seed", range(8))
def test_killed_while_the_input_changes(nlp, tmp_path, monkeypatch, seed):
    """Between the tries a file gets other rows, or is removed. What was done of it is refused, and
    goes on once it is put back; nothing is left of what was not done."""
    shards = tmp_path / "in"
    shards.mkdir()
    write_jsonl(shards / "z.jsonl", [{"text": "I like London"}])
    rng, changing, versions = random.Random(seed), shards / "a.jsonl", {}
    moments = die_at(monkeypatch, nlp)
    for number in range(8):
        changing.unlink(missing_ok=True)
        if number % 4 != 3:
            rows = [0, *texts(20 * rng.randint(0, 3), start=number)]
            write_jsonl(changing, [{"text": text} for text in rows])
            versions[changing.stat().st_mtime_ns] = changing.read_bytes()
        moments[0] = rng.randint(1, 35)  # as a rule before the first piece is done
        try:
            run(nlp, shards, tmp_path / "out")
        except KilledError:
            continue
        except PlanError:
            break
    moments[0] = 0
    for entry in read_plan(tmp_path / "out")["shards"]:
        if entry["shard"]["source"] == "a.jsonl":
            mtime_ns = entry["shard"]["mtime_ns"]
            changing.write_bytes(versions[mtime_ns])
            os.utime(changing, ns=(mtime_ns, mtime_ns))
    results, _ = run(nlp, shards, tmp_path / "out")
    assert not any(result.failure for result in results)
    run(nlp, shards, tmp_path / "whole")
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_piece_that_kills_its_workers(nlp, shards, tmp_path, monkeypatch):
    def die(*args, **kwargs):
        raise KilledError

    options = OPTIONS
    folder = OutputFolder(tmp_path / "out", "jsonl")
    piece = open_plan(folder, "digest", options, find_shards(shards), 1000)[0]
    tagger = PieceTagger(nlp, tmp_path / "out", options, 50)
    with monkeypatch.context() as patch:
        patch.setattr(type(nlp), "pipe", die)
        for _ in range(3):
            with pytest.raises(KilledError):
                tagger(piece)
        assert "its worker died 3 times at it" in tagger(piece).failure
    open_plan(folder, "digest", options, find_shards(shards), 1000)
    assert not tagger(piece).failure
