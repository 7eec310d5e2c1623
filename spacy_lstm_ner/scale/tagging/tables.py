"""Rows of Parquet files."""

from collections import Counter
from typing import Any, Iterator, List, Optional

from ...errors import Errors
from .lines import CHUNK_BYTES, check_row
from .rows import Chunk, Options, Rejected, Row, take
from .shards import ALL, Piece, ShardError
from .values import records_of

CHUNK_ROWS = 512  # at most
READ_BYTES = 1 << 20  # of a column at a time, instead of all that a row group has of it


def read_table_chunks(piece: Piece, options: Options) -> Iterator[Chunk]:
    """Read row groups of a Parquet file.

    piece (Piece): The piece.
    options (Options): Names of columns. If the output is Parquet, other columns stay in the table
        of a chunk, else they are in its rows.
    YIELDS (Chunk): Some rows at a time.
    RAISES (ShardError): If it cannot be read, or has no column of text.
    """
    from pyarrow import ArrowException, Table  # noqa: PLC0415
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    try:
        with ParquetFile(piece.path, pre_buffer=False, buffer_size=READ_BYTES) as file:
            _check_columns(file.schema_arrow.names, piece, options)
            groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
            stop = len(groups) if piece.end == ALL else piece.end
            number = sum(group.num_rows for group in groups[: piece.start])
            for place in range(piece.start, stop):
                n_rows = _n_rows(groups[place].num_rows, groups[place].total_byte_size)
                for batch in file.iter_batches(n_rows, row_groups=[place], use_threads=False):
                    for part in _parts(Table.from_batches([batch]), options.text_key):
                        yield _chunk(part, number, piece, options)
                        number += len(part)
            yield Chunk([], [], _kept(file.schema_arrow.empty_table(), options))
    except (ArrowException, OSError) as error:
        raise ShardError(Errors.SHARD_UNREADABLE.format(path=piece.path, reason=error)) from error


def _check_columns(names: List[str], piece: Piece, options: Options) -> None:
    reason = None
    twice = [name for name, count in Counter(names).items() if count > 1]
    if options.text_key not in names:
        value = f"not among its columns ({', '.join(names)})"
        reason = Errors.ROW_TEXT.format(key=options.text_key, value=value)
    elif options.spans_key in names:
        reason = Errors.ROW_SPANS_KEY.format(key=options.spans_key)
    elif twice:
        reason = Errors.COLUMNS_TWICE.format(names=", ".join(twice))
    if reason is not None:
        raise ShardError(Errors.SHARD_UNREADABLE.format(path=piece.path, reason=reason))


def _n_rows(n_rows: int, n_bytes: int) -> int:
    """Of so many rows with so many bytes, how many make a chunk."""
    return max(1, min(CHUNK_ROWS, n_rows * CHUNK_BYTES // max(n_bytes, 1)))


def _parts(table: Any, text_key: str) -> Iterator[Any]:
    """Parquet stores texts that are there several times once, so what it says of their size may be
    too little."""
    n_rows = _n_rows(len(table), table[text_key].nbytes)
    for start in range(0, len(table), n_rows):
        yield table.slice(start, n_rows)


def _kept(table: Any, options: Options) -> Optional[Any]:
    return table if options.form == "parquet" else None


def _chunk(table: Any, number: int, piece: Piece, options: Options) -> Chunk:
    kept = _kept(table, options)
    needed = table
    if kept is not None:
        needed = table.select(
            [key for key in (options.text_key, "id") if key in table.column_names]
        )
    rows: List[Row] = []
    rejected: List[Rejected] = []
    places = []
    for place, (fields, reason) in enumerate(records_of(needed)):
        id = fields.get("id", f"{piece.source}:{number + place}")
        row = Rejected(id, reason, fields) if reason else check_row(fields, id, options)
        if isinstance(row, Row):
            rows.append(row)
            places.append(place)
        else:
            [(record, _)] = records_of(table.slice(place, 1))
            rejected.append(row._replace(row=record))
    if kept is not None and rejected:
        kept = take(kept, places)
    return Chunk(rows, rejected, kept)
