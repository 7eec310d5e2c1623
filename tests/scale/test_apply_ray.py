"""Pieces on a real Ray with two actors."""

import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
import spacy
from spacy.cli._util import app
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.scale.tagging import apply
from spacy_lstm_ner.scale.tagging.lock import LockError
from spacy_lstm_ner.scale.tagging.worker import PieceTagger

from ..test_registry import ROOT
from .helpers import OPTIONS, piped, read_folder, read_jsonl, texts, write_jsonl

# Ray's own: it sets options that it has declared old itself, and asks for what it has deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

# A pipeline that breaks on one word, and whose process dies at another: once, or every time.
CODE = """
import os
from pathlib import Path
from spacy.language import Language

@Language.component("scale_test_deadly")
def deadly(doc):
    if "breaks" in doc.text:
        raise RuntimeError("cannot go on")
    for word, once in (("dies", True), ("kills", False)):
        if word in doc.text and not (once and Path(MARKER).exists()):
            Path(MARKER).touch()
            os.kill(os.getpid(), 9)
    return doc
"""


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(apply, "PIECE_BYTES", (1000, 1000))


def write_shards(folder, n_shards=3, n_rows=60):
    folder.mkdir()
    for number in range(n_shards):
        rows = [
            {"id": f"{number}-{i}", "text": text, "n": i}
            for i, text in enumerate(texts(n_rows, start=number * n_rows))
        ]
        write_jsonl(folder / f"shard{number}.jsonl", rows)
    return [row for path in sorted(folder.iterdir()) for row in read_jsonl(path)]


def insert(path, at, **row):
    rows = read_jsonl(path)
    write_jsonl(path, [*rows[:at], row, *rows[at:]])


@pytest.mark.slow
def test_faults(two_cpus, model, tmp_path, small_pieces):
    """A row that breaks the pipeline, one whose actor dies once, one whose actor always dies, and
    a file that cannot be read: all other rows come out as on one machine, each once."""
    code, shards, output = tmp_path / "code.py", tmp_path / "in", tmp_path / "out"
    code.write_text(f"MARKER = {str(tmp_path / 'marker')!r}\n{CODE}")
    rows = write_shards(shards)
    insert(shards / "shard0.jsonl", 10, id="broken", text="this breaks")
    insert(shards / "shard1.jsonl", 30, id="once", text="London dies")
    write_jsonl(shards / "deadly.jsonl", [{"id": "always", "text": "this kills"}])
    (shards / "unreadable.jsonl.gz").write_bytes(b"no gzip")
    nlp = spacy.load(model)
    spacy.util.import_file("python_code", code)
    nlp.add_pipe("scale_test_deadly")
    nlp.to_disk(tmp_path / "model")
    seen = []
    settings = {"workers": 2, "code": code, "batch_words": 50}
    report = apply.apply(
        str(tmp_path / "model"), shards, output, progress=lambda *n: seen.append(n), **settings
    )
    assert {"deadly", "unreadable"} == set(report.failures)
    assert "died 3 times at it" in report.failures["deadly"]
    assert "unreadable.jsonl.gz cannot be read on" in report.failures["unreadable"]
    assert (report.rows, report.rejected, report.done_before) == (181, 1, 0)
    assert seen[-1][0] == seen[-1][1]
    expected = piped(spacy.load(model), rows)
    found = read_folder(output)
    assert [row for row in found if row["id"] != "once"] == expected
    assert len(found) == 181
    [rejected] = (output / "_rejected").rglob("*.jsonl")
    assert read_jsonl(rejected)[0]["id"] == "broken"

    # Mended, the same call does what is missing and nothing else.
    changed = {path: path.stat().st_mtime_ns for path in output.glob("*.jsonl")}
    write_jsonl(shards / "deadly.jsonl", [{"id": "always", "text": "this is harmless"}])
    (shards / "unreadable.jsonl.gz").unlink()
    report = apply.apply(str(tmp_path / "model"), shards, output, **settings)
    assert (report.rows, report.failures) == (182, {})
    assert report.pieces - report.done_before == 1
    assert {path: path.stat().st_mtime_ns for path in changed} == changed
    again = apply.apply(str(tmp_path / "model"), shards, output, **settings)
    assert (again.done_before, again.new_words) == (again.pieces, 0)


