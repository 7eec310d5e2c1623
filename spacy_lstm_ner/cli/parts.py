"""Scores and kinds of error of the parts of the data, on 80 columns."""

from typing import Dict, Iterable

from wasabi import msg

from ..evaluation.compare import ERRORS, Kind
from ..evaluation.page import percent
from ..evaluation.page_tables import PartRow
from .debug_examples import clip

NAME = 16  # columns of the first column at most
HEADS: Dict[Kind, str] = {
    "correct": "corr",
    "label": "label",
    "boundary": "bound",
    "both": "both",
    "split": "split",
    "merged": "merg",
    "missed": "miss",
    "spurious": "spur",
}


def print_parts(rows: Iterable[PartRow]) -> None:
    """Print a table.

    rows (Iterable[PartRow]): Its rows.
    """
    kinds = ("correct", *ERRORS)
    msg.table(
        [
            (
                clip(row.name, NAME),
                *(percent(row.scores.get(key)) for key in "prf"),
                *(row.counts[key] for key in ("gold", *kinds)),
            )
            for row in rows
        ],
        header=("", "P", "R", "F", "gold", *(HEADS[kind] for kind in kinds)),
        aligns=("l", *"r" * (4 + len(kinds))),
        spacing=1,
    )
