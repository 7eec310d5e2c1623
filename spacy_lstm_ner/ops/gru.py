"""The GRU over packed rows: forward pass and hand-written backward pass.

At each step, with `h'` from the step before (Cho et al. 2014, with the reset gate behind the
recurrent product, as in cuDNN and torch):

    r = σ(Wx_r x + Wh_r h' + b_r)      z = σ(Wx_z x + Wh_z h' + b_z)
    q = Wh_n h' + b_q                  n = tanh(Wx_n x + b_n + r ⊙ q)
    h = (1 - z) ⊙ n + z ⊙ h'

Names as in `ops/lstm.py`. Gates stand in the order r, z, n; there is one bias more than gates,
`b_q`, at the end of `b`.
"""

from dataclasses import dataclass
from typing import Optional, Sequence, Tuple

from thinc.api import get_array_module

from ..types import Floats1d, Floats2d, Layout
from .gradients import Gradients, TimeClip
from .predict import Predictor, Read, ReadyWay
from .ways import Way

GATES = ("r", "z", "n")


@dataclass(eq=False)
class GRUTrace:
    """What the forward pass keeps for the backward pass. All arrays are packed.

    X (Floats2d): Inputs. *Shape:* `(N, nI)`.
    G (Floats2d): Gates r, z, n. *Shape:* `(N, 3 nH)`.
    Q (Floats2d): What r lets through or not. *Shape:* `(N, nH)`.
    Y (Floats2d): Hidden states. *Shape:* `(N, nH)`.
    """

    X: Floats2d
    G: Floats2d
    Q: Floats2d
    Y: Floats2d


def gru(
    X: Floats2d, Wx: Floats2d, Wh: Floats2d, b: Floats1d, layout: Layout
) -> Tuple[Floats2d, GRUTrace]:
    """Run a GRU from zero states over every sequence, first token to last.

    X (Floats2d): Packed inputs. *Shape:* `(N, nI)`.
    Wx (Floats2d): Input weights. *Shape:* `(3 nH, nI)`.
    Wh (Floats2d): Recurrent weights. *Shape:* `(3 nH, nH)`.
    b (Floats1d): Biases. *Shape:* `(4 nH,)`.
    layout (Layout): Where the tokens stand.
    RETURNS (Tuple[Floats2d, GRUTrace]): Hidden states `(N, nH)` and the trace.
    """
    nH = Wh.shape[1]
    G = X @ Wx.T
    G += b[: 3 * nH]
    Y, Q = _steps(G, Wh, b[3 * nH :], layout)
    return Y, GRUTrace(X, G, Q, Y)


def _steps(G: Floats2d, Wh: Floats2d, b_q: Floats1d, layout: Layout) -> Tuple[Floats2d, Floats2d]:
    """From the inputs' part of the gates, which become the gates in place, to h and q."""
    xp = get_array_module(G)
    N, nH = len(G), Wh.shape[1]
    WhT = xp.ascontiguousarray(Wh.T)
    Y, Q = (xp.empty((N, nH), dtype=G.dtype) for _ in range(2))
    for t, rows in enumerate(layout.steps):
        RZt, Nt, Qt = G[rows, : 2 * nH], G[rows, 2 * nH :], Q[rows]
        Qt[:] = b_q
        if t >= 1:
            start = layout.steps[t - 1].start
            Y_prev = Y[start : start + len(Nt)]
            recurrent = Y_prev @ WhT
            RZt += recurrent[:, : 2 * nH]
            Qt += recurrent[:, 2 * nH :]
        # σ(a) = (1 + tanh(a / 2)) / 2
        RZt *= 0.5
        xp.tanh(RZt, out=RZt)
        RZt += 1
        RZt *= 0.5
        Nt += RZt[:, :nH] * Qt
        xp.tanh(Nt, out=Nt)
        z, Yt = RZt[:, nH:], Y[rows]
        xp.multiply(1 - z, Nt, out=Yt)
        if t >= 1:
            Yt += z * Y_prev
    return Y, Q


def backprop_gru(
    dY: Floats2d,
    Wx: Floats2d,
    Wh: Floats2d,
    layout: Layout,
    trace: GRUTrace,
    *,
    bptt_clip: Optional[float] = None,
) -> Gradients:
    """Back-propagate through `gru`, last step to first.

    dY (Floats2d): Gradient of the loss with respect to the hidden states. *Shape:* `(N, nH)`.
    Wx (Floats2d): Input weights of the forward pass. *Shape:* `(3 nH, nI)`.
    Wh (Floats2d): Recurrent weights of the forward pass. *Shape:* `(3 nH, nH)`.
    layout (Layout): Where the tokens stand.
    trace (GRUTrace): What the forward pass kept.
    bptt_clip (Optional[float]): Limit, by value, on the gradients that a step hands to the step
        before it. None: no limit.
    RETURNS (Gradients): The gradients.
    """
    xp = get_array_module(dY)
    nH = Wh.shape[1]
    first = layout.steps[0].stop if layout.steps else 0
    r, z, n = (trace.G[:, k * nH : (k + 1) * nH] for k in range(3))
    Y_prev = xp.zeros_like(trace.Y)
    Y_prev[first:] = trace.Y[layout.previous_rows]
    # Per unit of dh, for all tokens at once: the gradients of what stands under the non-linearities
    # of r and z, of q, and of what stands under that of n. The loop makes gradients of them.
    dA = xp.empty((len(dY), 4, nH), dtype=dY.dtype)
    dA[:, 3] = (1 - z) * (1 - n * n)
    dA[:, 0] = dA[:, 3] * trace.Q * r * (1 - r)
    dA[:, 1] = (Y_prev - n) * z * (1 - z)
    dA[:, 2] = dA[:, 3] * r
    of_h = dA.reshape(-1, 4 * nH)[:, : 3 * nH]  # r, z, q: what `Wh h'` goes into
    dY = dY.copy()
    clip = TimeClip(bptt_clip)
    dY_later = dY[:0]  # handed back by step t + 1
    for t in range(len(layout.steps) - 1, -1, -1):
        rows = layout.steps[t]
        dYt = dY[rows]
        dYt[: len(dY_later)] += dY_later
        dA[rows] *= dYt[:, None]
        if t >= 1:
            dY_later = of_h[rows] @ Wh
            dY_later += dYt * z[rows]
            clip(dY_later)
    of_x = dA[:, [0, 1, 3]].reshape(-1, 3 * nH)
    dWh = of_h[first:].T @ Y_prev[first:]
    db = dA.sum(axis=0)[[0, 1, 3, 2]].reshape(-1)
    return Gradients(of_x @ Wx, of_x.T @ trace.X, dWh, db, dY, clip.share)


def prepare_gru(ways: Sequence[Way]) -> Predictor:
    """Bring the weights of a layer into the form that prediction wants.

    ways (Sequence[Way]): The directions: l2r, r2l, or both in this order.
    RETURNS (Predictor): The layer.
    """

    def ready(way: Way) -> ReadyWay:
        nH = way.Wh.shape[1]

        def run(read: Read, layout: Layout) -> Floats2d:
            G = read(slice(0, len(layout.ranks)))
            return _steps(G, way.Wh, way.b[3 * nH :], layout)[0]

        WxT = get_array_module(way.Wx).ascontiguousarray(way.Wx.T)
        return ReadyWay(way.direction, WxT, way.b[: 3 * nH], run)

    return Predictor([ready(way) for way in ways])
