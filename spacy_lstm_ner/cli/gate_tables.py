"""The gates and the longest memories of a recurrent layer, on 80 columns."""

import numpy
from wasabi import msg

from ..diagnostics.gates import GATES, half_lives, keeping_gate, longest_first, saturation
from ..diagnostics.plot_gates import format_tokens, title_of
from ..diagnostics.trace import LayerTrace
from ..errors import Warnings

SHOWN = 5  # units


def print_layer(layer: LayerTrace) -> None:
    """Print how open its gates are, and which of its units remember longest.

    layer (LayerTrace): The layer.
    """
    msg.divider(title_of(layer))
    gates = {name: rows for name, rows in layer.arrays.items() if name in GATES}
    keep = keeping_gate(layer.arrays)
    if keep is None:
        msg.info(Warnings.NO_KEEPING_GATE.format(cell=layer.cell))
        return
    msg.table(
        [(name, f"{rows.mean():.2f}", f"{saturation(rows):.0%}") for name, rows in gates.items()],
        header=("gate", "mean", "saturated"),
        aligns=("l", "r", "r"),
    )
    (keeps,) = (name for name, rows in gates.items() if rows is keep)
    lives = half_lives(keep)
    msg.text(f"Median half-life: {format_tokens(float(numpy.median(lives)))} tokens. The longest:")
    msg.table(
        [
            (
                str(unit),
                format_tokens(float(lives[unit])),
                *(f"{rows[:, unit].mean():.2f}" for rows in gates.values()),
                f"{saturation(keep[:, unit]):.0%}",
            )
            for unit in longest_first(layer.arrays)[:SHOWN].tolist()
        ],
        header=("unit", "half-life", *(f"mean {name}" for name in gates), f"{keeps} saturated"),
        aligns=("r",) * (3 + len(gates)),
    )
