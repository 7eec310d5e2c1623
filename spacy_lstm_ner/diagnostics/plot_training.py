"""The learning curve, and what recurrent layers did meanwhile, from a training log."""

from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple

from ..errors import Errors
from .plots import COLOURS, DASHES, MARKERS, draw_svg, legend_above

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Series = Dict[str, List[Tuple[int, float]]]  # points (step, value) by name
CLIPPED = {
    "bptt_clip_rate": "numbers in time",
    "tensor_clip_rate": "tensors",
    "clip_rate": "steps",
}
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
    if not any(panels.values()):
        raise ValueError(Errors.EMPTY_LOG.format(n_records=len(log)))
    return _plot(panels, "Learning curve")


def plot_states(log: List[Dict[str, Any]]) -> Optional[bytes]:
    """Draw how long recurrent layers remember, and how often clipping fires.

    log (List[Dict[str, Any]]): Records with `step` and any of `half_life`, `gate_saturation`,
        `state_rms`, `bptt_clip_rate`, `tensor_clip_rate` and `clip_rate`, as the training logger
        writes them.
    RETURNS (Optional[bytes]): An SVG file; None if no record says anything about hidden states.
    """
    records = [record for record in log if record.get("step") is not None]
    panels = {
        "Half-life (tokens)": _read(records, "half_life", lambda value: {"half-life": value}),
        "Saturated gates (%)": _read(
            records, "gate_saturation", lambda value: {"saturated gates": 100 * value}
        ),
        "RMS of states": _read(records, "state_rms", lambda value: {"states": value}),
    }
    if not any(panels.values()):
        return None
    rates = {key: _read(records, key, lambda value: {"": 100 * value}) for key in CLIPPED}
    panels["Clipped (%)"] = {CLIPPED[key]: found[""] for key, found in rates.items() if found}
    return _plot(panels, "Recurrent layers in training")


def _plot(panels: Dict[str, Series], title: str) -> bytes:
    panels = {title: series for title, series in panels.items() if series}
    return draw_svg(7.5, 0.6 + 2.4 * len(panels), title, partial(_draw, panels=panels))


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