@pytest.mark.slow
def test_command(two_cpus, model, tmp_path):
    """Parquet in and out, confidence, and what the command says; then an output that is in the
    way, and workers that cannot start."""
    rows = write_shards(tmp_path / "in", n_shards=1)
    args = ["lstm-ner", "apply-ray", str(model), str(tmp_path / "in"), str(tmp_path / "out")]
    args += ["--output-format", "parquet", "--confidence", "--workers", "2", "--no-text"]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    assert "60 rows" in result.output
    assert "words/s a worker" in result.output
    found = pq.read_table(tmp_path / "out" / "shard0.parquet").to_pylist()
    nlp = spacy.load(model, config={"components.lstm_ner.confidence": True})
    for row, doc in zip(found, nlp.pipe(row["text"] for row in rows)):
        assert set(row) == {"id", "fields", "spans"}
        assert [span["label"] for span in row["spans"]] == [ent.label_ for ent in doc.ents]
        given = [span["confidence"] for span in row["spans"]]
        assert given == pytest.approx([ent._.confidence for ent in doc.ents], abs=1e-5)
    result = CliRunner().invoke(app, [*args, "--text-key", "body"])
    assert result.exit_code == 1
    assert "--text-key: 'text' before, 'body' now" in result.output
    (tmp_path / "out" / "shard0.parquet").unlink()
    (tmp_path / "out" / "shard0.parquet").mkdir()
    shutil.rmtree(tmp_path / "out" / "_run" / "done")
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 1
    assert "Is a directory" in result.output


@pytest.mark.slow
def test_killed_and_started_again(model, tmp_path):
    """The command is killed with all its processes at some moment, twice, and started again."""
    rows = write_shards(tmp_path / "in", n_shards=40, n_rows=200)
    command = [sys.executable, "-m", "spacy", "lstm-ner", "apply-ray", str(model)]
    command += [str(tmp_path / "in"), str(tmp_path / "out"), "--workers", "2"]
    done, rng = tmp_path / "out" / "_run" / "done", random.Random(0)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while len(list(done.glob("*"))) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(rng.random() / 2)
        process.send_signal(signal.SIGKILL)
    n_done = len(list(done.glob("*")))
    assert n_done >= 3
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "of 40 pieces were done before" in result.stdout or n_done == 40
    assert read_folder(tmp_path / "out") == piped(spacy.load(model), rows)
    assert not list((tmp_path / "out").rglob("*.part"))


@pytest.mark.parametrize(
    "change,message",
    [
        ({"workers": -1}, "workers was given -1, expected a number >= 1"),
        ({"batch_words": 0}, "batch_words was given 0"),
        ({"address": "auto"}, "For a cluster, name it always"),
        ({"form": "csv"}, "output format is 'csv', expected one of jsonl, jsonl.gz, parquet"),
        ({"output_path": "in/out"}, "lies in the input"),
        ({"spans_key": "text"}, "--spans-key is 'text'"),
        ({"model": "blank", "confidence": True}, "has no lstm_ner, which knows it"),
    ],
)
def test_refuses_before_it_starts(model, tmp_path, monkeypatch, change, message):
    monkeypatch.chdir(tmp_path)
    write_shards(tmp_path / "in", n_shards=1)
    spacy.blank("en").to_disk("blank")
    paths = {"input_path": tmp_path / "in", "output_path": tmp_path / "out"}
    given = {"model": str(model), **paths, **change}
    given["output_path"] = tmp_path / given["output_path"]
    with pytest.raises(ValueError, match=message):
        apply.apply(**given)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["foo()", "foo("])
def test_code_that_fails(model, tmp_path, content):
    write_shards(tmp_path / "in", n_shards=1)
    (tmp_path / "code.py").write_text(content)
    args = ["lstm-ner", "apply-ray", str(model), str(tmp_path / "in"), str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*args, "--code", str(tmp_path / "code.py")])
    assert result.exit_code == 1
    assert "code.py of --code cannot be imported: " in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()


def test_answers_that_are_lost(model, tmp_path, monkeypatch):
    """What counts is what is in the output folder; and one run at a time works in it."""
    write_shards(tmp_path / "in", n_shards=3)
    output = tmp_path / "out"

    def lossy(ray, pieces, workers, make):
        with pytest.raises(LockError, match="works in this folder"):
            apply.apply(str(model), tmp_path / "in", output, workers=1)
        tagger = PieceTagger(spacy.load(model), output, OPTIONS, 50)
        for piece in pieces[:2]:
            assert not tagger(piece).failure
        yield {"name": pieces[1].name, "failure": "", "is_fatal": False, "size": pieces[1].size}

    monkeypatch.setattr(apply, "need_ray", lambda *names: SimpleNamespace(put=lambda packed: None))
    monkeypatch.setattr(apply, "ray_session", lambda *settings: nullcontext())
    monkeypatch.setattr(apply, "tag_pieces", lossy)
    report = apply.apply(str(model), tmp_path / "in", output, workers=1)
    assert report.failures == {"shard2": "Ray gave no result: see its logs"}
    assert report.rows == 120
    assert (output / "_run" / "lock").read_bytes() == b""


def test_without_ray(model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    write_shards(tmp_path / "in", n_shards=1)
    args = ["lstm-ner", "apply-ray", str(model), str(tmp_path / "in"), str(tmp_path / "out")]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 1
    assert 'pip install "spacy-lstm-ner[ray]"' in " ".join(result.output.split())
