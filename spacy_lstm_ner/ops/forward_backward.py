"""The forward-backward recursions over packed rows, in renormalised probabilities.

The state of a step is divided by its norm, so that it sums to one (Rabiner 1989, §V.A), in
float64; the logarithms of the norms add up to the partition. `alphas` are forward variables,
`(N, nK)`; `betas` are backward variables divided by the same norms, so that `alphas * betas` are
the marginals.

A renormalised state can underflow and be lost for good, which matters only when a mask keeps
two branches apart for long enough. So every norm, and every state that a path can reach, has to
stay above `TINY`; a sequence in which one does not is *unsafe* and left to others. `betas` need no
such care: none is below its marginal.
"""

from typing import Tuple

import numpy

from ..types import Bools2d, Chain, Floats1d, Floats2d, Ints1d, Layout, Xp
from .lattice import Lattice

TINY = 1e-120
BLOCK = 128  # rows whose products stay in a processor's cache


def forward_backward(xp: Xp, lattice: Lattice) -> Tuple[Floats1d, Floats2d, Chain, Ints1d]:
    """The distribution over the paths of a lattice.

    xp (Xp): numpy or cupy.
    lattice (Lattice): In float64. Its emissions are overwritten.
    RETURNS (Tuple): log Z by rank `(size_at_t[0],)`, the marginals `(N, nK)`, what they are made
        of, and the ranks that are unsafe: their marginals are 0 and their log Z means nothing.
    """
    layout, n_alive = lattice.layout, len(lattice.layout.last_rows)
    may_be = lattice.emissions > -xp.inf
    weights = lattice.emissions
    # One block, which the C library keeps for the next batch: smaller ones go back to the system
    # at every call, and mapping them anew takes a third of the time.
    alphas, betas, onward = xp.empty((3, *weights.shape), dtype=weights.dtype)
    # Whatever overflows here belongs to an unsafe sequence.
    with numpy.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shift = weights.max(axis=1, keepdims=True)
        T_shift = lattice.transitions.max()
        T = xp.exp(lattice.transitions - T_shift)
        weights -= shift
        xp.exp(weights, out=weights)
        norms = _forward(xp, weights, T, layout, alphas)
        unsafe = _drop_unsafe(xp, lattice, may_be, weights, alphas, norms)
        log_norms = (xp.log(norms) + shift)[:, 0]
        log_norms[n_alive:] += T_shift
        weights /= norms
        _backward(xp, weights, T, layout, betas, onward)
    marginals = xp.multiply(alphas, betas, out=betas)
    log_partition = xp.bincount(layout.ranks, weights=log_norms, minlength=n_alive)
    return log_partition, marginals, Chain(T, alphas, onward, logs={}), unsafe


def expected_pairs(xp: Xp, chain: Chain) -> Floats2d:
    """How often each pair of tags is expected in the batch, unsafe sequences apart.

    xp (Xp): numpy or cupy.
    chain (Chain): What `forward_backward` found.
    RETURNS (Floats2d): *Shape:* `(nK, nK)`.
    """
    pairs = xp.zeros_like(chain.T)
    for begin in range(0, len(chain.alphas), BLOCK):
        rows = slice(begin, begin + BLOCK)
        pairs += chain.alphas[rows].T @ chain.onward[rows]
    pairs *= chain.T
    return pairs


def _forward(xp: Xp, weights: Floats2d, T: Floats2d, layout: Layout, alphas: Floats2d) -> Floats2d:
    """Fill in the forward variables `(N, nK)`, and give the norms `(N, 1)` that were divided out
    of them."""
    norms = xp.empty((len(weights), 1), dtype=weights.dtype)
    ones = xp.ones((weights.shape[1], 1), dtype=weights.dtype)
    before = T[:0]
    for t, rows in enumerate(layout.steps):
        at, norm = alphas[rows], norms[rows]
        if t == 0:
            at[:] = weights[rows]
        else:
            xp.dot(before[: len(at)], T, out=at)
            at *= weights[rows]
        xp.dot(at, ones, out=norm)
        at /= norm
        before = at
    return norms


def _backward(
    xp: Xp, weights: Floats2d, T: Floats2d, layout: Layout, betas: Floats2d, onward: Floats2d
) -> None:
    """Fill in the backward variables `(N, nK)`, given weights that the norms were divided out of;
    and what they come from, weights times backward variables of the next token."""
    betas[layout.last_rows], onward[layout.last_rows] = 1, 0
    for t in range(len(layout.steps) - 1, 0, -1):
        rows, n = layout.steps[t], layout.size_at_t[t]
        at = onward[layout.steps[t - 1]][:n]
        xp.multiply(weights[rows], betas[rows], out=at)
        xp.dot(at, T.T, out=betas[layout.steps[t - 1]][:n])


def _drop_unsafe(
    xp: Xp,
    lattice: Lattice,
    may_be: Bools2d,
    weights: Floats2d,
    alphas: Floats2d,
    norms: Floats2d,
) -> Ints1d:
    """Ranks of the sequences in which a norm or a reachable state underflowed. Their rows are
    put out of action, and so are states that no path reaches: `betas` of those have no bound.

    The first state lost in a sequence comes after one that is alive, so neighbours tell."""
    layout, may_follow = lattice.layout, lattice.transitions > -xp.inf
    is_alive = alphas > TINY
    is_lost = ~(norms[:, 0] > TINY)
    low = may_be & ~is_alive
    if low.any():
        n_alive = len(layout.last_rows)
        rows = xp.flatnonzero(low.any(axis=1))
        later = rows[rows >= n_alive]
        before = is_alive[layout.previous_rows[later - n_alive]]
        low[later] &= (before.astype("float32") @ may_follow.astype("float32")) > 0
        is_lost |= low.any(axis=1)
        xp.copyto(weights, 0, where=~is_alive)
    unsafe = xp.unique(layout.ranks[is_lost])
    if unsafe.size:
        rows = xp.isin(layout.ranks, unsafe)
        weights[rows] = alphas[rows] = 0
        norms[rows] = 1
    return unsafe
