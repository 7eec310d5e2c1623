"""The LSTM over packed rows: forward pass and hand-written backward pass.

At each step, with `h'` and `c'` from the step before (Hochreiter & Schmidhuber 1997, with the
forget gate of Gers, Schmidhuber & Cummins 2000):

    i = σ(Wx_i x + Wh_i h' + b_i)      f = σ(Wx_f x + Wh_f h' + b_f)
    g = tanh(Wx_g x + Wh_g h' + b_g)   o = σ(Wx_o x + Wh_o h' + b_o)
    c = f ⊙ c' + i ⊙ g                 h = o ⊙ tanh(c)

Names: `A` pre-activations, `G` gates after their non-linearity, both `(N, 4 nH)` in the order
i, f, g, o; `C` cells, `Y` hidden states. A suffix `t` is the step the loop stands on, `_prev`
the step before it, cut to the sequences still alive. The input product of all tokens is one
GEMM before the loop; only `h' Wh` runs inside it.
"""

from dataclasses import dataclass
from typing import Optional, Tuple

from thinc.api import get_array_module

from ..types import Floats1d, Floats2d, Layout
from .gradients import Gradients, TimeClip

GATES = ("i", "f", "g", "o")


@dataclass(eq=False)
class LSTMTrace:
    """What the forward pass keeps for the backward pass. All arrays are packed.

    X (Floats2d): Inputs. *Shape:* `(N, nI)`.
    G (Floats2d): Gates i, f, g, o. *Shape:* `(N, 4 nH)`.
    C (Floats2d): Cells. *Shape:* `(N, nH)`.
    tanhC (Floats2d): tanh of the cells. *Shape:* `(N, nH)`.
    Y (Floats2d): Hidden states. *Shape:* `(N, nH)`.
    """

    X: Floats2d
    G: Floats2d
    C: Floats2d
    tanhC: Floats2d
    Y: Floats2d


def lstm(
    X: Floats2d, Wx: Floats2d, Wh: Floats2d, b: Floats1d, layout: Layout
) -> Tuple[Floats2d, LSTMTrace]:
    """Run an LSTM from zero states over every sequence, first token to last.

    X (Floats2d): Packed inputs. *Shape:* `(N, nI)`.
    Wx (Floats2d): Input weights. *Shape:* `(4 nH, nI)`.
    Wh (Floats2d): Recurrent weights. *Shape:* `(4 nH, nH)`.
    b (Floats1d): Biases. *Shape:* `(4 nH,)`.
    layout (Layout): Where the tokens stand.
    RETURNS (Tuple[Floats2d, LSTMTrace]): Hidden states `(N, nH)` and the trace.
    """
    xp = get_array_module(X)
    N, nH = X.shape[0], Wh.shape[1]
    # σ(a) = (1 + tanh(a / 2)) / 2: with i, f, o halved, one tanh serves all four gates.
    half = xp.full((4 * nH,), 0.5, dtype=X.dtype)
    half[2 * nH : 3 * nH] = 1.0
    other_half = 1.0 - half
    WhT = xp.ascontiguousarray((Wh * half[:, None]).T)
    G = X @ (Wx * half[:, None]).T
    G += b * half
    C, tanhC, Y = (xp.empty((N, nH), dtype=X.dtype) for _ in range(3))
    for t, rows in enumerate(layout.steps):
        Gt, Ct = G[rows], C[rows]
        if t >= 1:
            prev = slice(layout.steps[t - 1].start, layout.steps[t - 1].start + len(Gt))
            Gt += Y[prev] @ WhT
        xp.tanh(Gt, out=Gt)
        Gt *= half
        Gt += other_half
        xp.multiply(Gt[:, :nH], Gt[:, 2 * nH : 3 * nH], out=Ct)
        if t >= 1:
            Ct += Gt[:, nH : 2 * nH] * C[prev]
        xp.tanh(Ct, out=tanhC[rows])
        xp.multiply(Gt[:, 3 * nH :], tanhC[rows], out=Y[rows])
    return Y, LSTMTrace(X, G, C, tanhC, Y)


def backprop_lstm(
    dY: Floats2d,
    Wx: Floats2d,
    Wh: Floats2d,
    layout: Layout,
    trace: LSTMTrace,
    *,
    bptt_clip: Optional[float] = None,
) -> Gradients:
    """Back-propagate through `lstm`, last step to first.

    dY (Floats2d): Gradient of the loss with respect to the hidden states. *Shape:* `(N, nH)`.
    Wx (Floats2d): Input weights of the forward pass. *Shape:* `(4 nH, nI)`.
    Wh (Floats2d): Recurrent weights of the forward pass. *Shape:* `(4 nH, nH)`.
    layout (Layout): Where the tokens stand.
    trace (LSTMTrace): What the forward pass kept.
    bptt_clip (Optional[float]): Limit, by value, on the gradients that a step hands to the
        step before it (of h and of c). None: no limit.
    RETURNS (Gradients): The gradients.
    """
    xp = get_array_module(dY)
    nH = Wh.shape[1]
    first = layout.steps[0].stop if layout.steps else 0
    i, f, g, o = (trace.G[:, k * nH : (k + 1) * nH] for k in range(4))
    # What the loop needs of every gate, for all tokens at once: c = f ⊙ c' + i ⊙ g and
    # h = o ⊙ tanh(c), through each gate's non-linearity. The loop makes gradients of them.
    dA = xp.empty_like(trace.G)
    dA[:, :nH] = (1 - i) * i * g
    dA[:first, nH : 2 * nH] = 0  # c' is zero before the first token
    dA[first:, nH : 2 * nH] = ((1 - f) * f)[first:] * trace.C[layout.previous_rows]
    dA[:, 2 * nH : 3 * nH] = (1 - g * g) * i
    dA[:, 3 * nH :] = (1 - o) * o * trace.tanhC
    dC = (1 - trace.tanhC * trace.tanhC) * o  # likewise, from dh
    dA_by_gate = dA.reshape(-1, 4, nH)
    dY = dY.copy()
    clip = TimeClip(bptt_clip)
    dY_later = dC_later = dY[:0]  # handed back by step t + 1
    for t in range(len(layout.steps) - 1, -1, -1):
        rows = layout.steps[t]
        dYt = dY[rows]
        dYt[: len(dY_later)] += dY_later
        dCt = dC[rows]
        dCt *= dYt
        dCt[: len(dC_later)] += dC_later
        dA_by_gate[rows, :3] *= dCt[:, None]
        dA_by_gate[rows, 3] *= dYt
        if t >= 1:
            dY_later, dC_later = clip(dA[rows] @ Wh), clip(dCt * f[rows])
    dWh = dA[first:].T @ trace.Y[layout.previous_rows]
    return Gradients(dA @ Wx, dA.T @ trace.X, dWh, dA.sum(axis=0), dY, clip.share, dC)
