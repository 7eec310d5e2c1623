"""Packing: variable-length sequences as time-major rows without padding."""

import itertools
from typing import Sequence

import numpy

from ..types import Ints1d, Layout, Xp


def pack_layout(xp: Xp, lengths: Sequence[int]) -> Layout:
    """Work out the packed rows of a batch. See `types.Layout` for a picture.

    xp (Xp): numpy or cupy, where the index arrays shall live.
    lengths (Sequence[int]): Tokens of each sequence; zeros are allowed. *Shape:* `(nB,)`.
    RETURNS (Layout): The layout of the batch.
    """
    lens = numpy.asarray(lengths, dtype="int64").reshape(-1)
    if len(lens) == 1 and lens[0]:
        return _layout_of_one(xp, int(lens[0]))
    order = numpy.argsort(-lens, kind="stable")  # rank → sequence
    ranked = lens[order]
    nS = int(ranked[0]) if lens.size else 0
    size_at_t = numpy.searchsorted(-ranked, -numpy.arange(nS), side="left")
    offsets = numpy.concatenate([[0], numpy.cumsum(size_at_t)]).astype("int64")
    N = int(offsets[-1])
    t = numpy.repeat(numpy.arange(nS), size_at_t)  # (N,)
    ranks = numpy.arange(N) - offsets[t]
    starts = (numpy.cumsum(lens) - lens)[order]  # first flat row, by rank
    flat_rows = starts[ranks] + t
    packed_rows = numpy.empty(N, dtype="int64")
    packed_rows[flat_rows] = numpy.arange(N)
    alive = int(size_at_t[0]) if nS else 0

    def on_device(rows: numpy.ndarray) -> Ints1d:
        return xp.asarray(rows.astype("int32"))

    return Layout(
        size_at_t=size_at_t.tolist(),
        steps=[slice(int(a), int(b)) for a, b in itertools.pairwise(offsets)],
        lengths=on_device(lens),
        flat_rows=on_device(flat_rows),
        packed_rows=on_device(packed_rows),
        reversed_rows=on_device(offsets[ranked[ranks] - 1 - t] + ranks),
        previous_rows=on_device((offsets[t - 1] + ranks)[alive:]),
        last_rows=on_device(offsets[ranked[:alive] - 1] + numpy.arange(alive)),
        sequences=on_device(order[:alive]),
        ranks=on_device(ranks),
    )


def _layout_of_one(xp: Xp, length: int) -> Layout:
    """The same for a single sequence, of which most arrays are the same: a tenth of the time."""
    rows = xp.arange(length, dtype="int32")
    return Layout(
        size_at_t=[1] * length,
        steps=[slice(t, t + 1) for t in range(length)],
        lengths=xp.full(1, length, dtype="int32"),
        flat_rows=rows,
        packed_rows=rows,
        reversed_rows=rows[::-1],
        previous_rows=rows[:-1],
        last_rows=rows[-1:],
        sequences=xp.zeros(1, dtype="int32"),
        ranks=xp.zeros(length, dtype="int32"),
    )
