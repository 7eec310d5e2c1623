"""Where something stands in the data: what every finding points at."""

from dataclasses import dataclass
from typing import Mapping, Sequence

from spacy.tokens import Doc, Span

AROUND = 4  # words of context on each side

PartDocs = Mapping[str, Sequence[Doc]]  # name of a part (train, dev, test) → its Docs


@dataclass(frozen=True)
class Mention:
    """Some words of a document, with the words around them.

    part (str): The part of the data: train, dev or test.
    doc (int): Number of the document in its part, from 1; in a JSONL file its line.
    text (str): The words.
    label (str): Their label, empty if they have none.
    context (str): The words in square brackets between their neighbours.
    """

    part: str
    doc: int
    text: str
    label: str
    context: str


def mention(part: str, number: int, span: Span) -> Mention:
    """Point at a span.

    part (str): The part of the data.
    number (int): Number of the span's document in its part, from 1.
    span (Span): The words.
    RETURNS (Mention): The span as text, with its context.
    """
    doc = span.doc
    left = doc[max(0, span.start - AROUND) : span.start].text_with_ws
    right = doc[span.end : span.end + AROUND].text
    context = f"{left}[{span.text}]{span[-1].whitespace_}{right}"
    return Mention(part, number, span.text, span.label_, context.rstrip(" "))
