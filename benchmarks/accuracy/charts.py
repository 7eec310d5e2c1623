"""Results as a figure."""

from functools import partial
from statistics import mean, stdev
from typing import TYPE_CHECKING, Dict, List

from spacy_lstm_ner.diagnostics.plots import COLOURS, draw_svg

from .rows import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_scores(rows: Dict[str, List[Row]]) -> bytes:
    """F1 on the test part with its spread over seeds, and that of seen and unseen entities.

    rows (Dict[str, List[Row]]): The rows of each corpus; those without test scores are left out.
    RETURNS (bytes): An SVG file.
    """
    tested = {
        corpus: [row for row in of_corpus if row.is_tested] for corpus, of_corpus in rows.items()
    }
    tested = {corpus: of_corpus for corpus, of_corpus in tested.items() if of_corpus}
    height = 1.1 + sum(0.75 + 0.32 * len(of_corpus) for of_corpus in tested.values())
    return draw_svg(8, height, "Entity F1 on test", partial(_draw, rows=tested))


def _draw(figure: "Figure", rows: Dict[str, List[Row]]) -> None:
    if not rows:
        figure.text(0.5, 0.5, "No run has looked at a test part.", ha="center", va="center")
        return
    heights = [1 + len(of_corpus) for of_corpus in rows.values()]
    panels = figure.subplots(
        len(rows), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for axes, (corpus, of_corpus) in zip(panels.flat, rows.items()):
        _draw_corpus(axes, of_corpus)
        axes.set_title(corpus, loc="left", fontsize=11, fontweight="bold")
        axes.tick_params(labelbottom=True)
    bottom = panels.flat[-1]
    bottom.set_xlim(0, 100)
    bottom.set_xlabel("entity F1 on the test part (%)")
    figure.legend(*bottom.get_legend_handles_labels(), loc="outside upper left", ncols=3)


def _draw_corpus(axes: "Axes", rows: List[Row]) -> None:
    places = list(range(len(rows)))
    scores = [row.values("test", "ents_f") for row in rows]
    for part, marker, colour in (("seen", ">", COLOURS[3]), ("unseen", "<", COLOURS[4])):
        axes.plot(
            [mean(row.part_f(part)) for row in rows],
            places,
            marker=marker,
            markersize=6,
            markerfacecolor="none",
            color=colour,
            linestyle="",
            clip_on=False,
            label=f"{part} entities",
        )
    axes.errorbar(
        [mean(values) for values in scores],
        places,
        xerr=[stdev(values) if len(values) > 1 else 0 for values in scores],
        fmt="o",
        capsize=4,
        color=COLOURS[2],
        label="all, ± standard deviation",
    )
    axes.set_yticks(places, [row.name for row in rows], fontsize=9)
    axes.set_ylim(len(rows) - 0.5, -0.5)
