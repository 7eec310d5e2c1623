"""Cells by name: all that a recurrent layer has to know about one."""

from typing import Any, Callable, Dict, NamedTuple, Sequence, Tuple

from .lstm import GATES, backprop_lstm, lstm
from .lstm_predict import prepare_lstm
from .ways import Way


class Cell(NamedTuple):
    """A recurrent cell. To add one, write its two passes and its prediction in `ops/` and list it
    in `CELLS`.

    gates (Tuple[str, ...]): The blocks of nH rows in `Wx`, `Wh` and `b`, in their order.
    forward (Callable): `(X, Wx, Wh, b, layout) → (Y, trace)`.
    backprop (Callable): `(dY, Wx, Wh, layout, trace, *, bptt_clip) → (dX, dWx, dWh, db)`.
    prepare (Callable): `(ways) → ` what predicts with these weights, an object with the methods of
        `ops.lstm_predict.LSTMPredictor`.
    """

    gates: Tuple[str, ...]
    forward: Callable[..., Tuple[Any, Any]]
    backprop: Callable[..., Tuple[Any, Any, Any, Any]]
    prepare: Callable[[Sequence[Way]], Any]


CELLS: Dict[str, Cell] = {"lstm": Cell(GATES, lstm, backprop_lstm, prepare_lstm)}
