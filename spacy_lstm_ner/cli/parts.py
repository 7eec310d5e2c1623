"""Scores and kinds of error of the parts of the data, on 80 columns."""

from typing import Dict, Iterable

from wasabi import msg

from ..evaluation.compare import ERRORS, Kind
from ..evaluation.page import percent
from ..evaluation.page_tables import PartRow
from .excerpts import clip

WIDTH = 80
NAME, SHORT_NAME = 16, 8  # columns of a name at most, and where numbers are long
HEADS: Dict[Kind, str] = {
    "correct": "corr",
    "label": "lab",
    "boundary": "bnd",
    "both": "both",
    "split": "spl",
    "merged": "merg",
    "missed": "miss",
    "spurious": "spur",
}


def print_parts(rows: Iterable[PartRow]) -> None:
    """Print a table.

    rows (Iterable[PartRow]): Its rows.
    """
    rows, shown = list(rows), ("gold", "predicted", "correct", *ERRORS)
    header = ("P", "R", "F", "gold", "pred", *(HEADS[kind] for kind in ("correct", *ERRORS)))
    numbers = [
        (
            *(percent(row.scores.get(key)) for key in "prf"),
            *(str(row.counts[key]) for key in shown),
        )
        for row in rows
    ]
    taken = sum(1 + max(map(len, column)) for column in zip(header, *numbers))
    width = min(NAME, max(SHORT_NAME, WIDTH - taken))
    msg.table(
        [(clip(row.name, width), *cells) for row, cells in zip(rows, numbers)],
        header=("", *header),
        aligns=("l", *"r" * len(header)),
        spacing=1,
    )
