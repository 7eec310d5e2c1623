"""Bars of precision, recall and F for each label, from a metrics file."""

from functools import partial
from typing import TYPE_CHECKING, Any, Dict

from ..errors import Errors
from .plots import FILLS, HATCHES, draw_svg, legend_above

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = {"p": "precision", "r": "recall", "f": "F"}


def plot_labels(metrics: Dict[str, Any]) -> bytes:
    """Draw the scores of each label, the most frequent first.

    metrics (Dict[str, Any]): As `spacy lstm-ner evaluate` or `spacy evaluate` writes them. The
        latter do not say how many gold entities there are, and the figure does not either.
    RETURNS (bytes): An SVG file.
    RAISES (ValueError): If there are no scores for labels.
    """
    scores = metrics.get("ents_per_type")
    if not scores:
        raise ValueError(Errors.NO_LABEL_SCORES.format(keys=", ".join(metrics) or "none"))
    support = {
        label: counts["gold"] for label, counts in metrics.get("counts_per_type", {}).items()
    }
    order = sorted(scores, key=lambda label: (-support.get(label, 0), label))
    rows = {
        f"{label}\n{support[label]:,} gold" if label in support else label: scores[label]
        for label in order
    }
    height = 1.2 + 0.75 * len(rows)
    return draw_svg(7.5, height, "Scores of each label", partial(_draw, rows=rows))


def _draw(figure: "Figure", rows: Dict[str, Dict[str, float]]) -> None:
    axes = figure.subplots()
    for i, (key, name) in enumerate(NAMES.items()):
        bars = axes.barh(
            [row + (i - 1) * 0.27 for row in range(len(rows))],
            [100 * prf[key] for prf in rows.values()],
            height=0.27,
            label=name,
            color=FILLS[i],
            hatch=HATCHES[i],
            edgecolor="black",
            linewidth=0.6,
        )
        axes.bar_label(bars, fmt="%.1f", padding=3, fontsize=9)
    axes.set_yticks(range(len(rows)), labels=list(rows))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 108)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("Score (%)")
    axes.grid(axis="y", visible=False)
    legend_above(axes)
