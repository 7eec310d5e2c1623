"""What travels from an input file to an output file."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from spacy.tokens import Doc, Span

from .values import records_of

Entity = Dict[str, Any]  # start and end (characters, end exclusive), label, confidence


class Options(NamedTuple):
    """What a run does with each row.

    text_key (str): Name of the column that is tagged.
    spans_key (str): Name of the column for the entities.
    keep_text (bool): Whether the output has the text.
    confidence (bool): Whether lstm_ner components say how sure they are.
    form (str): The output: "jsonl", "jsonl.gz" or "parquet".
    """

    text_key: str
    spans_key: str
    keep_text: bool
    confidence: bool
    form: str


class Row(NamedTuple):
    """A row that can be tagged.

    id (Any): The row's own, or where it stands: file and byte, or file and number of the row.
    text (str): The text.
    fields (Dict[str, Any]): The other columns, if they are not in the table of the chunk.
    """

    id: Any
    text: str
    fields: Dict[str, Any]


class Rejected(NamedTuple):
    """A row that is not tagged.

    id (Any): As that of a row.
    reason (str): Why not.
    row (Any): All of it.
    """

    id: Any
    reason: str
    row: Any


class Chunk(NamedTuple):
    """Some rows of a file, in their order.

    rows (List[Row]): What can be tagged.
    rejected (List[Rejected]): What cannot.
    table (Optional[Any]): A pyarrow.Table with the columns of `rows`; None: they are in the rows.
    """

    rows: List[Row]
    rejected: List[Rejected]
    table: Optional[Any] = None


class Tagged(NamedTuple):
    """Rows with their entities.

    rows (List[Row]): The rows.
    spans (List[List[Entity]]): The entities of each.
    table (Optional[Any]): As that of a chunk.
    """

    rows: List[Row]
    spans: List[List[Entity]]
    table: Optional[Any] = None


def entities_of(doc: Doc) -> List[Entity]:
    """What is written of a Doc. `confidence` is None where no component knows it.

    doc (Doc): The Doc.
    RETURNS (List[Entity]): One for each of `doc.ents`.
    """
    knows = Span.has_extension("confidence")
    return [
        {
            "start": ent.start_char,
            "end": ent.end_char,
            "label": ent.label_,
            "confidence": _number(ent._.confidence) if knows else None,
        }
        for ent in doc.ents
    ]


def pick(chunk: Chunk, places: Sequence[int], spans: List[List[Entity]]) -> Tagged:
    """The rows of a chunk that were tagged.

    chunk (Chunk): The chunk.
    places (Sequence[int]): Which of its rows.
    spans (List[List[Entity]]): Their entities.
    RETURNS (Tagged): These rows.
    """
    table = chunk.table
    if table is not None and len(places) < len(chunk.rows):
        table = take(table, places)
    return Tagged([chunk.rows[place] for place in places], spans, table)


def take(table: Any, places: Sequence[int]) -> Any:
    """Some rows of a table.

    table (Any): A pyarrow.Table.
    places (Sequence[int]): Which ones; there may be none.
    RETURNS (Any): A pyarrow.Table.
    """
    from pyarrow import array  # noqa: PLC0415

    return table.take(array(places, "int64"))


def reject(chunk: Chunk, place: int, text_key: str, reason: str) -> Rejected:
    """A row that turned out not to be one that can be tagged.

    chunk (Chunk): Its chunk.
    place (int): Which of its rows.
    text_key (str): Name of the column of the texts.
    reason (str): Why not.
    RETURNS (Rejected): The row with all its columns.
    """
    row = chunk.rows[place]
    if chunk.table is not None:
        [(record, _)] = records_of(chunk.table.slice(place, 1))
        return Rejected(row.id, reason, record)
    return Rejected(row.id, reason, {"id": row.id, text_key: row.text, **row.fields})


def _number(value: Any) -> Optional[float]:
    return None if value is None else float(value)
