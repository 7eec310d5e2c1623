"""What could not be taken over from a file as it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Literal

Kind = Literal[
    "misaligned",  # a span, or the start of a sentence, that does not fit the tokens
    "overlapping",  # a span over another one
    "illegal tag",  # repaired, or counted as missing annotation
    "bad encoding",  # bytes that are no text
    "unreadable",  # a line or record that was left out
    "skipped",  # left out on purpose: rejected records, cut-off sentences
    "changed",  # something that the output's format cannot hold
]


@dataclass(frozen=True)
class Problem:
    """Something that was repaired, left out or changed on the way from a file, or into one.

    kind (str): What is counted together.
    path (Path): The file.
    line (int): Its line, from 1; of what is written, the Doc's number, from 1.
    text (str): The text in question.
    message (str): What is wrong with it and what was done.
    label (str): The label of a span; empty for everything else.
    context (str): A span's tokens in square brackets between their neighbours; empty likewise.
    """

    kind: Kind
    path: Path
    line: int
    text: str
    message: str
    label: str = ""
    context: str = ""


Report = Callable[[Problem], None]
