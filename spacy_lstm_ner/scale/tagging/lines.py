"""Rows of text files: JSON lines, or a text a line."""

import gzip
import json
import os
import zlib
from pathlib import Path
from typing import IO, Any, Iterator, List, Tuple, Union, cast

from ...errors import Errors
from .rows import Chunk, Options, Rejected, Row
from .shards import ALL, Piece, ShardError, kind_of

CHUNK_BYTES = 1 << 18
GZIP_LEVEL = 4  # higher ones take as long as tagging
BOM = b"\xef\xbb\xbf"


def read_line_chunks(piece: Piece, options: Options) -> Iterator[Chunk]:
    """Read a piece of a file of lines. A blank line holds no row in JSON lines; in a text file it
    is an empty text.

    piece (Piece): The piece.
    options (Options): Names of columns.
    YIELDS (Chunk): Some rows at a time.
    RAISES (ShardError): If it cannot be read to its end.
    """
    is_json = kind_of(piece.path) == "jsonl"
    chunk, size = Chunk([], []), 0
    for at, line in _read_lines(piece):
        if is_json and not line.strip():
            continue
        row = _parse(line, f"{piece.source}:{at}", is_json, options)
        target: List[Any] = chunk.rows if isinstance(row, Row) else chunk.rejected
        target.append(row)
        size += len(line)
        if size >= CHUNK_BYTES:
            yield chunk
            chunk, size = Chunk([], []), 0
    yield chunk


def open_lines(path: Path, mode: str, *, is_packed: bool) -> IO[bytes]:
    """Open a file.

    path (Path): The file.
    mode (str): "rb" or "wb".
    is_packed (bool): Whether it is in gzip.
    RETURNS (IO[bytes]): Lines.
    """
    file = gzip.open(path, mode, GZIP_LEVEL) if is_packed else path.open(mode)  # noqa: SIM115
    return cast(IO[bytes], file)


def _read_lines(piece: Piece) -> Iterator[Tuple[int, bytes]]:
    """Lines that begin in the piece, without their ends, and the bytes where they begin (in gzip,
    of what was packed)."""
    is_packed = piece.path.endswith(".gz")
    try:
        if is_packed and not os.path.getsize(piece.path):
            raise EOFError(Errors.GZIP_EMPTY)
        with open_lines(Path(piece.path), "rb", is_packed=is_packed) as file:
            at = piece.start
            if at:  # a line that begins here is ours, one that began before is not
                file.seek(at - 1)
                at += len(file.readline()) - 1
            while piece.end == ALL or at < piece.end:
                line = file.readline()
                if not line:
                    return
                content = line.removesuffix(b"\n").removesuffix(b"\r")
                yield at, content.removeprefix(BOM) if at == 0 else content
                at += len(line)
    except (OSError, EOFError, zlib.error) as error:
        raise ShardError(Errors.SHARD_UNREADABLE.format(path=piece.path, reason=error)) from error


def _parse(line: bytes, place: str, is_json: bool, options: Options) -> Union[Row, Rejected]:
    try:
        text = line.decode("utf8")
    except UnicodeDecodeError as error:
        reason = Errors.ROW_BYTES.format(byte=error.start + 1, reason=error.reason)
        return Rejected(place, reason, line.decode("utf8", errors="backslashreplace"))
    if not is_json:
        return Row(place, text, {})
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Rejected(place, Errors.ROW_JSON.format(reason=error), text)
    if not isinstance(fields, dict):
        return Rejected(place, Errors.ROW_OBJECT.format(type=type(fields).__name__), fields)
    return check_row(fields, fields.get("id", place), options)


def check_row(fields: Any, id: Any, options: Options) -> Union[Row, Rejected]:
    """A row, if there is a text in it and room for entities.

    fields (Any): All its columns.
    id (Any): Its id.
    options (Options): Names of columns.
    RETURNS (Union[Row, Rejected]): The row, its text and id taken out of the other columns.
    """
    key = options.text_key
    text = fields.get(key)
    if not isinstance(text, str):
        value = repr(text)[:80] if key in fields else "missing"
        return Rejected(id, Errors.ROW_TEXT.format(key=key, value=value), fields)
    if options.spans_key in fields:
        return Rejected(id, Errors.ROW_SPANS_KEY.format(key=options.spans_key), fields)
    rest = {name: value for name, value in fields.items() if name not in (key, "id")}
    return Row(id, text, rest)
