"""Examples of what `debug-data` finds, with their context."""

from typing import Optional, Sequence

from wasabi import msg

from ..data.duplicates import Duplicate
from ..data.mentions import Mention
from ..data.report import Report
from .excerpts import clip

WIDTH = 80
INDENT = 2
TITLE = 40  # columns of a string before what is said about it


def show_misfits(report: Report, limit: Optional[int]) -> None:
    """Print the entities that cannot be learned as they stand.

    report (Report): The findings.
    limit (Optional[int]): How many examples of each kind to show, None for all.
    """
    kinds = {
        "Lines that were left out or changed": "unread",
        "Entities that do not fit the tokens": "misaligned",
        "Entities with white space at an edge": "white_space",
        "Entities across a sentence start": "crossing",
    }
    for title, kind in kinds.items():
        found = [place for part in report.misfits.values() for place in getattr(part, kind)]
        if found:
            msg.divider(f"{title}: {len(found)}")
            for place in found[:limit]:
                msg.text(_line(place, text=place.text))
            _show_rest(found, limit)


def show_disagreements(report: Report, limit: Optional[int]) -> None:
    """Print the strings with several labels, and those that lack their label in places.

    report (Report): The findings.
    limit (Optional[int]): How many strings to show, each with its first place; None for all
        strings with all places.
    """
    if report.conflicts:
        msg.divider(f"Strings with several labels: {len(report.conflicts)}")
        for conflict in report.conflicts[:limit]:
            labels = ", ".join(f"{label} {number}×" for label, number in conflict.labels.items())
            _show_string(conflict.text, labels, conflict.fewer, limit)
        _show_rest(report.conflicts, limit)
    if report.unlabelled:
        msg.divider(f"Strings that lack their label in places: {len(report.unlabelled)}")
        for entry in report.unlabelled[:limit]:
            numbers = f"{entry.label} {entry.labelled}×, no label {len(entry.places)}×"
            _show_string(entry.text, numbers, entry.places, limit)
        _show_rest(report.unlabelled, limit)


def show_overlaps(report: Report, limit: Optional[int]) -> None:
    """Print the documents that stand in two parts.

    report (Report): The findings.
    limit (Optional[int]): How many examples of each kind to show, None for all.
    """
    for overlap in report.overlaps:
        names = f"{overlap.part} and {overlap.other}"
        for title, found in ("The same", overlap.exact), ("Nearly the same", overlap.near):
            if found:
                msg.divider(f"{title} in {names}: {len(found)}")
                for double in found[:limit]:
                    msg.text(_double(overlap.part, overlap.other, double))
                _show_rest(found, limit)


def _show_string(text: str, said: str, places: Sequence[Mention], limit: Optional[int]) -> None:
    msg.text(clip(f"{clip(text, TITLE)}: {said}", WIDTH))
    for place in places if limit is None else places[:1]:
        msg.text(" " * INDENT + _line(place))


def _line(place: Mention, text: str = "") -> str:
    """Place, label, text if wanted, and as much context as fits, with the mention in its middle."""
    quoted = f"'{clip(text, TITLE)}'" if text else ""
    said = [place.part, str(place.doc), clip(place.label, 16), quoted]
    head = " ".join(filter(None, said)) + ": "
    line = clip(place.context, len(place.context) * 2)
    room = WIDTH - INDENT - len(head)
    middle = (line.find("[") + line.rfind("]")) // 2
    start = max(0, min(len(line) - room, middle - room // 2))
    return head + line[start : start + room]


def _double(part: str, other: str, double: Duplicate) -> str:
    where = f"{part} {double.doc}, {other} {double.other_doc} ({double.similarity:.2f}): "
    return where + clip(double.text, WIDTH - len(where))


def _show_rest(found: Sequence[object], limit: Optional[int]) -> None:
    if limit is not None and len(found) > limit:
        msg.text(f"… and {len(found) - limit} more (--verbose shows all)")
