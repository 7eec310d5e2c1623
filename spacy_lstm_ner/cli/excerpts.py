"""Texts from outside on a terminal: cut where they are long, nothing in them steers it."""

import re
from itertools import groupby
from typing import Collection, Iterable

from ..evaluation.page import Mark

WHOLE = 400  # characters of a text that is shown from end to end
CONTEXT = 40  # characters on each side of what a longer one is cut around
ENTITY = 40  # characters of an entity in it
LINE = 800  # characters of an excerpt at most

# Control characters, line separators, overrides of the reading direction, halves of characters.
_STEERING = re.compile(r"[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def clip(text: str, width: int) -> str:
    """Put a text on one line, and cut it where it is too long.

    text (str): The text.
    width (int): How many characters to keep.
    RETURNS (str): The text; line breaks and other control characters are written out, as `\\n`.
    """
    line = _STEERING.sub(lambda char: char[0].encode("unicode_escape").decode(), text)
    return line if len(line) <= width else line[: width - 1] + "…"


def cut_middle(text: str, width: int) -> str:
    """Cut a text where it is too long, so that both its ends are left.

    text (str): The text.
    width (int): How many characters to keep.
    RETURNS (str): The text.
    """
    half = (width - 1) // 2
    return text if len(text) <= width else f"{text[:half]}…{text[-half:]}"


def excerpt(text: str, marks: Iterable[Mark], around: Collection[Mark]) -> str:
    """A text on one line with its entities in brackets, each with its label.

    text (str): The text. If it is longer than `WHOLE`, only `CONTEXT` around some entities is
        shown, and of each entity at most `ENTITY`.
    marks (Iterable[Mark]): The entities.
    around (Collection[Mark]): Those whose surroundings are shown of a long text.
    RETURNS (str): At most `LINE` characters, "…" for what is left out.
    """
    is_long = len(text) > WHOLE
    kept = bytearray([not is_long]) * len(text)
    for mark in around:
        start, end = max(0, mark.start - CONTEXT), min(len(text), mark.end + CONTEXT)
        kept[start:end] = b"\1" * (end - start)

    def between(start: int, end: int) -> str:
        runs = groupby(range(start, end), key=kept.__getitem__)
        return "".join("".join(text[i] for i in run) if is_kept else "…" for is_kept, run in runs)

    parts, done = [], 0
    for mark in sorted(mark for mark in marks if any(kept[mark.start : mark.end])):
        name = text[mark.start : mark.end]
        shown = cut_middle(name, ENTITY) if is_long else name
        parts.append(f"{between(done, mark.start)}[{shown} {mark.label}]")
        done = max(done, mark.end)  # two predictions may lie in one gold token
    line = "".join([*parts, between(done, len(text))])
    return clip(" ".join(line.split()), LINE)
