"""Rows of Parquet files."""

from pathlib import Path
from typing import Any, Iterator, List

from ..errors import Errors
from .rows import Chunk, Options, Rejected, Row, take
from .shards import ALL, Piece, ShardError

CHUNK_ROWS = 512


def read_table_chunks(piece: Piece, options: Options) -> Iterator[Chunk]:
    """Read row groups of a Parquet file.

    piece (Piece): The piece.
    options (Options): Names of columns.
    YIELDS (Chunk): Some rows at a time; their other columns stay in its table.
    RAISES (ShardError): If it cannot be read, or has no column of text.
    """
    from pyarrow import ArrowException, Table  # noqa: PLC0415
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    try:
        with ParquetFile(piece.path) as file:
            _check_columns(file.schema_arrow.names, piece, options)
            stop = file.num_row_groups if piece.end == ALL else piece.end
            number = sum(file.metadata.row_group(i).num_rows for i in range(piece.start))
            groups = list(range(piece.start, stop))
            for batch in file.iter_batches(CHUNK_ROWS, row_groups=groups, use_threads=False):
                yield _chunk(Table.from_batches([batch]), number, piece, options)
                number += len(batch)
            yield Chunk([], [], file.schema_arrow.empty_table())
    except (ArrowException, OSError) as error:
        raise ShardError(Errors.SHARD_UNREADABLE.format(path=piece.path, reason=error)) from error


def _check_columns(names: List[str], piece: Piece, options: Options) -> None:
    reason = None
    if options.text_key not in names:
        value = f"not among its columns ({', '.join(names)})"
        reason = Errors.ROW_TEXT.format(key=options.text_key, value=value)
    elif options.spans_key in names:
        reason = Errors.ROW_SPANS_KEY.format(key=options.spans_key)
    if reason is not None:
        raise ShardError(Errors.SHARD_UNREADABLE.format(path=piece.path, reason=reason))


def _chunk(table: Any, number: int, piece: Piece, options: Options) -> Chunk:
    texts = table[options.text_key].to_pylist()
    if "id" in table.column_names:
        ids = table["id"].to_pylist()
    else:
        ids = [f"{Path(piece.path).name}:{number + i}" for i in range(len(table))]
    rows: List[Row] = []
    rejected: List[Rejected] = []
    places = []
    for place, (id, text) in enumerate(zip(ids, texts)):
        if isinstance(text, str):
            rows.append(Row(id, text, {}))
            places.append(place)
        else:
            reason = Errors.ROW_TEXT.format(key=options.text_key, value=repr(text)[:80])
            rejected.append(Rejected(id, reason, table.slice(place, 1).to_pylist()[0]))
    return Chunk(rows, rejected, take(table, places) if rejected else table)
