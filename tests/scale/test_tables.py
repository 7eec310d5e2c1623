"""Rows of Parquet, and Parquet out."""

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spacy_lstm_ner.scale.tagging import output, tables
from spacy_lstm_ner.scale.tagging.output import LineWriter, TableWriter
from spacy_lstm_ner.scale.tagging.rows import Row, Tagged, pick, reject
from spacy_lstm_ner.scale.tagging.shards import ShardError
from spacy_lstm_ner.scale.tagging.tables import read_table_chunks

from .helpers import OPTIONS, TO_TABLE, pieces_of, read_jsonl
from .test_values import BAD_TEXT

ENTITY = {"start": 0, "end": 4, "label": "ORG", "confidence": 0.5}


def table(n, **columns):
    texts = [f"text {i}" for i in range(n)]
    when = pa.array([datetime.datetime(2020, 1, 1, i % 24) for i in range(n)], pa.timestamp("ns"))
    kind = pa.array(["ab"[i % 2] for i in range(n)]).dictionary_encode()
    return pa.table({"text": texts, "when": when, "kind": kind, "n": list(range(n)), **columns})


def chunks_of(path, piece_bytes=1 << 20, options=TO_TABLE):
    pieces = pieces_of(path, piece_bytes)
    return [chunk for piece in pieces for chunk in read_table_chunks(piece, options)]


def test_rows_and_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "CHUNK_ROWS", 7)
    path = tmp_path / "a.parquet"
    pq.write_table(table(50), path, row_group_size=20)
    rows = [row for chunk in chunks_of(path, 1) for row in chunk.rows]
    assert rows == [Row(f"a.parquet:{i}", f"text {i}", {}) for i in range(50)]
    pq.write_table(table(50, id=[i * 2 for i in range(50)]), path)
    assert [row.id for chunk in chunks_of(path) for row in chunk.rows] == list(range(0, 100, 2))


