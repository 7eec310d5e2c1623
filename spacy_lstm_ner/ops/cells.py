"""Cells by name: all that a recurrent layer has to know about one."""

from functools import partial
from typing import Any, Callable, Dict, NamedTuple, Sequence, Tuple

from . import gru, lstm, rnn
from .gradients import Gradients
from .lstm_predict import prepare_lstm
from .predict import Predictor
from .ways import Way


class Cell(NamedTuple):
    """A recurrent cell. How to add one: CONTRIBUTING.md.

    gates (Tuple[str, ...]): The blocks of nH rows in `Wx` and `Wh`, in their order.
    biases (Tuple[str, ...]): The blocks of nH numbers in `b`, in their order.
    recurrent_init (str): How `Wh` starts, if nobody says how: a name in
        `layers.initializers.RECURRENT_INITS`.
    forward (Callable): `(X, Wx, Wh, b, layout) → (Y, trace)`.
    backprop (Callable): `(dY, Wx, Wh, layout, trace, *, bptt_clip) → Gradients`.
    prepare (Callable): `(ways) → ` what predicts with these weights.
    """

    gates: Tuple[str, ...]
    biases: Tuple[str, ...]
    recurrent_init: str
    forward: Callable[..., Tuple[Any, Any]]
    backprop: Callable[..., Gradients]
    prepare: Callable[[Sequence[Way]], Predictor]


def _rnn(activation: rnn.Activation, recurrent_init: str) -> Cell:
    return Cell(
        rnn.GATES,
        rnn.GATES,
        recurrent_init,
        partial(rnn.rnn, activation),
        partial(rnn.backprop_rnn, activation),
        partial(rnn.prepare_rnn, activation),
    )


CELLS: Dict[str, Cell] = {
    "lstm": Cell(lstm.GATES, lstm.GATES, "orthogonal", lstm.lstm, lstm.backprop_lstm, prepare_lstm),
    "gru": Cell(
        gru.GATES, (*gru.GATES, "q"), "orthogonal", gru.gru, gru.backprop_gru, gru.prepare_gru
    ),
    "rnn": _rnn(rnn.TANH, "orthogonal"),
    "irnn": _rnn(rnn.RELU, "identity"),
}
