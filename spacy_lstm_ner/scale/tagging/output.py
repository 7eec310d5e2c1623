"""Rows to files."""

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Callable, Iterator, List, Optional

from .files import replacing
from .lines import open_lines
from .rows import Options, Rejected, Tagged
from .values import to_json

FIELDS = "fields"  # column of Parquet for what lines of JSON hold besides id and text
FORMS = ("jsonl", "jsonl.gz", "parquet")
TABLE_ROWS, TABLE_BYTES = 16_384, 1 << 25  # of a row group


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
        options = self._options
        for row, spans in zip(tagged.rows, tagged.spans):
            text = {options.text_key: row.text} if options.keep_text else {}
            record = {"id": row.id, **text, **row.fields, options.spans_key: spans}
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
                FIELDS: pa.array([to_json(row.fields).decode() for row in tagged.rows], "string"),
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


@contextmanager
def rejecting(path: Path) -> Iterator[Callable[[List[Rejected]], None]]:
    """Write rows that were not tagged as JSON lines: `id`, `reason`, `row`. If there are none,
    there is no file.

    path (Path): The file.
    YIELDS (Callable[[List[Rejected]], None]): Writes rows.
    RAISES (PieceOutputError): If they cannot be written.
    """
    files: List[IO[bytes]] = []
    with ExitStack() as stack:

        def write(rejected: List[Rejected]) -> None:
            if rejected and not files:
                part = stack.enter_context(replacing(path))
                files.append(stack.enter_context(part.open("wb")))
            for row in rejected:
                files[0].write(to_json(row._asdict()) + b"\n")

        yield write
    if not files:
        path.unlink(missing_ok=True)


def _id_text(id: Any) -> Optional[str]:
    if id is None:
        return None
    text = id if isinstance(id, str) else to_json(id).decode()
    return text.encode("utf8", errors="backslashreplace").decode()
