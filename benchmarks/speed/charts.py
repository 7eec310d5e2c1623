"""Results as figures."""

import math
from functools import partial
from typing import TYPE_CHECKING, Dict, List, Mapping

from spacy_lstm_ner.diagnostics.plots import COLOURS, DASHES, MARKERS, draw_svg

from .results import Curve, Result, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_ratios(results: Mapping[str, Result]) -> bytes:
    """All ratios of which something is asked, with their quartiles and what they have to be.

    results (Mapping[str, Result]): By the name of the case.
    RETURNS (bytes): An SVG file.
    """
    rows = [row for result in results.values() for row in result.rows]
    rows = [row for row in rows if row.ratio is not None and row.target is not None]
    height = 1.2 + 0.55 * len(rows)
    return draw_svg(9, height, "Speed beside rivals", partial(_draw_ratios, rows=rows))


def draw_growth(curves: List[Curve]) -> bytes:
    """Time and memory against what grows, on logarithmic axes.

    curves (List[Curve]): At least one.
    RETURNS (bytes): An SVG file.
    """
    axes: Dict[str, List[Curve]] = {}
    for curve in curves:
        axes.setdefault(curve.axis, []).append(curve)
    return draw_svg(9, 1 + 2.2 * len(axes), "Growth", partial(_draw_growth, by_axis=axes))


def _draw_ratios(figure: "Figure", rows: List[Row]) -> None:
    axes = figure.subplots()
    places = range(len(rows))
    for place, row in zip(places, rows):
        if row.ratio is None or row.target is None:
            continue
        low, high = row.ratio.median - row.ratio.low, row.ratio.high - row.ratio.median
        axes.errorbar(
            row.ratio.median,
            place,
            xerr=[[low], [high]],
            fmt="o" if row.holds else "X",
            capsize=4,
            color=COLOURS[2] if row.holds else COLOURS[1],
        )
        axes.plot(row.target, place, "|", markersize=16, color=COLOURS[0])
    axes.axvline(1, color=COLOURS[5], linewidth=1)
    axes.set_xscale("log")
    ticks = [0.5, 1, 2, 3, 5, 10, 20, 50]
    axes.set_xticks(ticks, [f"{tick:g}×" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(places, [f"{row.name}\nbeside {row.rival}" for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("times as fast\n● reached, ✖ missed, with quartiles; | has to be")


def _draw_growth(figure: "Figure", by_axis: Dict[str, List[Curve]]) -> None:
    grid = figure.subplots(len(by_axis), 2, squeeze=False)
    for (axis, curves), pair in zip(by_axis.items(), grid):
        for what, axes in zip(("seconds", "megabytes"), pair):
            for index, curve in enumerate(curves):
                axes.plot(
                    [point.size for point in curve.points],
                    [
                        max(getattr(point, what), 0.1 * (what == "megabytes"))
                        for point in curve.points
                    ],
                    color=COLOURS[index],
                    linestyle=DASHES[index],
                    marker=MARKERS[index],
                    markersize=4,
                    label=f"{curve.name}, exponent {curve.exponent:.2f}",
                )
            axes.set_xscale("log")
            axes.set_yscale("log")
            low, high = (math.log10(limit) for limit in axes.get_ylim())
            axes.set_ylim(10 ** math.floor(low), 10 ** math.ceil(high))  # whole decades
            axes.set_xlabel(axis)
            axes.set_ylabel({"seconds": "seconds", "megabytes": "MB on top"}[what])
        pair[0].legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize=8, borderaxespad=0.2)
