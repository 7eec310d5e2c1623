"""One JSON object of annotated text, with our keys, Prodigy's or doccano's.

| whose   | text             | entities                                                    |
|---------|------------------|-------------------------------------------------------------|
| ours    | `text`           | `spans`: objects with `start`, `end`, `label`               |
| Prodigy | `text`           | the same                                                    |
| doccano | `text` or `data` | `label` or `labels`: lists `[start, end, label]`, or        |
|         |                  | `entities`: objects, `start_offset`, `end_offset`, `label`  |

Offsets are characters, the end exclusive.
"""

from dataclasses import dataclass, field
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ..errors import Errors

SPAN_KEYS = ("spans", "entities", "labels", "label")
ANSWERS = ("accept", "reject", "ignore")


class CharSpan(NamedTuple):
    """An entity as character offsets, end exclusive, and a label."""

    start: int
    end: int
    label: str


@dataclass
class Record:
    """A text and what is known of it.

    text (str): The text.
    spans (List[CharSpan]): Its entities.
    missing (List[Tuple[int, int]]): Parts without annotation.
    sentences (Optional[List[int]]): Where sentences start, if known.
    tokens (Optional[List[Tuple[int, int]]]): Its tokens, if given.
    answer (str): Prodigy's verdict on the record.
    annotated_labels (Optional[List[str]]): The labels that it is annotated for; None: all.
    user_data (Dict[str, Any]): Its `id` and `meta`, if given.
    """

    text: str
    spans: List[CharSpan]
    missing: List[Tuple[int, int]] = field(default_factory=list)
    sentences: Optional[List[int]] = None
    tokens: Optional[List[Tuple[int, int]]] = None
    answer: str = "accept"
    annotated_labels: Optional[List[str]] = None
    user_data: Dict[str, Any] = field(default_factory=dict)


def parse_record(given: Any) -> Record:
    """Read a JSON object.

    given (Any): What a line of JSON says.
    RETURNS (Record): The same in one form.
    RAISES (ValueError, KeyError, TypeError): If it is not of one of the known forms.
    """
    if not isinstance(given, dict):
        raise ValueError(Errors.RECORD_TYPE.format(type=type(given).__name__))
    text = given.get("text", given.get("data"))
    if not isinstance(text, str):
        raise ValueError(Errors.RECORD_TEXT.format(value=text))
    answer = given.get("answer", "accept")
    if answer not in ANSWERS:
        known = ", ".join(ANSWERS)
        raise ValueError(Errors.RECORD_ANSWER.format(value=answer, known=known))
    record = Record(text, _spans(given, len(text)) if answer == "accept" else [], answer=answer)
    record.missing = [_range(pair, len(text)) for pair in given.get("missing", [])]
    if "sentences" in given:
        record.sentences = [_range(pair, len(text))[0] for pair in given["sentences"]]
    if "tokens" in given:
        tokens = [(token["start"], token["end"]) for token in given["tokens"]]
        record.tokens = [_range(pair, len(text)) for pair in tokens]
    if "annotated_labels" in given:
        record.annotated_labels = _labels(given["annotated_labels"])
    record.user_data = {key: given[key] for key in ("id", "meta") if key in given}
    return record


def _spans(given: Dict[str, Any], length: int) -> List[CharSpan]:
    key = next((key for key in SPAN_KEYS if key in given), None)
    if key is None:
        raise ValueError(Errors.RECORD_SPANS.format(keys=", ".join(SPAN_KEYS)))
    if key == "spans":
        triples = [(span["start"], span["end"], span["label"]) for span in given[key]]
    elif key == "entities":
        names = ("start_offset", "end_offset", "label")
        triples = [tuple(span[name] for name in names) for span in given[key]]
    else:
        triples = [(start, end, label) for start, end, label in given[key]]
    for *_, label in triples:
        if not (isinstance(label, str) and label):
            raise ValueError(Errors.RECORD_LABEL.format(label=label))
    return [CharSpan(*_range((start, end), length), label) for start, end, label in triples]


def _labels(given: Any) -> List[str]:
    if not isinstance(given, list) or not all(isinstance(it, str) and it for it in given):
        raise ValueError(Errors.RECORD_LABELS.format(value=given))
    return given


def _range(pair: Any, length: int) -> Tuple[int, int]:
    start, end = pair
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length):
        raise ValueError(Errors.OFFSETS.format(start=start, end=end, length=length))
    return start, end
