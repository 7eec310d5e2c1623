"""Values between Arrow, Python and JSON."""

import json
import math
from typing import Any, Dict, List, Tuple

from ...errors import Errors


def to_json(value: Any) -> bytes:
    """As JSON. What JSON cannot hold, such as dates and bytes, becomes a string; numbers that are
    none (NaN) or not finite become null.

    value (Any): Anything.
    RETURNS (bytes): One line without its end.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:
        value = _finite(value)
        text = json.dumps(value, ensure_ascii=False, default=str)
    try:
        return text.encode("utf8")
    except UnicodeEncodeError:  # lone surrogates
        return json.dumps(value, default=str).encode("ascii")


def records_of(table: Any) -> List[Tuple[Dict[str, Any], str]]:
    """Rows of a table.

    table (Any): A pyarrow.Table.
    RETURNS (List[Tuple[Dict[str, Any], str]]): For each row its values by column, and what is
        wrong with them: bytes that are no UTF-8, dates that Python does not have. Those are
        there as text. An empty string: nothing.
    """
    try:
        return [(record, "") for record in table.to_pylist()]
    except (ValueError, OverflowError):
        return [_record(table.slice(place, 1)) for place in range(len(table))]


def _record(row: Any) -> Tuple[Dict[str, Any], str]:
    record, reasons = {}, []
    for name, column in zip(row.column_names, row.columns):
        try:
            record[name] = column[0].as_py()
        except (ValueError, OverflowError) as error:
            record[name] = _as_text(column)
            reasons.append(Errors.ROW_VALUE.format(key=name, reason=error))
    return record, "; ".join(reasons)


def _as_text(column: Any) -> str:
    """The only value of a column, as text."""
    from pyarrow import ArrowException, binary  # noqa: PLC0415

    try:
        return str(column.cast(binary())[0].as_py().decode("utf8", errors="backslashreplace"))
    except ArrowException:
        return str(column.to_string())


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
