"""Reliability diagrams: how often spans are right, against how confident the component is."""

from functools import partial
from typing import TYPE_CHECKING, Dict, List, Tuple

from .plots import COLOURS, DASHES, MARKERS, draw_svg, legend_above

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = List[Tuple[float, float]]  # mean confidence and share of right spans, of each bin
Panels = Dict[str, Dict[str, Points]]


def plot_calibration(panels: Panels) -> bytes:
    """Draw reliability diagrams side by side. Points on the diagonal are what they say; points
    below it are too confident.

    panels (Panels): Under each title, a line for each name.
    RETURNS (bytes): An SVG file.
    """
    width = 0.4 + 4.1 * len(panels)
    return draw_svg(width, 4.3, "Reliability diagram", partial(_draw, panels=panels))


def _draw(figure: "Figure", panels: Panels) -> None:
    row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, lines) in zip(row, panels.items()):
        axes.plot([0, 100], [0, 100], color="#999999", linewidth=1)
        for i, (name, points) in enumerate(lines.items()):
            axes.plot(
                [100 * confidence for confidence, _ in points],
                [100 * accuracy for _, accuracy in points],
                label=name,
                color=COLOURS[i % len(COLOURS)],
                linestyle=DASHES[i % len(DASHES)],
                marker=MARKERS[i % len(MARKERS)],
                markersize=5,
                clip_on=False,  # whole markers at the edges
            )
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_aspect("equal")
        axes.set_xlabel(f"Confidence of {title} (%)")
        legend_above(axes)
    row[0].set_ylabel("Right (%)")
