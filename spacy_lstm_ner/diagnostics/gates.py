"""What the gates of a recurrent layer say about its memory."""

import math
from typing import Dict, Optional, Union

import numpy
from thinc.api import to_numpy

from ..ops import gru, lstm
from ..ops.gru import GRUTrace
from ..ops.lstm import LSTMTrace
from ..ops.rnn import RNNTrace
from ..types import Floats1d, Floats2d, FloatsXd, Ints1d

CellTrace = Union[LSTMTrace, GRUTrace, RNNTrace]
GATES = ("i", "f", "o", "r", "z")  # names of arrays with values from 0 to 1
CLOSED, OPEN = 0.1, 0.9  # a gate below or above is saturated: its gradient is small


def arrays_of(trace: CellTrace) -> Dict[str, Floats2d]:
    """Take apart what a cell kept of a training pass.

    trace (CellTrace): The cell's trace.
    RETURNS (Dict[str, Floats2d]): "i", "f", "g", "o", "c" and "h" of an LSTM, "r", "z", "n" and "h"
        of a GRU, "h" of the others; rows as in the trace, on the CPU. *Shape:* `(N, nH)` each.
    """
    found: Dict[str, Floats2d] = {}
    if isinstance(trace, LSTMTrace):
        found.update(zip(lstm.GATES, numpy.split(to_numpy(trace.G), len(lstm.GATES), axis=1)))
        found["c"] = to_numpy(trace.C)
    elif isinstance(trace, GRUTrace):
        found.update(zip(gru.GATES, numpy.split(to_numpy(trace.G), len(gru.GATES), axis=1)))
    found["h"] = to_numpy(trace.Y)
    return found


def keeping_gate(arrays: Dict[str, Floats2d]) -> Optional[Floats2d]:
    """The gate that says which share of the state is kept from one token to the next.

    arrays (Dict[str, Floats2d]): What `arrays_of` gave.
    RETURNS (Optional[Floats2d]): f of an LSTM, z of a GRU; None for cells that have no such gate.
        *Shape:* `(N, nH)`.
    """
    return arrays.get("f", arrays.get("z"))


def half_lives(keep: Floats2d) -> Floats1d:
    """After how many tokens half of what a unit has stored is left. What is stored is multiplied
    by the gate at every token, so the mean to take is the geometric one: ln ½ ÷ mean(ln f).

    keep (Floats2d): What `keeping_gate` gave, at least one row. *Shape:* `(N, nH)`.
    RETURNS (Floats1d): In tokens, in float64: 0 if the gate was ever shut altogether, infinite if
        it was always wide open. *Shape:* `(nH,)`.
    """
    with numpy.errstate(divide="ignore"):
        rates: Floats1d = -numpy.log(keep, dtype="float64").mean(axis=0)
        return math.log(2) / numpy.abs(rates)  # no minus before a zero


def longest_first(arrays: Dict[str, Floats2d]) -> Ints1d:
    """The units of a layer by what they remember: those whose half-life is longest come first, and
    in a cell without a keeping gate, those whose states are largest in the mean.

    arrays (Dict[str, Floats2d]): What `arrays_of` gave, at least one row.
    RETURNS (Ints1d): *Shape:* `(nH,)`.
    """
    keep = keeping_gate(arrays)
    memory = numpy.abs(arrays["h"]).mean(axis=0) if keep is None else half_lives(keep)
    return numpy.argsort(-memory, kind="stable")


def saturation(gate: FloatsXd) -> float:
    """Which share of a gate's values is below 0.1 or above 0.9.

    gate (FloatsXd): Values from 0 to 1 of one gate or several; at least one.
    RETURNS (float): From 0 to 1.
    """
    return float(((gate < CLOSED) | (gate > OPEN)).mean())
