"""Vectors of n-grams from vectors of words: a ridge regression."""

from typing import Callable

from thinc.api import Ops

from ..types import Floats2d, Ints1d

CHUNK = 1 << 17  # n-grams at a time, to bound the memory


def fit_ngrams(
    ops: Ops,
    rows: Ints1d,
    owners: Ints1d,
    scales: Floats2d,
    Y: Floats2d,
    n_rows: int,
    *,
    ridge: float,
    steps: int,
) -> Floats2d:
    """Find the table whose sums come nearest to the words' vectors: with A Z for the sums of the
    rows of Z, each times its word's scale, the Z with the least ‖A Z − Y‖² + ridge ‖Z‖².

    By conjugate gradients on the normal equations, every column by itself, with the diagonal as
    preconditioner (Golub & Van Loan 2013, algorithm 11.5.1). Zero at the start, so that rows which
    no word has stay zero.

    ops (Ops): Backend.
    rows (Ints1d): The row of each n-gram. *Shape:* `(nG,)`, int32.
    owners (Ints1d): The word that each n-gram stands in. *Shape:* `(nG,)`, int32.
    scales (Floats2d): The words' scales. *Shape:* `(nW, 1)`.
    Y (Floats2d): The words' vectors. *Shape:* `(nW, nV)`.
    n_rows (int): Rows of the table.
    ridge (float): Above 0. The greater, the shorter the vectors, most of all those of rare n-grams.
    steps (int): Steps of the method, at least 1.
    RETURNS (Floats2d): The table. *Shape:* `(n_rows, nV)`.
    """
    xp = ops.xp

    def sums(Z: Floats2d) -> Floats2d:
        """A Z."""
        return _add_rows(ops, owners, lambda at: Z[rows[at]], (len(Y), Z.shape[1]), Y) * scales

    def gathered(R: Floats2d) -> Floats2d:
        """The transpose of A, times R."""
        scaled = R * scales
        return _add_rows(ops, rows, lambda at: scaled[owners[at]], (n_rows, R.shape[1]), Y)

    # A row that stands twice in a word counts as two here; a preconditioner need not be exact.
    squares = _add_rows(ops, rows, lambda at: scales[owners[at]] ** 2, (n_rows, 1), Y) + ridge
    Z = xp.zeros((n_rows, Y.shape[1]), dtype=Y.dtype)
    residual = gathered(Y)
    step = residual / squares
    length = (residual * step).sum(axis=0)
    for _ in range(steps):
        image = gathered(sums(step)) + ridge * step
        factor = length / xp.maximum((step * image).sum(axis=0), 1e-30)
        Z += factor * step
        residual -= factor * image
        conditioned = residual / squares
        before, length = length, (residual * conditioned).sum(axis=0)
        step = conditioned + length / xp.maximum(before, 1e-30) * step
    return Z


def _add_rows(
    ops: Ops,
    targets: Ints1d,
    take: Callable[[slice], Floats2d],
    shape: tuple[int, int],
    like: Floats2d,
) -> Floats2d:
    """Add up rows by their targets, some n-grams at a time."""
    out = ops.xp.zeros(shape, dtype=like.dtype)
    for start in range(0, len(targets), CHUNK):
        at = slice(start, start + CHUNK)
        ops.scatter_add(out, targets[at], ops.xp.ascontiguousarray(take(at), dtype=like.dtype))
    return out
