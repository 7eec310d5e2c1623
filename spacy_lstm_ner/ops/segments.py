"""Segments: packed rows as a few padded blocks, for kernels that want every step alike."""

from typing import Iterator, NamedTuple, Sequence, Tuple

import numpy

from ..types import Ints1d, Layout


class Segment(NamedTuple):
    """Some steps of the longest sequences. At the first step all of these are alive; where one
    is over before the last step, its rows are padding, and what is computed there is never read.

    n_steps (int): Steps.
    size (int): Sequences.
    rows (slice): The packed rows of these steps.
    packed (Ints1d): For each padded row a packed row; for padding, any. *Shape:*
        `(n_steps * size,)`.
    padded (Ints1d): Place of each packed row among the padded ones. *Shape:* `(len(rows),)`.
    """

    n_steps: int
    size: int
    rows: slice
    packed: Ints1d
    padded: Ints1d


def make_segments(layout: Layout, *, waste: float, slack: int) -> Iterator[Segment]:
    """Cut the time axis where padding would cost more than another segment.

    layout (Layout): Where the tokens stand, on the host.
    waste (float): Padding that a segment may hold, as a share of its tokens.
    slack (int): Rows of padding that it may hold on top of that.
    YIELDS (Segment): Segments that cover all steps, in their order.
    """
    sizes = numpy.asarray(layout.size_at_t)
    for first, end in _cuts(layout.size_at_t, waste, slack):
        n_steps, size = end - first, layout.size_at_t[first]
        rows = slice(layout.steps[first].start, layout.steps[end - 1].stop)
        alive = sizes[first:end, None]
        starts = numpy.cumsum(alive) - alive[:, 0] + rows.start
        packed = starts[:, None] + numpy.minimum(numpy.arange(size), alive - 1)
        padded = (numpy.arange(size) < alive).ravel().nonzero()[0]
        yield Segment(n_steps, size, rows, packed.ravel(), padded)


def _cuts(sizes: Sequence[int], waste: float, slack: int) -> Iterator[Tuple[int, int]]:
    first, tokens = 0, 0
    for t, alive in enumerate(sizes):
        if sizes[first] * (t + 1 - first) > (1 + waste) * (tokens + alive) + slack:
            yield first, t
            first, tokens = t, 0
        tokens += alive
    yield first, len(sizes)
