"""Windows on packed rows, and the greatest value of each sequence."""

from typing import Optional, Tuple

from ..types import Floats2d, Ints2d, Layout, Xp


def window_rows(xp: Xp, layout: Layout, before: int, after: int) -> Ints2d:
    """The rows around each packed row, inside its sequence.

    xp (Xp): numpy or cupy.
    layout (Layout): Where the tokens stand.
    before (int): How many rows to the left.
    after (int): How many rows to the right.
    RETURNS (Ints2d): The rows of each window in the order of the text; `N`, a row that is not
        there, beyond the sequence's ends. *Shape:* `(N, before + 1 + after)`.
    """
    N = len(layout.flat_rows)
    first = N - len(layout.previous_rows)  # the first row of step 1
    left = xp.full(N + 1, N, dtype="int32")
    left[first:N] = layout.previous_rows
    right = xp.full(N + 1, N, dtype="int32")
    right[layout.previous_rows] = xp.arange(first, N, dtype="int32")
    columns = [xp.arange(N, dtype="int32")]
    for _ in range(before):
        columns.insert(0, left[columns[0]])
    for _ in range(after):
        columns.append(right[columns[-1]])
    return xp.stack(columns, axis=1)


def gather_windows(xp: Xp, X: Floats2d, rows: Ints2d) -> Floats2d:
    """The vectors of each window side by side, zeros beyond the ends.

    xp (Xp): numpy or cupy.
    X (Floats2d): Vectors on packed rows. *Shape:* `(N, nI)`.
    rows (Ints2d): From `window_rows`. *Shape:* `(N, size)`.
    RETURNS (Floats2d): *Shape:* `(N, size * nI)`.
    """
    with_zeros = xp.concatenate([X, xp.zeros((1, X.shape[1]), dtype=X.dtype)])
    return with_zeros.take(rows, axis=0).reshape(len(X), rows.shape[1] * X.shape[1])


def backprop_windows(xp: Xp, d_windows: Floats2d, rows: Ints2d) -> Floats2d:
    """Add up what every vector gets from the windows that it stands in.

    xp (Xp): numpy or cupy.
    d_windows (Floats2d): Gradient of the windows. *Shape:* `(N, size * nI)`.
    rows (Ints2d): What they were gathered with. *Shape:* `(N, size)`.
    RETURNS (Floats2d): *Shape:* `(N, nI)`.
    """
    N, size = rows.shape
    parts = d_windows.reshape(N, size, d_windows.shape[1] // size)
    dX = xp.zeros((N + 1, parts.shape[2]), dtype=parts.dtype)
    for place in range(size):
        # No row stands twice at one place of the windows, but for N, which is dropped.
        dX[rows[:, place]] += parts[:, place]
    return dX[:N]


def max_over_steps(
    xp: Xp, X: Floats2d, layout: Layout, *, with_rows: bool
) -> Tuple[Floats2d, Optional[Ints2d]]:
    """The greatest value of each column in each sequence, and where it stands: of equal ones, the
    first.

    xp (Xp): numpy or cupy.
    X (Floats2d): Values on packed rows. *Shape:* `(N, nO)`.
    layout (Layout): Where the tokens stand.
    with_rows (bool): Whether to say where, which takes twice as long.
    RETURNS (Tuple[Floats2d, Optional[Ints2d]]): The values and their rows, by rank; empty
        sequences have none. *Shape:* `(size_at_t[0], nO)` each.
    """
    n_alive = len(layout.last_rows)
    greatest = X[:n_alive].copy()
    first_rows = xp.arange(n_alive, dtype="int32")[:, None]
    rows = xp.repeat(first_rows, X.shape[1], axis=1) if with_rows else None
    for size, step in zip(layout.size_at_t[1:], layout.steps[1:]):
        if rows is not None:
            is_greater = X[step] > greatest[:size]
            here = xp.arange(step.start, step.stop, dtype="int32")[:, None]
            # Rows rise with the steps, so that of the last greater value is the greatest row.
            xp.maximum(rows[:size], is_greater * here, out=rows[:size])
        xp.maximum(greatest[:size], X[step], out=greatest[:size])
    return greatest, rows
