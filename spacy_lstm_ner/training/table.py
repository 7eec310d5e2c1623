"""The table that training prints: spaCy's columns, and what a recurrent net wants watched."""

from typing import Any, Dict, Optional, Sequence

import wasabi

SPACING = 2
WATCHED = ("GRAD", "CLIP", "WPS")


class Table:
    """Rows of text for one training run."""

    def __init__(self, pipes: Sequence[str], scores: Sequence[str]) -> None:
        """Set the columns.

        pipes (Sequence[str]): Components whose losses are shown.
        scores (Sequence[str]): Scores that are shown.
        """
        self.pipes = pipes
        self.scores = scores
        losses = [f"LOSS {pipe.upper()}" for pipe in pipes]
        self.titles = ["E", "#", *losses, *(score.upper() for score in scores), "SCORE", *WATCHED]
        least = [3, 6, *(8 for _ in losses), *(6 for _ in scores), 6, 8, 5, 6]
        self.widths = [max(width, len(title)) for width, title in zip(least, self.titles)]

    def header(self) -> str:
        """The titles and a rule under them."""
        titles = wasabi.row(self.titles, widths=self.widths, spacing=SPACING)
        rule = wasabi.row(["-" * width for width in self.widths], spacing=SPACING)
        return f"{titles}\n{rule}\n"

    def row(self, row: Dict[str, Any]) -> str:
        """One evaluation.

        row (Dict[str, Any]): The object that goes to the log file.
        RETURNS (str): A line.
        """
        scores = row["other_scores"]
        cells = [
            str(row["epoch"]),
            str(row["step"]),
            *(_number(row["losses"].get(pipe, 0.0), ".2f") for pipe in self.pipes),
            *(_score(name, scores.get(name, 0.0)) for name in self.scores),
            _score("score", row["score"]),
            _number(row["grad_norm"], ".3g"),
            _number(row["clip_rate"], ".2f"),
            _number(row["speed"], ".0f"),
        ]
        return wasabi.row(cells, widths=self.widths, aligns="r", spacing=SPACING) + "\n"


def _number(value: Optional[float], form: str) -> str:
    return "-" if value is None else format(value, form)


def _score(name: str, value: Optional[float]) -> str:
    # As in spaCy's table, a rate is shown in percent; only the weighted score is left as it is.
    if value is not None and name not in ("speed", "score"):
        value *= 100
    return _number(value, ".2f")
