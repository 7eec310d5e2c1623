"""Values that JSON or Python do not have."""

import datetime
import json

import numpy as np
import pyarrow as pa
import pytest
import spacy
from spacy.tokens import Span
from spacy.tokens.underscore import Underscore

from spacy_lstm_ner.scale.tagging.rows import entities_of
from spacy_lstm_ner.scale.tagging.values import records_of, to_json

BAD_TEXT = pa.StringArray.from_buffers(
    2, pa.array([0, 4, 5], pa.int32()).buffers()[1], pa.py_buffer(b"ab\xffcd")
)


def test_json_has_no_such_numbers():
    value = {"a": float("nan"), "b": [1.5, {"c": float("-inf")}], "d": (np.float64("inf"), "NaN")}
    expected = {"a": None, "b": [1.5, {"c": None}], "d": [None, "NaN"]}
    assert json.loads(to_json(value), parse_constant=pytest.fail) == expected
    assert to_json({"a": "\ud800é", "b": float("nan")}) == b'{"a": "\\ud800\\u00e9", "b": null}'
    assert to_json([datetime.date(2020, 1, 2), "é"]) == '["2020-01-02", "é"]'.encode()


def test_what_python_cannot_hold():
    """Such values are there as text, and the rows beside them as they are."""
    table = pa.table(
        {
            "n": [1, 2],
            "text": BAD_TEXT,
            "nested": pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), BAD_TEXT),
            "when": pa.array([10**15, 0], pa.timestamp("ms")),
        }
    )
    (first, reasons), second = records_of(table)
    assert second == (
        {"n": 2, "text": "d", "nested": ["d"], "when": datetime.datetime(1970, 1, 1)},
        "",
    )
    assert (first["n"], first["text"]) == (1, "ab\\xffc")
    assert "ab\ufffdc" in first["nested"]
    assert "1000000000000000" in first["when"]
    assert [reason.split(" cannot be read: ")[0] for reason in reasons.split("; ")] == [
        "'text'",
        "'nested'",
        "'when'",
    ]
    assert records_of(table.slice(1)) == [second]
    json.loads(to_json(first))


def test_confidence_is_a_number(monkeypatch):
    doc = spacy.blank("en")("London")
    doc.ents = [Span(doc, 0, 1, "GPE")]
    getter = (None, None, lambda span: np.float32(0.5), None)
    monkeypatch.setitem(Underscore.span_extensions, "confidence", getter)
    assert json.loads(to_json(entities_of(doc)))[0]["confidence"] == 0.5
