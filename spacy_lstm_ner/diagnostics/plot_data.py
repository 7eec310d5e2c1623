"""Lengths and labels of data files, side by side."""

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Callable, Dict, Iterable, List, NamedTuple

from spacy.tokens import Doc

from ..errors import Errors
from .plots import COLOURS, DASHES, FILLS, HATCHES, draw_svg, legend_above

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDEST = 6  # wider entities are counted together
BINS = 20


class DataStats(NamedTuple):
    """What is counted in one data file.

    lengths (List[int]): Tokens of each document.
    widths (Counter[int]): Entities by their number of tokens.
    labels (Counter[str]): Entities by label.
    """

    lengths: List[int]
    widths: "Counter[int]"
    labels: "Counter[str]"


Panels = Dict[Callable[["Axes", Dict[str, DataStats]], None], float]  # heights in inches


def count_data(docs: Iterable[Doc]) -> DataStats:
    """Count lengths, widths and labels.

    docs (Iterable[Doc]): Annotated documents.
    RETURNS (DataStats): The counts.
    """
    stats = DataStats([], Counter(), Counter())
    for doc in docs:
        stats.lengths.append(len(doc))
        stats.widths.update(len(ent) for ent in doc.ents)
        stats.labels.update(ent.label_ for ent in doc.ents)
    return stats


def plot_data(stats: Dict[str, DataStats]) -> bytes:
    """Draw document lengths, entity widths and labels of some files, each as shares of the file,
    so that a small file can be held against a large one. Without any entity, only the lengths.

    stats (Dict[str, DataStats]): The counts of each file, by name.
    RETURNS (bytes): An SVG file.
    RAISES (ValueError): If a file holds no documents.
    """
    for name, file in stats.items():
        if not file.lengths:
            raise ValueError(Errors.NO_DOCS.format(name=name))
    n_labels = len(set().union(*(file.labels for file in stats.values())))
    panels: Panels = {_draw_lengths: 2.4 + 0.25 * len(stats)}
    if n_labels:
        panels |= {_draw_widths: 2.6, _draw_labels: 0.8 + n_labels * (0.2 + 0.2 * len(stats))}
    height = 0.4 * (1 + len(panels)) + sum(panels.values())
    draw = partial(_draw, stats=stats, panels=panels)
    return draw_svg(7.5, height, "Lengths and labels of the data", draw)


def _draw(figure: "Figure", stats: Dict[str, DataStats], panels: Panels) -> None:
    heights = list(panels.values())
    rows = figure.subplots(len(panels), height_ratios=heights, squeeze=False)[:, 0]
    for axes, draw in zip(rows, panels):
        draw(axes, stats)


def _draw_lengths(axes: "Axes", stats: Dict[str, DataStats]) -> None:
    longest = max(max(file.lengths) for file in stats.values())
    size = -(-(longest + 1) // BINS)  # whole tokens in a bin, so that none looks fuller by rounding
    edges = list(range(0, longest + size + 1, size))
    for i, (name, file) in enumerate(stats.items()):
        bins = Counter(length // size for length in file.lengths)
        axes.stairs(
            [100 * bins[k] / len(file.lengths) for k in range(len(edges) - 1)],
            edges,
            label=(
                f"{name} ({len(file.lengths):,} documents, {sum(file.lengths):,} words, "
                f"{file.labels.total():,} entities)"
            ),
            color=COLOURS[i % len(COLOURS)],
            linestyle=DASHES[i % len(DASHES)],
            linewidth=1.8,
        )
    axes.set_xlabel("Words in a document")
    axes.set_ylabel("Documents (%)")
    legend_above(axes)


def _draw_widths(axes: "Axes", stats: Dict[str, DataStats]) -> None:
    step = 0.8 / len(stats)
    for i, (name, file) in enumerate(stats.items()):
        capped = Counter({width: file.widths[width] for width in range(1, WIDEST)})
        capped[WIDEST] = file.widths.total() - capped.total()
        axes.bar(
            [width + (i - (len(stats) - 1) / 2) * step for width in range(1, WIDEST + 1)],
            [_percent(capped[width], file.widths.total()) for width in range(1, WIDEST + 1)],
            width=step,
            label=name,
            color=FILLS[i % len(FILLS)],
            hatch=HATCHES[i % len(HATCHES)],
            edgecolor="black",
            linewidth=0.6,
        )
    ticks = [*map(str, range(1, WIDEST)), f"{WIDEST} or more"]
    axes.set_xticks(range(1, WIDEST + 1), labels=ticks)
    axes.set_xlabel("Words in an entity")
    axes.set_ylabel("Entities (%)")
    axes.grid(axis="x", visible=False)
    legend_above(axes)


def _draw_labels(axes: "Axes", stats: Dict[str, DataStats]) -> None:
    total: Counter[str] = Counter()
    for file in stats.values():
        total.update(file.labels)
    order = sorted(total, key=lambda label: (-total[label], label))
    step = 0.8 / len(stats)
    for i, (name, file) in enumerate(stats.items()):
        bars = axes.barh(
            [row + (i - (len(stats) - 1) / 2) * step for row in range(len(order))],
            [_percent(file.labels[label], file.labels.total()) for label in order],
            height=step,
            label=name,
            color=FILLS[i % len(FILLS)],
            hatch=HATCHES[i % len(HATCHES)],
            edgecolor="black",
            linewidth=0.6,
        )
        counts = [f"{file.labels[label]:,}" for label in order]
        axes.bar_label(bars, labels=counts, padding=3, fontsize=9)
    axes.set_yticks(range(len(order)), labels=order)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.margins(x=0.1)
    axes.set_xlabel("Entities (%), with their number")
    axes.grid(axis="y", visible=False)
    legend_above(axes)


def _percent(count: int, total: int) -> float:
    return 100 * count / total if total else 0.0
