"""Pieces to output files, and workers that die on the way."""

import os
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import spacy

from spacy_lstm_ner.scale.pack import digest, load_packed, pack_model
from spacy_lstm_ner.scale.plan import OutputFolder
from spacy_lstm_ner.scale.shards import find_shards
from spacy_lstm_ner.scale.worker import PieceTagger

from .helpers import OPTIONS, piped, read_folder, read_jsonl, texts, write_jsonl


class KilledError(BaseException):
    """As no handler catches it, it is like a kill."""


@pytest.fixture(scope="module")
def nlp(model):
    return spacy.load(model)


@pytest.fixture
def shards(tmp_path):
    """Two files of JSON lines in two folders, each with a row that cannot be tagged."""
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(["a", "deep/b"]):
        rows = [{"id": f"{name}{i}", "text": text, "n": i} for i, text in enumerate(texts(60))]
        rows.insert(30 + number, {"id": f"{name}bad", "text": number})
        write_jsonl(folder / f"{name}.jsonl", rows)
    return folder


def rows_in(shards):
    rows = [row for path in sorted(shards.rglob("*.jsonl")) for row in read_jsonl(path)]
    return [row for row in rows if isinstance(row["text"], str)]


def run(nlp, shards, output, options=OPTIONS, piece_bytes=1000):
    """One worker does what is to do; returns the results and the folder."""
    folder = OutputFolder(output, options.form)
    pieces = folder.open("digest", options, find_shards(shards), piece_bytes)
    tagger = PieceTagger(nlp, output, options, 50)
    return [tagger(piece) for piece in pieces], folder


def test_same_as_pipe(nlp, shards, tmp_path):
    results, folder = run(nlp, shards, tmp_path / "out")
    assert not any(result.failure for result in results)
    assert len(results) > 6
    assert read_folder(tmp_path / "out") == piped(nlp, rows_in(shards))
    counts = [folder.count(result.name) for result in results]
    assert sum(count.rows for count in counts) == 120
    assert sum(count.rejected for count in counts) == 2
    rejected = [path for path in (tmp_path / "out" / "_rejected").rglob("*") if path.is_file()]
    assert [read_jsonl(path)[0]["id"] for path in sorted(rejected)] == ["abad", "deep/bbad"]


@pytest.mark.parametrize("form", ["parquet", "jsonl.gz"])
def test_other_forms(nlp, shards, tmp_path, form):
    results, folder = run(nlp, shards, tmp_path / "out", OPTIONS._replace(form=form))
    paths = [folder.rows_of(result.name) for result in results]
    if form == "parquet":
        rows = pa.concat_tables([pq.read_table(path) for path in paths]).to_pylist()
        expected = [row["spans"] for row in piped(nlp, rows_in(shards))]
        assert [row["spans"] for row in rows] == expected
    else:
        import gzip  # noqa: PLC0415

        lines = b"".join(gzip.decompress(path.read_bytes()) for path in paths).splitlines()
        assert len(lines) == 120


@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_moment(nlp, shards, tmp_path, monkeypatch, seed):
    """Each row stands in the output once, and nothing else does, however often workers die."""
    run(nlp, shards, tmp_path / "whole")
    rng = random.Random(seed)
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
    dies(type(tmp_path), "replace")
    dies(type(tmp_path), "unlink")
    dies(type(nlp), "pipe")
    for _ in range(5):
        moments[0] = rng.randint(1, 200)
        try:
            run(nlp, shards, tmp_path / "out")
        except KilledError:
            continue
    moments[0] = 0
    run(nlp, shards, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def contents(folder):
    """All rows by file; times differ."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if "_run" not in path.parts else None
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_shard_that_cannot_be_read(nlp, shards, tmp_path):
    bad = shards / "c.jsonl.gz"
    bad.write_bytes(b"no gzip")
    results, folder = run(nlp, shards, tmp_path / "out")
    failed = [result for result in results if result.failure]
    assert [result.name for result in failed] == ["c"]
    assert "c.jsonl.gz cannot be read on" in failed[0].failure
    assert not failed[0].is_fatal
    assert not folder.is_done("c")
    assert not folder.rows_of("c").exists()
    bad.unlink()
    write_jsonl(shards / "c.jsonl", [{"text": "I like London"}])
    results, _ = run(nlp, shards, tmp_path / "out")
    assert not any(result.failure for result in results)
    assert len(read_folder(tmp_path / "out")) == 121


def test_output_that_cannot_be_written(nlp, shards, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "deep").touch()
    results, _ = run(nlp, shards, tmp_path / "out")
    failed = [result for result in results if result.failure]
    assert {result.name[:4] for result in failed} == {"deep"}
    assert all(result.is_fatal for result in failed)
    assert "give the same command again" in failed[0].failure


def test_piece_that_kills_its_workers(nlp, shards, tmp_path, monkeypatch):
    def die(*args, **kwargs):
        raise KilledError

    options = OPTIONS
    folder = OutputFolder(tmp_path / "out", "jsonl")
    piece = folder.open("digest", options, find_shards(shards), 1000)[0]
    tagger = PieceTagger(nlp, tmp_path / "out", options, 50)
    with monkeypatch.context() as patch:
        patch.setattr(type(nlp), "pipe", die)
        for _ in range(3):
            with pytest.raises(KilledError):
                tagger(piece)
        assert "its worker died 3 times at it" in tagger(piece).failure
    folder.open("digest", options, find_shards(shards), 1000)
    assert not tagger(piece).failure


def test_packed_model(model, tmp_path):
    code = tmp_path / "code.py"
    code.write_text(
        "from spacy.language import Language\n"
        "@Language.component('scale_test_packed')\ndef component(doc):\n    return doc\n"
    )
    packed = pack_model(model, None)
    assert digest(packed) == digest(pack_model(model, None)) != digest(pack_model(model, code))
    nlp = load_packed(packed, {"components.lstm_ner.confidence": True})
    text = "I like London and Berlin."
    expected = piped(spacy.load(model), [{"text": text}])[0]["spans"]
    found = nlp(text).ents
    assert [(ent.start_char, ent.label_) for ent in found] == [
        (e["start"], e["label"]) for e in expected
    ]
    assert all(0 < ent._.confidence <= 1 for ent in found)
    load_packed(pack_model(model, code), {}).add_pipe("scale_test_packed")
