"""The LSTM for prediction through torch, whose CPU build runs it as one fused oneDNN primitive.

Torch computes, it owns nothing: weights are thinc's arrays, wrapped at each call (torch's gates
stand in our order i, f, g, o), and nothing is kept between calls. So no copy can be stale after
an update, a load or `use_params`, and there is nothing to store or to share between threads.
"""

import os
from typing import Any, List, Literal, Sequence

import numpy
from thinc.compat import has_torch, torch  # thinc loads it where it is installed

from ..types import Floats2d, Layout
from .segments import make_segments
from .ways import Way

# Padding allowed in a segment, as a share of its tokens and in rows on top. One more segment
# costs as much as these rows: every call brings the weights into oneDNN's own order.
WASTE = 0.05
SLACK = 16

Tensor = Any  # torch.Tensor

_PROCESS = os.getpid()


def has_onednn() -> bool:
    """Whether torch is there and runs oneDNN: built with it, and not switched off."""
    return bool(
        has_torch and torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled
    )


def has_bfloat16() -> bool:
    """Whether oneDNN has primitives in bfloat16 for this processor."""
    return has_onednn() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def predict_torch(
    X: Floats2d,
    ways: Sequence[Way],
    layout: Layout,
    dtype: Literal["float32", "bfloat16"] = "float32",
) -> Floats2d:
    """Run an LSTM over every sequence, in float32 to the same result as `ops.lstm.lstm`.

    X (Floats2d): Packed inputs, a float32 numpy array of at least one row. *Shape:* `(N, nI)`.
    ways (Sequence[Way]): The directions: l2r, r2l, or both in this order.
    layout (Layout): Where the tokens stand.
    dtype (Literal): What to compute in. bfloat16 has 8 significant bits.
    RETURNS (Floats2d): Hidden states in float32. *Shape:* `(N, len(ways) * nH)`.
    """
    _leave_threads_of_the_parent()
    with torch.inference_mode():
        weights = [_weights(way, getattr(torch, dtype)) for way in ways]
        if layout.size_at_t[0] == layout.size_at_t[-1] and ways[0].direction == "l2r":
            return _one_length(X, weights, layout.size_at_t[0])
        return _segments(X, ways, weights, layout)


def _one_length(X: numpy.ndarray, weights: Sequence[List[Tensor]], nB: int) -> numpy.ndarray:
    """One sequence, or several of one length: packed rows are a padded batch as they stand, and
    one call reads both ways."""
    nD, nH = len(weights), weights[0][1].shape[1]
    zeros = weights[0][0].new_zeros((nD, nB, nH))
    X_padded = torch.from_numpy(X.reshape(-1, nB, X.shape[1])).to(zeros.dtype)
    flat = [array for way in weights for array in way]
    Y, _, _ = torch.lstm(X_padded, (zeros, zeros), flat, True, 1, 0.0, False, nD == 2, False)
    return _to_numpy(Y.reshape(len(X), nD * nH))


def _segments(
    X: numpy.ndarray, ways: Sequence[Way], weights: Sequence[List[Tensor]], layout: Layout
) -> numpy.ndarray:
    """Unequal lengths: run segment after segment and hand the states on. For r2l, rows are
    gathered so that it runs first step to last too, each sequence inside its own length."""
    nH = weights[0][1].shape[1]
    out = numpy.empty((len(X), len(ways) * nH), dtype="float32")
    zeros = weights[0][0].new_zeros((1, layout.size_at_t[0], nH))
    states = [(zeros, zeros) for _ in ways]
    for segment in make_segments(layout, waste=WASTE, slack=SLACK):
        for d, way in enumerate(ways):
            source, target = segment.packed, segment.rows
            if way.direction == "r2l":
                source, target = layout.reversed_rows[source], layout.reversed_rows[target]
            Xs = torch.from_numpy(X[source].reshape(segment.n_steps, segment.size, -1))
            H, C = (state[:, : segment.size].contiguous() for state in states[d])
            Y, H, C = torch.lstm(
                Xs.to(H.dtype), (H, C), weights[d], True, 1, 0.0, False, False, False
            )
            states[d] = (H, C)
            out[target, d * nH : (d + 1) * nH] = _to_numpy(Y.view(-1, nH))[segment.padded]
    return out


def _weights(way: Way, dtype: Any) -> List[Tensor]:
    """What torch.lstm takes for one direction. It adds two biases; ours is the first."""
    arrays = [torch.from_numpy(array).to(dtype) for array in (way.Wx, way.Wh, way.b)]
    return [*arrays, torch.zeros_like(arrays[-1])]


def _to_numpy(Y: Tensor) -> numpy.ndarray:
    Y_numpy: numpy.ndarray = Y.float().numpy()
    return Y_numpy


def _leave_threads_of_the_parent() -> None:
    """A forked process has none of the threads that torch started before the fork, and would
    wait for them forever (`nlp.pipe(n_process=2)` after a prediction on two threads)."""
    if os.getpid() != _PROCESS and torch.get_num_threads() > 1:
        torch.set_num_threads(1)
