"""The kernels of the recurrent layer on batches of other shapes: which one suits which."""

from functools import partial
from typing import Dict, List

from .encoders import OURS, kernels, make_encoder, make_inputs
from .pairing import take_turns, timed
from .results import Rival, Row, speed_row
from .texts import sentence_lengths

SHAPES: Dict[str, List[int]] = {
    "1 text of 15 tokens": [15],
    "1 text of 150 tokens": [150],
    "1 text of 1,500 tokens": [1500],
    "16 sentences": sentence_lengths(16),
    "64 sentences": sentence_lengths(64),
    "256 sentences": sentence_lengths(256),
    "10 texts of 500 to 2,000 tokens": list(range(500, 2001, 160)),
}


def shape_rows(rounds: int) -> List[Row]:
    """Each kernel beside numpy's on batches of several shapes.

    rounds (int): How often.
    RETURNS (List[Row]): A row for each shape and kernel.
    """
    models = {f"kernel {kernel}": make_encoder(OURS, kernel=kernel) for kernel in kernels()}
    rows: List[Row] = []
    for shape, lengths in SHAPES.items():
        Xs, words = make_inputs(lengths), sum(lengths)
        runs = {name: partial(model.predict, Xs) for name, model in models.items()}
        found = take_turns(timed(runs, at_least=0.03), rounds)
        seconds = {name: [s / words for s in found[name]] for name in found}
        numpys = Rival("kernel numpy", seconds["kernel numpy"])
        for name in found:
            rival = None if name == numpys.name else numpys
            rows.append(speed_row(f"{shape}: {name}", seconds[name], rival))
    return rows