def test_what_is_no_text(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a", None, "c"], "n": [1, 2, 3]}), path)
    chunk = chunks_of(path)[0]
    assert [row.text for row in chunk.rows] == ["a", "c"]
    assert chunk.table["n"].to_pylist() == [1, 3]
    assert [tuple(row) for row in chunk.rejected] == [
        ("a.parquet:1", "'text' is None, expected a string", {"text": None, "n": 2})
    ]
    pq.write_table(pa.table({"text": [b"a"]}), path)
    assert "b'a', expected a string" in chunks_of(path)[0].rejected[0].reason
    for columns, message in [
        ({"body": ["a"]}, r"'text' is not among its columns \(body\)"),
        ({"text": ["a"], "spans": [1]}, "has 'spans' already"),
    ]:
        pq.write_table(pa.table(columns), path)
        with pytest.raises(ShardError, match=message):
            chunks_of(path)
    path.write_bytes(b"no table")
    with pytest.raises(ShardError, match=r"a\.parquet cannot be read on"):
        chunks_of(path)


def test_columns_come_through(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "CHUNK_ROWS", 8)
    monkeypatch.setattr(output, "TABLE_ROWS", 16)
    path, out = tmp_path / "a.parquet", tmp_path / "out.parquet"
    given = table(50, id=[str(i) for i in range(50)])
    pq.write_table(given, path)
    writer = TableWriter(out, TO_TABLE)
    for chunk in chunks_of(path):
        places = [i for i, row in enumerate(chunk.rows) if row.id != "33"]
        writer.write(pick(chunk, places, [[ENTITY] * (i % 3) for i in places]))
    writer.close()
    found = pq.read_table(out)
    expected = pa.concat_tables([given.slice(0, 33), given.slice(34)])
    assert found.drop_columns(["spans"]).to_pylist() == expected.to_pylist()
    assert found.schema.field("when").type == pa.timestamp("ns")
    assert found["spans"].to_pylist()[:3] == [[], [ENTITY], [ENTITY, ENTITY]]
    assert pq.read_metadata(out).num_row_groups == 4


def test_table_without_rows_keeps_its_schema(tmp_path):
    path, out = tmp_path / "a.parquet", tmp_path / "out.parquet"
    pq.write_table(table(0), path)
    writer = TableWriter(out, TO_TABLE._replace(keep_text=False))
    for chunk in chunks_of(path):
        writer.write(pick(chunk, [], []))
    writer.close()
    assert pq.read_table(out).column_names == ["id", "when", "kind", "n", "spans"]


def test_lines_to_table(tmp_path):
    rows = [
        Row("a", "é", {}),
        Row(3, "b", {"x": [1, {"y": None}]}),
        Row("\ud800", "c", {"z": "\ud800"}),
        Row(None, "d", {}),
    ]
    writer = TableWriter(tmp_path / "out.parquet", TO_TABLE)
    writer.write(Tagged(rows, [[], [ENTITY], [], []]))
    writer.close()
    found = pq.read_table(tmp_path / "out.parquet").to_pydict()
    assert found == {
        "id": ["a", "3", "\\ud800", None],
        "text": ["é", "b", "c", "d"],
        "fields": ["{}", '{"x": [1, {"y": null}]}', '{"z": "\\ud800"}', "{}"],
        "spans": [[], [ENTITY], [], []],
    }


def test_table_to_lines(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(table(2), path)
    writer = LineWriter(tmp_path / "out.jsonl", OPTIONS._replace(keep_text=False))
    for chunk in chunks_of(path, options=OPTIONS):
        writer.write(pick(chunk, range(len(chunk.rows)), [[ENTITY]] * len(chunk.rows)))
    writer.close()
    assert read_jsonl(tmp_path / "out.jsonl")[1] == {
        "id": "a.parquet:1",
        "when": "2020-01-01 01:00:00",
        "kind": "b",
        "n": 1,
        "spans": [ENTITY],
    }


def test_what_is_no_utf8(tmp_path):
    """In the text, its row is rejected; in another column only if it must become JSON."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": BAD_TEXT, "n": [1, 2]}), path)
    for options in (OPTIONS, TO_TABLE):
        chunk = chunks_of(path, options=options)[0]
        assert [row.text for row in chunk.rows] == ["d"]
        [(id, reason, row)] = chunk.rejected
        assert (id, row) == ("a.parquet:0", {"text": "ab\\xffc", "n": 1})
        assert "'text' cannot be read: 'utf-8' codec can't decode byte 0xff" in reason
    pq.write_table(pa.table({"text": ["a", "b"], "other": BAD_TEXT}), path)
    chunk = chunks_of(path, options=OPTIONS)[0]
    assert chunk.rows == [Row("a.parquet:1", "b", {"other": "d"})]
    assert chunk.rejected[0].row == {"text": "a", "other": "ab\\xffc"}
    chunk = chunks_of(path)[0]
    assert [row.text for row in chunk.rows] == ["a", "b"]
    assert reject(chunk, 0, "text", "too long").row == {"text": "a", "other": "ab\\xffc"}


@pytest.mark.parametrize("name", ["text", "id", "n"])
def test_columns_of_one_name(tmp_path, name):
    path = tmp_path / "a.parquet"
    columns = {"text": pa.array(["a"]), "id": pa.array(["b"]), "n": pa.array(["c"])}
    given = pa.Table.from_arrays([*columns.values(), columns[name]], names=[*columns, name])
    pq.write_table(given, path)
    with pytest.raises(ShardError, match=rf"several columns of one name \({name}\)"):
        chunks_of(path)


@pytest.mark.parametrize("options", [OPTIONS, TO_TABLE])
def test_chunks_are_of_a_size(tmp_path, monkeypatch, options):
    """However long the texts are, and however small what is stored of them."""
    monkeypatch.setattr(tables, "CHUNK_BYTES", 1000)
    path = tmp_path / "a.parquet"
    for given, most_chunks in [
        ([f"{i:0400}" for i in range(20)], 20),
        ([f"{i:05000}" for i in range(5)], 5),
        (["x" * 400] * 100, 55),
        (["x"] * 2000, 20),
    ]:
        pq.write_table(pa.table({"text": given}), path)
        chunks = chunks_of(path, options=options)[:-1]
        assert len(chunks) <= most_chunks
        for chunk in chunks:
            assert len(chunk.rows) == 1 or sum(len(row.text) for row in chunk.rows) <= 1000
        assert [row.text for chunk in chunks for row in chunk.rows] == given
        assert [row.id for chunk in chunks for row in chunk.rows] == [
            f"a.parquet:{i}" for i in range(len(given))
        ]


def test_columns_of_all_kinds(tmp_path):
    """Nested ones, maps, missing ids, and dictionaries that differ between row groups."""
    n, path, out = 40, tmp_path / "a.parquet", tmp_path / "out.parquet"
    given = pa.table(
        {
            "id": pa.array([None if i % 3 else i for i in range(n)], pa.int64()),
            "text": pa.array([f"text {i}" for i in range(n)]).dictionary_encode(),
            "nested": [{"a": [{"b": i}], "c": None} for i in range(n)],
            "map": pa.array([[("k", i)] for i in range(n)], pa.map_(pa.string(), pa.int64())),
            "kind": pa.array([f"kind {i // 10}" for i in range(n)]).dictionary_encode(),
        }
    )
    pq.write_table(given, path, row_group_size=10)
    writer, lines = TableWriter(out, TO_TABLE), LineWriter(tmp_path / "out.jsonl", OPTIONS)
    for target, options in ((writer, TO_TABLE), (lines, OPTIONS)):
        for chunk in chunks_of(path, 1, options):
            places = [i for i, row in enumerate(chunk.rows) if row.text != "text 33"]
            target.write(pick(chunk, places, [[ENTITY]] * len(places)))
        target.close()
    expected = [row for row in given.to_pylist() if row["text"] != "text 33"]
    found = pq.read_table(out)
    assert found.drop_columns(["spans"]).to_pylist() == expected
    assert found.schema.field("map").type == given.schema.field("map").type
    assert [row.pop("spans") for row in read_jsonl(tmp_path / "out.jsonl")] == [[ENTITY]] * 39
    for row, wanted in zip(read_jsonl(tmp_path / "out.jsonl"), expected):
        wanted["map"] = [list(pair) for pair in wanted["map"]]
        assert row == {**wanted, "spans": [ENTITY]}
