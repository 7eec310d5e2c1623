"""The learning curve, from a training log."""

from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Tuple

from ..errors import Errors
from .plots import COLOURS, DASHES, MARKERS, draw_svg, legend_above

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Series = Dict[str, List[Tuple[int, float]]]  # points (step, value) by name
SCORES = (("F", "ents_f"), ("P", "ents_p"), ("R", "ents_r"))


def plot_training(log: List[Dict[str, Any]]) -> bytes:
    """Draw scores, losses and gradients against the steps of a training.

    log (List[Dict[str, Any]]): Records with `step` and any of `score`, `other_scores`, `losses`,
        `grad_norm` and `clip_rate`. What a record lacks is left out; a panel without any point too.
    RETURNS (bytes): An SVG file.
    RAISES (ValueError): If no record has a step and something to draw.
    """
    records = [record for record in log if record.get("step") is not None]
    panels = {
        "Score on dev (%)": _scores(records),
        "Loss": _read(records, "losses", lambda value: value),
        "Gradient norm": _read(records, "grad_norm", lambda value: {"gradient norm": value}),
        "Steps clipped (%)": _read(
            records, "clip_rate", lambda value: {"share of clipped steps": 100 * value}
        ),
    }
    panels = {title: series for title, series in panels.items() if series}
    if not panels:
        raise ValueError(Errors.EMPTY_LOG.format(n_records=len(log)))
    height = 0.6 + 2.4 * len(panels)
    return draw_svg(7.5, height, "Learning curve", partial(_draw, panels=panels))


def _scores(records: List[Dict[str, Any]]) -> Series:
    """Entity scores by their letters; where there are none, the score of the training."""

    def pick(scores: Dict[str, Any]) -> Dict[str, Any]:
        return {name: scores[key] for name, key in SCORES if key in scores}

    found = _read(records, "other_scores", pick)
    found = found or _read(records, "score", lambda value: {"score": value})
    return {name: [(step, 100 * value) for step, value in points] for name, points in found.items()}


def _read(
    records: List[Dict[str, Any]], key: str, values: Callable[[Any], Dict[str, Any]]
) -> Series:
    found: Series = {}
    for record in records:
        if record.get(key) is None:
            continue
        for name, value in values(record[key]).items():
            if value is not None:
                found.setdefault(name, []).append((record["step"], value))
    return found


def _draw(figure: "Figure", panels: Dict[str, Series]) -> None:
    rows = figure.subplots(len(panels), sharex=True, squeeze=False)[:, 0]
    for axes, (title, series) in zip(rows, panels.items()):
        for i, (name, points) in enumerate(series.items()):
            axes.plot(
                *zip(*points),
                label=name,
                color=COLOURS[i % len(COLOURS)],
                linestyle=DASHES[i % len(DASHES)],
                marker=MARKERS[i % len(MARKERS)],
                markersize=4,
            )
        axes.set_ylabel(title)
        axes.set_ylim(bottom=0)
        if len(series) > 1 or title == "Loss":
            legend_above(axes)
    rows[-1].set_xlabel("Step")
    figure.align_ylabels()
