"""The simple recurrent network (Elman 1990) over packed rows, with tanh or ReLU: forward pass and
hand-written backward pass.

At each step, with `h'` from the step before and φ either tanh or ReLU:

    h = φ(Wx x + Wh h' + b)

With ReLU and the identity as `Wh` at the start, this is the IRNN of Le, Jaitly & Hinton (2015).
Names as in `ops/lstm.py`.
"""

from dataclasses import dataclass
from typing import Callable, Optional, Sequence, Tuple

from thinc.api import get_array_module

from ..types import Floats1d, Floats2d, Layout
from .gradients import Gradients, TimeClip
from .predict import Predictor, Read, ReadyWay
from .ways import Way

GATES = ("h",)

# Changes pre-activations, in place, into hidden states; and the slope there, from hidden states.
Activation = Tuple[Callable[[Floats2d], None], Callable[[Floats2d], Floats2d]]


@dataclass(eq=False)
class RNNTrace:
    """What the forward pass keeps for the backward pass. All arrays are packed.

    X (Floats2d): Inputs. *Shape:* `(N, nI)`.
    Y (Floats2d): Hidden states. *Shape:* `(N, nH)`.
    """

    X: Floats2d
    Y: Floats2d


def tanh_in_place(A: Floats2d) -> None:
    """Put tanh in the place of each number.

    A (Floats2d): Any numbers.
    """
    get_array_module(A).tanh(A, out=A)


def tanh_slope(Y: Floats2d) -> Floats2d:
    """The slope of tanh.

    Y (Floats2d): Its values.
    RETURNS (Floats2d): The slopes. *Shape:* that of Y.
    """
    return 1 - Y * Y


def relu_in_place(A: Floats2d) -> None:
    """Put zero in the place of each number below zero.

    A (Floats2d): Any numbers.
    """
    get_array_module(A).maximum(A, 0, out=A)


def relu_slope(Y: Floats2d) -> Floats2d:
    """The slope of the ReLU, 0 at zero.

    Y (Floats2d): Its values.
    RETURNS (Floats2d): The slopes. *Shape:* that of Y.
    """
    slope: Floats2d = (Y > 0).astype(Y.dtype)
    return slope


TANH: Activation = (tanh_in_place, tanh_slope)
RELU: Activation = (relu_in_place, relu_slope)


def rnn(
    activation: Activation, X: Floats2d, Wx: Floats2d, Wh: Floats2d, b: Floats1d, layout: Layout
) -> Tuple[Floats2d, RNNTrace]:
    """Run an RNN from zero states over every sequence, first token to last.

    activation (Activation): TANH or RELU.
    X (Floats2d): Packed inputs. *Shape:* `(N, nI)`.
    Wx (Floats2d): Input weights. *Shape:* `(nH, nI)`.
    Wh (Floats2d): Recurrent weights. *Shape:* `(nH, nH)`.
    b (Floats1d): Biases. *Shape:* `(nH,)`.
    layout (Layout): Where the tokens stand.
    RETURNS (Tuple[Floats2d, RNNTrace]): Hidden states `(N, nH)` and the trace.
    """
    A = X @ Wx.T
    A += b
    Y = _steps(activation, A, Wh, layout)
    return Y, RNNTrace(X, Y)


def _steps(activation: Activation, A: Floats2d, Wh: Floats2d, layout: Layout) -> Floats2d:
    """From the inputs' part of the pre-activations to hidden states, in place."""
    WhT = get_array_module(Wh).ascontiguousarray(Wh.T)
    apply, _ = activation
    for t, rows in enumerate(layout.steps):
        At = A[rows]
        if t >= 1:
            start = layout.steps[t - 1].start
            At += A[start : start + len(At)] @ WhT
        apply(At)
    return A


def backprop_rnn(
    activation: Activation,
    dY: Floats2d,
    Wx: Floats2d,
    Wh: Floats2d,
    layout: Layout,
    trace: RNNTrace,
    *,
    bptt_clip: Optional[float] = None,
) -> Gradients:
    """Back-propagate through `rnn`, last step to first.

    activation (Activation): TANH or RELU.
    dY (Floats2d): Gradient of the loss with respect to the hidden states. *Shape:* `(N, nH)`.
    Wx (Floats2d): Input weights of the forward pass. *Shape:* `(nH, nI)`.
    Wh (Floats2d): Recurrent weights of the forward pass. *Shape:* `(nH, nH)`.
    layout (Layout): Where the tokens stand.
    trace (RNNTrace): What the forward pass kept.
    bptt_clip (Optional[float]): Limit, by value, on the gradients that a step hands to the step
        before it. None: no limit.
    RETURNS (Gradients): The gradients.
    """
    first = layout.steps[0].stop if layout.steps else 0
    _, slope = activation
    dA = slope(trace.Y)  # the loop makes gradients of slopes
    dY = dY.copy()
    clip = TimeClip(bptt_clip)
    dY_later = dY[:0]  # handed back by step t + 1
    for t in range(len(layout.steps) - 1, -1, -1):
        rows = layout.steps[t]
        dYt = dY[rows]
        dYt[: len(dY_later)] += dY_later
        dA[rows] *= dYt
        if t >= 1:
            dY_later = clip(dA[rows] @ Wh)
    dWh = dA[first:].T @ trace.Y[layout.previous_rows]
    return Gradients(dA @ Wx, dA.T @ trace.X, dWh, dA.sum(axis=0), dY, clip.share)


def prepare_rnn(activation: Activation, ways: Sequence[Way]) -> Predictor:
    """Bring the weights of a layer into the form that prediction wants.

    activation (Activation): TANH or RELU.
    ways (Sequence[Way]): The directions: l2r, r2l, or both in this order.
    RETURNS (Predictor): The layer.
    """

    def ready(way: Way) -> ReadyWay:
        def run(read: Read, layout: Layout) -> Floats2d:
            return _steps(activation, read(slice(0, len(layout.ranks))), way.Wh, layout)

        WxT = get_array_module(way.Wx).ascontiguousarray(way.Wx.T)
        return ReadyWay(way.direction, WxT, way.b, run)

    return Predictor([ready(way) for way in ways])
