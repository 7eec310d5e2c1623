"""Lines of files, cut anywhere."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.scale.tagging import lines
from spacy_lstm_ner.scale.tagging.lines import read_line_chunks
from spacy_lstm_ner.scale.tagging.shards import ALL, Piece, ShardError

from .helpers import OPTIONS, pieces_of


def read(pieces):
    chunks = [chunk for piece in pieces for chunk in read_line_chunks(piece, OPTIONS)]
    rows = [row for chunk in chunks for row in chunk.rows]
    return rows, [row for chunk in chunks for row in chunk.rejected]


@given(
    st.lists(st.text("aé\r \t", max_size=6), max_size=12),
    st.integers(1, 40),
    st.booleans(),
    st.integers(1, 20),
)
def test_each_line_once_whatever_the_cuts(tmp_path_factory, rows, piece_bytes, end, chunk_bytes):
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    data = "\n".join(rows).encode() + (b"\n" if end and rows else b"")
    path.write_bytes(data)
    expected, at = [], 0
    for line in data.split(b"\n")[: None if data[-1:] != b"\n" else -1] if data else []:
        expected.append((f"a.txt:{at}", line.decode().removesuffix("\r")))
        at += len(line) + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK_BYTES", chunk_bytes)
        found, rejected = read(pieces_of(path, piece_bytes))
    assert not rejected
    assert [(row.id, row.text) for row in found] == expected
    packed = path.with_name("a.txt.gz")
    packed.write_bytes(gzip.compress(data))
    assert [row.text for row in read(pieces_of(packed))[0]] == [text for _, text in expected]


def test_json_lines(tmp_path):
    given_rows = [
        b'\xef\xbb\xbf{"text": "one", "id": 7, "meta": {"a": [1]}}',
        b"",
        b'{"text": ""}',
        b"{",
        b"[1]",
        b'{"data": "x"}',
        b'{"text": null, "id": "n"}',
        b'{"text": "\xff"}',
        b'{"text": "gold", "spans": []}',
        b"[" * 100_000,
        b'{"text": "last"}\r',
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(given_rows))
    rows, rejected = read(pieces_of(path))
    at = [sum(len(row) + 1 for row in given_rows[:i]) for i in range(len(given_rows))]
    assert [tuple(row) for row in rows] == [
        (7, "one", {"meta": {"a": [1]}}),
        (f"a.jsonl:{at[2]}", "", {}),
        (f"a.jsonl:{at[10]}", "last", {}),
    ]
    reasons = [
        "no JSON: Expecting property name",
        "a JSON list, expected an object",
        "'text' is missing, expected a string",
        "'text' is None, expected a string",
        "byte 11 of the line is no UTF-8 (invalid start byte)",
        "the row has 'spans' already",
        "no JSON: ",
    ]
    assert len(rejected) == len(reasons)
    for row, reason in zip(rejected, reasons):
        assert reason in row.reason
    assert [row.id for row in rejected[2:4]] == [f"a.jsonl:{at[5]}", "n"]
    assert rejected[4].row == '{"text": "\\xff"}'
    json.dumps([row.row for row in rejected])


def test_files_that_end_too_early(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"line\n" * 10_000)[:-10])
    with pytest.raises(ShardError, match=r"a\.txt\.gz cannot be read on: .*end"):
        read(pieces_of(path))
    path.write_bytes(b"no gzip")
    with pytest.raises(ShardError, match="gzip"):
        read(pieces_of(path))
    path.write_bytes(b"")
    with pytest.raises(ShardError, match="it has 0 bytes, and even gzip of nothing has more"):
        read(pieces_of(path))
    with pytest.raises(ShardError, match="No such file"):
        read([Piece("b", str(tmp_path / "b.txt"), "b.txt", 0, 0, 0, ALL, 0)])


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 4, 100])
def test_byte_order_mark_that_is_cut(tmp_path, piece_bytes):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfone\ntwo\n")
    rows, rejected = read(pieces_of(path, piece_bytes))
    assert [(row.id, row.text) for row in rows] == [("a.txt:0", "one"), ("a.txt:7", "two")]
    assert not rejected


def test_gzip_of_several_members(tmp_path):
    """As `cat a.gz b.gz` makes it; a line may begin in one and end in the next."""
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"one\ntw") + gzip.compress(b"") + gzip.compress(b"o\nthree"))
    rows, _ = read(pieces_of(path))
    assert [(row.id, row.text) for row in rows] == [
        ("a.txt.gz:0", "one"),
        ("a.txt.gz:4", "two"),
        ("a.txt.gz:8", "three"),
    ]


def test_ids_of_two_files_differ(tmp_path):
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "part-0.txt").write_text("text\n")
    rows, _ = read(pieces_of(tmp_path))
    assert [row.id for row in rows] == ["a/part-0.txt:0", "b/part-0.txt:0"]
