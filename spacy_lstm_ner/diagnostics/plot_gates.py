"""Gates and states of one recurrent layer over the tokens of a text."""

import math
from functools import partial
from typing import TYPE_CHECKING, Dict, Sequence, Tuple

from ..types import Ints1d
from .gates import GATES, half_lives, keeping_gate, longest_first
from .heat_maps import draw_heat_map, greatest, short
from .plots import draw_svg
from .trace import LayerTrace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# In each row of panels, a gate and what passes it.
_PLAIN = (("h",),)
PANELS: Dict[str, Tuple[Tuple[str, ...], ...]] = {
    "lstm": (("i", "g"), ("f", "c"), ("o", "h")),
    "gru": (("r", "n"), ("z", "h")),
    "rnn": _PLAIN,
    "irnn": _PLAIN,
}
NAMES = {
    "i": "i, input gate: share that is written",
    "f": "f, forget gate: share that is kept",
    "o": "o, output gate: share that is shown",
    "g": "g, candidate: what is there to write",
    "c": "c, cell: what is remembered",
    "r": "r, reset gate: share of the past in n",
    "z": "z, update gate: share that is kept",
    "n": "n, candidate: what is there to write",
    "h": "h, hidden state: what is passed on",
}
WAYS = {"l2r": "reads from the first token", "r2l": "reads from the last token"}
TANHS = "gn"  # between -1 and 1


def plot_gates(words: Sequence[str], layer: LayerTrace, n_units: int = 30) -> bytes:
    """Draw heat maps of a layer's gates and states, units by tokens; the units with the longest
    half-life come first (see `gates.longest_first`).

    words (Sequence[str]): The tokens to show, from the first one of the text.
    layer (LayerTrace): The layer.
    n_units (int): Units to show, at most.
    RETURNS (bytes): An SVG file.
    """
    panels = PANELS[layer.cell]
    order = longest_first(layer.arrays)[:n_units]
    width = 1.3 + len(panels[0]) * (1.1 + max(0.19 * len(words), 2.2))
    height = 0.7 + len(panels) * (1.4 + max(0.115 * len(order), 1.0))
    draw = partial(_draw, words=words, layer=layer, order=order)
    return draw_svg(width, height, f"Gates of {title_of(layer)}", draw)


def title_of(layer: LayerTrace) -> str:
    """Which layer it is, for a reader.

    layer (LayerTrace): The layer.
    RETURNS (str): Component, level, cell and direction.
    """
    return f"{layer.component}, layer {layer.level}, {layer.cell} {layer.direction}"


def _draw(figure: "Figure", words: Sequence[str], layer: LayerTrace, order: Ints1d) -> None:
    panels = PANELS[layer.cell]
    labels, kind = _unit_labels(layer, order)
    title = f"{title_of(layer)}\n{WAYS[layer.direction]}"
    figure.suptitle(title, fontsize=11, parse_math=False)
    grid = figure.subplots(len(panels), len(panels[0]), squeeze=False)
    for axes_row, names in zip(grid, panels):
        for axes, name in zip(axes_row, names):
            values = layer.arrays[name][: len(words), order].T
            limit = None if name in GATES else 1.0 if name in TANHS else greatest(values)
            rows = labels if name == names[0] else ()
            draw_heat_map(axes, values, short(words), rows, limit=limit, title=NAMES[name])
            axes.tick_params(axis="y", labelsize=6.5)
        axes_row[0].set_ylabel(kind)


def _unit_labels(layer: LayerTrace, order: Ints1d) -> Tuple[Sequence[str], str]:
    keep = keeping_gate(layer.arrays)
    if keep is None:
        return [str(unit) for unit in order], "Unit, largest states first"
    lives = half_lives(keep)[order]
    labels = [f"{unit}: {format_tokens(life)}" for unit, life in zip(order, lives.tolist())]
    return labels, "Unit: half-life in tokens"


def format_tokens(life: float) -> str:
    """A half-life in few characters.

    life (float): In tokens.
    RETURNS (str): With one decimal below 100; from 1000 on, the infinite one included, "> 999".
    """
    if math.isinf(life) or life >= 999.5:
        return "> 999"
    return f"{life:.1f}" if life < 100 else f"{life:.0f}"
