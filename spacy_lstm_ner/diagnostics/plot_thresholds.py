"""Precision against recall while a threshold rises, and where it was set."""

from functools import partial
from typing import TYPE_CHECKING, Dict, List, NamedTuple, Tuple

from .plots import COLOURS, draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 3


class Curve(NamedTuple):
    """One precision-recall curve.

    points (List[Tuple[float, float]]): Recall and precision at each threshold.
    chosen (Tuple[float, float]): Recall and precision with the chosen thresholds.
    note (str): What was chosen.
    """

    points: List[Tuple[float, float]]
    chosen: Tuple[float, float]
    note: str


def plot_thresholds(curves: Dict[str, Curve]) -> bytes:
    """Draw precision-recall curves, one panel each, with the chosen point marked.

    curves (Dict[str, Curve]): The curves by title.
    RETURNS (bytes): An SVG file.
    """
    n_rows = -(-len(curves) // COLUMNS)
    draw = partial(_draw, curves=curves, n_rows=n_rows)
    return draw_svg(8.4, 0.4 + 2.7 * n_rows, "Precision and recall by threshold", draw)


def _draw(figure: "Figure", curves: Dict[str, Curve], n_rows: int) -> None:
    grid = figure.subplots(n_rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for axes, (title, curve) in zip(panels, curves.items()):
        recall, precision = ([100 * point[k] for point in curve.points] for k in (0, 1))
        axes.plot(recall, precision, color=COLOURS[0], linewidth=1.4)
        axes.plot(
            *([100 * value] for value in curve.chosen),
            marker="o",
            markersize=9,
            markerfacecolor="none",
            markeredgecolor=COLOURS[1],
            markeredgewidth=2,
            linestyle="",
            clip_on=False,  # whole markers at the edges
            label="chosen",
        )
        axes.set_title(f"{title}: {curve.note}", fontsize=10, loc="left")
        axes.set_xlim(0, 102)
        axes.set_ylim(0, 102)
        axes.set_xticks(range(0, 101, 25))
        axes.set_yticks(range(0, 101, 25))
    panels[0].legend(loc="lower left")
    for axes in panels[len(curves) :]:
        axes.set_visible(False)
    for i, axes in enumerate(panels[: len(curves)]):
        if i + COLUMNS >= len(curves):
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("Recall (%)")
        if i % COLUMNS == 0:
            axes.set_ylabel("Precision (%)")
