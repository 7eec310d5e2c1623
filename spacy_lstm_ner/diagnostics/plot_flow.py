"""Curves of the flow of gradients, on a log scale."""

from functools import partial
from typing import TYPE_CHECKING, Dict, Sequence

import numpy

from ..types import Floats1d
from .plots import COLOURS, DASHES, MARKERS, draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOWEST, HIGHEST = 1e-8, 1e4  # what is beyond tells no more than that it is beyond
Panels = Dict[str, Dict[str, Sequence[Floats1d]]]


def plot_flow(panels: Panels, columns: Sequence[str]) -> bytes:
    """Draw curves, one row of panels for each title and one column for each time of measurement. A
    curve ends where it reaches zero.

    panels (Panels): Under each title the curves by name, one for each column; fewer where a model
        could not be measured.
    columns (Sequence[str]): When it was measured.
    RETURNS (bytes): An SVG file.
    """
    width, height = 3.4 + 3.2 * len(columns), 0.8 + 2.1 * len(panels)
    draw = partial(_draw, panels=panels, columns=columns)
    return draw_svg(width, height, "Flow of gradients back in time", draw)


def _draw(figure: "Figure", panels: Panels, columns: Sequence[str]) -> None:
    grid = figure.subplots(len(panels), len(columns), sharex=True, sharey="row", squeeze=False)
    for row, (title, curves) in zip(grid, panels.items()):
        for i, (name, by_time) in enumerate(curves.items()):
            for axes, curve in zip(row, by_time):
                axes.plot(
                    numpy.where(curve > 0, curve, numpy.nan),
                    label=name,
                    color=COLOURS[i % len(COLOURS)],
                    linestyle=DASHES[i % len(DASHES)],
                    marker=MARKERS[i % len(MARKERS)],
                    markevery=(2 * i, 10),  # not on top of one another
                    markersize=5,
                )
        _set_scale(row, curves)
        row[0].set_title(title, loc="left", fontsize=11, fontweight="bold")
        handles, names = row[0].get_legend_handles_labels()
        row[-1].legend(handles, names, loc="upper left", bbox_to_anchor=(1.0, 1.05))
    for axes, when in zip(grid[0], columns):
        axes.set_title(when, loc="right", fontsize=11)
    for axes in grid[-1]:
        axes.set_xlabel("k, tokens back")
    figure.supylabel(
        "‖∂loss(t)/∂h(t−k)‖ (cell c: ∂c), relative to k = 0 of the highest layer", fontsize=11
    )


def _set_scale(row: Sequence, curves: Dict[str, Sequence[Floats1d]]) -> None:
    values = numpy.concatenate([curve for by_time in curves.values() for curve in by_time])
    values = numpy.append(values[values > 0].clip(LOWEST, HIGHEST), 1.0)
    low, high = numpy.floor(numpy.log10(values.min())), numpy.ceil(numpy.log10(values.max() * 1.5))
    for axes in row:
        axes.set_yscale("log")
        axes.set_ylim(10 ** min(low, -2), 10**high)
