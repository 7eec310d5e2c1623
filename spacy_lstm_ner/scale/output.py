"""Output files, each put in its place as a whole."""

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Iterator, List
from uuid import uuid4

from ..errors import Errors
from .lines import open_lines
from .rows import Options, Rejected, Tagged

FORMS = ("jsonl", "jsonl.gz", "parquet")
PART = ".part"  # ends the name of a file that is not whole yet
TABLE_ROWS, TABLE_BYTES = 16_384, 1 << 25  # of a row group


class PieceOutputError(OSError):
    """The output of a piece cannot be written."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file beside its place, then put it there in one step.

    path (Path): Its place.
    YIELDS (Path): Where to write; a name that no other process has.
    RAISES (PieceOutputError): If it cannot be written; nothing is left of it then.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except PieceOutputError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise PieceOutputError(Errors.PIECE_OUTPUT.format(path=path, reason=reason)) from error


class LineWriter:
    """Rows with entities as JSON lines."""

    def __init__(self, path: Path, options: Options) -> None:
        """Open a file.

        path (Path): The file.
        options (Options): Names of columns; gzip or not.
        """
        self._file = open_lines(path, "wb", is_packed=options.form.endswith(".gz"))
        self._options = options

    def write(self, tagged: Tagged) -> None:
        """Write rows.

        tagged (Tagged): The rows.
        """
        options, table = self._options, tagged.table
        if table is None:
            others = [row.fields for row in tagged.rows]
        else:
            dropped = {"id", options.text_key} & set(table.column_names)
            others = table.drop_columns(sorted(dropped)).to_pylist()
        for row, fields, spans in zip(tagged.rows, others, tagged.spans):
            text = {options.text_key: row.text} if options.keep_text else {}
            record = {"id": row.id, **text, **fields, options.spans_key: spans}
            self._file.write(to_json(record) + b"\n")

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


class TableWriter:
    """Rows with entities as Parquet. Rows of a table keep its columns; those of lines have `id`,
    the text, and the other keys as JSON under `fields`, so that all files have the same schema."""

    def __init__(self, path: Path, options: Options) -> None:
        """Begin a file.

        path (Path): The file.
        options (Options): Names of columns.
        """
        self._path = path
        self._options = options
        self._tables: List[Any] = []
        self._writer: Any = None

    def write(self, tagged: Tagged) -> None:
        """Write rows, many at a time.

        tagged (Tagged): The rows.
        """
        self._tables.append(self._table(tagged))
        n_rows = sum(table.num_rows for table in self._tables)
        if n_rows >= TABLE_ROWS or sum(table.nbytes for table in self._tables) >= TABLE_BYTES:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        try:
            self._flush()
        finally:
            if self._writer is not None:
                self._writer.close()

    def _flush(self) -> None:
        from pyarrow import concat_tables  # noqa: PLC0415
        from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

        if not self._tables:
            return
        table = concat_tables(self._tables)
        self._tables = []
        if self._writer is None:
            self._writer = ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)

    def _table(self, tagged: Tagged) -> Any:
        import pyarrow as pa  # noqa: PLC0415

        options, table = self._options, tagged.table
        ids = [row.id for row in tagged.rows]
        if table is None:
            columns = {
                "id": pa.array([_id_text(id) for id in ids], pa.string()),
                options.text_key: pa.array([row.text for row in tagged.rows], pa.string()),
                "fields": pa.array([to_json(row.fields).decode() for row in tagged.rows], "string"),
            }
            table = pa.table(columns)
        elif "id" not in table.column_names:
            table = table.add_column(0, "id", pa.array(ids, pa.string()))
        if not options.keep_text:
            table = table.drop_columns([options.text_key])
        whole, text = pa.int64(), pa.string()
        entity = {"start": whole, "end": whole, "label": text, "confidence": pa.float64()}
        spans = pa.array(tagged.spans, pa.list_(pa.struct(list(entity.items()))))
        return table.append_column(options.spans_key, spans)


def write_rejected(file: IO[bytes], rejected: List[Rejected]) -> None:
    """Write rows that were not tagged as JSON lines: `id`, `reason`, `row`.

    file (IO[bytes]): The file.
    rejected (List[Rejected]): The rows.
    """
    for row in rejected:
        file.write(to_json(row._asdict()) + b"\n")


def to_json(value: Any) -> bytes:
    """As JSON. What JSON cannot hold, such as dates and bytes, becomes a string.

    value (Any): Anything.
    RETURNS (bytes): One line without its end.
    """
    try:
        return json.dumps(value, ensure_ascii=False, default=str).encode("utf8")
    except UnicodeEncodeError:  # lone surrogates
        return json.dumps(value, default=str).encode("ascii")


def _id_text(id: Any) -> str:
    text = id if isinstance(id, str) else to_json(id).decode()
    return text.encode("utf8", errors="backslashreplace").decode()
