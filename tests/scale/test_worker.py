"""Pieces to output files, and workers that die on the way."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import spacy

from spacy_lstm_ner.scale.tagging import worker
from spacy_lstm_ner.scale.tagging.folder import OutputFolder
from spacy_lstm_ner.scale.tagging.pack import digest, load_packed, pack_model
from spacy_lstm_ner.scale.tagging.plan import open_plan
from spacy_lstm_ner.scale.tagging.shards import find_shards
from spacy_lstm_ner.scale.tagging.worker import PieceTagger, Result

from .helpers import OPTIONS, piped, read_folder, read_jsonl, run, write_jsonl


def rows_in(shards):
    rows = [row for path in sorted(shards.rglob("*.jsonl")) for row in read_jsonl(path)]
    return [row for row in rows if isinstance(row["text"], str)]


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


def test_file_that_changes_while_it_is_read(nlp, tmp_path, monkeypatch):
    """Before its turn, or between the first row and the last: its piece is not done."""
    path, output = tmp_path / "a.txt", tmp_path / "out"
    path.write_text("I like London\n" * 10)
    folder = OutputFolder(output, "jsonl")
    pieces = open_plan(folder, "digest", OPTIONS, find_shards(path), 70)
    tagger = PieceTagger(nlp, output, OPTIONS, 50)
    inner = worker.read_line_chunks

    def appended_to(piece, options):
        yield from inner(piece, options)
        with path.open("a") as file:
            file.write("more\n")

    with monkeypatch.context() as patch:
        patch.setattr(worker, "read_line_chunks", appended_to)
        result = tagger(pieces[0])
    assert "changed since the run began: 140 bytes before, 145 now" in result.failure
    path.write_text("I like London\n" * 3)
    for piece in pieces:
        assert "140 bytes before, 42 now" in tagger(piece).failure
        assert not folder.is_done(piece.name)
    assert not list(output.glob("*"))[1:]  # only _run
    results, _ = run(nlp, path, output)
    assert [result.failure for result in results] == [""]
    assert len(read_folder(output)) == 3


def test_error_that_nobody_expects(nlp, shards, tmp_path, monkeypatch):
    """It is the failure of its piece, and of no other."""
    inner = worker.LineWriter.write

    def write(writer, tagged):
        if any(row.id == "a3" for row in tagged.rows):
            raise RecursionError("too deep")
        inner(writer, tagged)

    monkeypatch.setattr(worker.LineWriter, "write", write)
    results, folder = run(nlp, shards, tmp_path / "out")
    failed = [result for result in results if result.failure]
    assert [(result.name, result.is_fatal) for result in failed] == [("a-00000", False)]
    assert failed[0].failure.endswith(
        "a.jsonl was not tagged to the end of this piece: RecursionError: too deep"
    )
    assert not folder.rows_of("a-00000").exists()
    assert sum(folder.is_done(result.name) for result in results) == len(results) - 1


def test_two_workers_at_one_piece(nlp, shards, tmp_path, monkeypatch):
    """As when one was thought dead: whoever ends last, there is one output, and no rejected rows
    where there are none any more."""
    output = tmp_path / "out"
    folder = OutputFolder(output, "jsonl")
    pieces = open_plan(folder, "digest", OPTIONS, find_shards(shards), 1 << 20)
    first, second = (PieceTagger(nlp, output, OPTIONS, 50) for _ in range(2))
    inner = first._tagger

    def overtaken(chunks):
        assert second(pieces[0]) == Result("a")
        yield from inner(chunks)

    old = folder.rejected_of("a")
    old.parent.mkdir()
    old.write_text("old")
    monkeypatch.setattr(first, "_tagger", overtaken)
    assert first(pieces[0]) == Result("a")
    assert len(read_folder(output)) == 60
    assert [row["id"] for row in read_jsonl(old)] == ["abad"]
    write_jsonl(shards / "c.jsonl", [{"text": "I like London"}])
    old = folder.rejected_of("c")
    old.write_text("old")
    [piece] = [
        piece
        for piece in open_plan(folder, "digest", OPTIONS, find_shards(shards), 1000)
        if piece.name == "c"
    ]
    assert first(piece) == Result("c")
    assert not old.exists()


def test_text_that_is_no_utf8(nlp, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"I like London\n\xe9t\xe9\nI like Berlin\n")
    run(nlp, tmp_path / "a.txt", tmp_path / "out")
    places = {0: "London", 18: "Berlin"}
    rows = [{"id": f"a.txt:{at}", "text": f"I like {name}"} for at, name in places.items()]
    assert read_folder(tmp_path / "out") == piped(nlp, rows)
    [rejected] = read_jsonl(tmp_path / "out" / "_rejected" / "a.jsonl")
    assert (rejected["id"], rejected["row"]) == ("a.txt:14", "\\xe9t\\xe9")
    assert "byte 1 of the line is no UTF-8" in rejected["reason"]


def test_output_that_cannot_be_written(nlp, shards, tmp_path):
    open_plan(OutputFolder(tmp_path / "out", "jsonl"), "digest", OPTIONS, find_shards(shards), 1000)
    (tmp_path / "out" / "deep").touch()
    results, _ = run(nlp, shards, tmp_path / "out")
    failed = [result for result in results if result.failure]
    assert {result.name[:4] for result in failed} == {"deep"}
    assert all(result.is_fatal for result in failed)
    assert "give the same command again" in failed[0].failure


def test_packed_model_of_links(model, tmp_path):
    """A folder of links, as caches make them, is packed whole or not at all."""
    linked = tmp_path / "model"
    linked.mkdir()
    for path in model.iterdir():
        (linked / path.name).symlink_to(path)
    assert pack_model(linked, None) == pack_model(model, None)
    (linked / "gone").symlink_to(tmp_path / "gone")
    with pytest.raises(FileNotFoundError, match="gone"):
        pack_model(linked, None)


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
