"""Files and their pieces."""

import os
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spacy_lstm_ner.scale.tagging.shards import (
    ALL,
    ShardError,
    check_names,
    check_unchanged,
    cut,
    find_shards,
)

from .helpers import pieces_of


def test_find(tmp_path):
    names = ["b.jsonl", "a.txt.gz", "deep/c.d.ndjson", "deep/.hidden.jsonl", "_old/x.jsonl"]
    for name in [*names, "_SUCCESS"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("row\n")
    shards = find_shards(tmp_path)
    assert [shard.name for shard in shards] == ["a", "b", "deep/c.d"]
    assert all(os.path.isabs(shard.path) and shard.size == 4 for shard in shards)
    assert find_shards(tmp_path / "b.jsonl") == [shards[1]]


def test_refuse(tmp_path):
    with pytest.raises(ValueError, match=r"holds no file to tag.*\.parquet"):
        find_shards(tmp_path)
    (tmp_path / "a.jsonl").touch()
    (tmp_path / "a.csv").touch()
    with pytest.raises(ValueError, match=r"a\.csv cannot be read as rows of text"):
        find_shards(tmp_path)
    (tmp_path / "a.csv").rename(tmp_path / "a.txt")
    with pytest.raises(ValueError, match=r"a\.jsonl and .*a\.txt would both be written to 'a'"):
        find_shards(tmp_path)


def test_names_of_pieces_and_of_files_differ(tmp_path):
    (tmp_path / "a.txt").write_text("x" * 20)
    (tmp_path / "a-00001.txt").write_text("x")
    with pytest.raises(ValueError, match="'a-00001'"):
        check_names(pieces_of(tmp_path, 10), {"jsonl", "json"})


def test_lines_are_cut_by_bytes(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 25)
    places = [(piece.name, piece.start, piece.end, piece.size) for piece in pieces_of(path, 10)]
    assert places == [("a-00000", 0, 10, 10), ("a-00001", 10, 20, 10), ("a-00002", 20, 25, 5)]
    path.write_bytes(b"")
    assert [piece[5:] for piece in pieces_of(path, 10)] == [(0, 0, 0)]
    path.rename(tmp_path / "a.txt.gz")
    assert [piece[5:7] for piece in pieces_of(tmp_path, 10)] == [(0, ALL)]


def test_tables_are_cut_between_row_groups(tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"text {i}" for i in range(100)]})
    pq.write_table(table, path, row_group_size=10)
    one = pq.read_metadata(path).row_group(0).total_byte_size
    places = [(piece.start, piece.end) for piece in pieces_of(path, 3 * one)]
    assert places == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert [(piece.start, piece.end) for piece in pieces_of(path, 1)] == [
        (i, i + 1) for i in range(10)
    ]
    pq.write_table(table.slice(0, 0), path)
    assert len(pieces_of(path, 1)) == 1
    path.write_bytes(b"no table")
    assert [(piece.start, piece.end) for piece in cut(find_shards(path)[0], 1)] == [(0, ALL)]


def test_row_groups_of_no_bytes_are_rows_all_the_same(tmp_path, monkeypatch):
    class Metadata:
        num_row_groups = 3

        def row_group(self, number):
            return SimpleNamespace(total_byte_size=[10, 0, 0][number])

    monkeypatch.setattr(pq, "read_metadata", lambda path: Metadata())
    (tmp_path / "a.parquet").write_bytes(b"table")
    places = [(piece.start, piece.end) for piece in pieces_of(tmp_path, 10)]
    assert places == [(0, 1), (1, 3)]


def test_links_are_named_as_they_are(tmp_path):
    """What a link leads to may have another name, and on another machine another place."""
    (tmp_path / "blob").write_text("row\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").symlink_to(tmp_path / "blob")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    [piece] = pieces_of(tmp_path / "link")
    assert piece.path == str(tmp_path / "link" / "a.txt")
    check_unchanged(piece)


def test_changed_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("line\n" * 3)
    [piece] = pieces_of(path)
    check_unchanged(piece)
    path.write_text("line\n")
    with pytest.raises(ShardError, match="changed since the run began: 15 bytes before, 5 now"):
        check_unchanged(piece)
    path.write_text("other\n" * 3)
    os.utime(path, ns=(0, piece.mtime_ns + 1))
    with pytest.raises(ShardError, match="was changed"):
        check_unchanged(piece)
    path.unlink()
    with pytest.raises(ShardError, match="No such file"):
        check_unchanged(piece)
