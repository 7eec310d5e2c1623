"""Linear-chain CRF: log-partition, marginals, loss and gradient over packed rows.

The forward-backward recursions run on probabilities that are renormalised at every step
(Rabiner 1989, §V.A), in float64, with the logarithms of the norms summed apart. `alphas` are
forward variables and `betas` backward variables, `(N, nK)`, each row scaled to sum to one.

A renormalised state can underflow and be lost for good, which matters only when a mask keeps
two branches apart for long enough. So every state that a path can reach has to stay above
`TINY`; a sequence in which one does not is done again in log space (`crf_log.py`).

Definitions to compare with: `tests/reference.py`.
"""

from typing import Tuple

import numpy
from thinc.api import get_array_module

from ..errors import Errors
from ..types import (
    Bools2d,
    Chain,
    Constraints,
    Floats1d,
    Floats2d,
    Ints1d,
    Layout,
    Packed,
    Posterior,
    TagScores,
    Xp,
)
from .crf_log import log_posterior
from .lattice import Lattice, make_lattice

TINY = 1e-150


def crf_loss(
    scores: TagScores, constraints: Constraints, valid: Bools2d, gold: Bools2d
) -> Tuple[float, TagScores]:
    """The negative log-likelihood of the gold paths among the valid ones, and its gradient.

    The loss is `Σ log Z(valid) − log Z(valid ∩ gold)` over the sequences (Lafferty, McCallum &
    Pereira 2001; with several gold paths, Tsuboi et al. 2008). It is a sum over tokens, so
    gradients of sub-batches add up to the gradient of the batch.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    valid (Bools2d): Tags that a token may have at all, packed. *Shape:* `(N, nK)`.
    gold (Bools2d): Tags that agree with the annotation, packed: one where it is known, all
        where it is not. *Shape:* `(N, nK)`.
    RETURNS (Tuple[float, TagScores]): The loss and its gradient.
    RAISES (ValueError): If a sequence has no path through `valid ∩ gold`.
    """
    xp = get_array_module(scores.transitions)
    free = posterior(scores, constraints, valid)
    told = posterior(scores, constraints, valid & gold)
    loss = float(xp.sum(free.log_partition - told.log_partition))
    dtype = scores.transitions.dtype
    d_emissions = (free.marginals - told.marginals).astype(dtype)
    return loss, TagScores(
        emissions=Packed(d_emissions, scores.emissions.layout),
        start=(free.start - told.start).astype(dtype),
        transitions=(free.transitions - told.transitions).astype(dtype),
        end=(free.end - told.end).astype(dtype),
    )


def posterior(scores: TagScores, constraints: Constraints, allowed: Bools2d) -> Posterior:
    """The distribution over the paths that constraints and mask leave.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    RETURNS (Posterior): In float64.
    RAISES (ValueError): If a sequence has no path left.
    """
    xp = get_array_module(scores.transitions)
    lattice = make_lattice(scores, constraints, allowed)
    # Whatever overflows here belongs to a sequence that is done again in log space.
    with numpy.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = _posterior(xp, lattice)
    dead = xp.flatnonzero(~xp.isfinite(found.log_partition))
    if dead.size:
        sequence = int(lattice.layout.sequences[dead[0]])
        raise ValueError(Errors.NO_PATH.format(sequence=sequence))
    return found


def _posterior(xp: Xp, lattice: Lattice) -> Posterior:
    layout = lattice.layout
    shift = lattice.emissions.max(axis=1, keepdims=True)
    weights = xp.exp(lattice.emissions - shift)  # (N, nK)
    T_shift = lattice.transitions.max()
    T = xp.exp(lattice.transitions - T_shift)
    alphas, norms = _alphas(xp, weights, T, layout)
    betas = _betas(xp, weights, T, layout)
    marginals = alphas * betas
    agree = marginals.sum(axis=1)
    marginals /= agree[:, None]
    n_alive = len(layout.last_rows)
    log_norms = xp.log(norms) + shift[:, 0]
    log_norms[n_alive:] += T_shift
    log_partition = xp.bincount(layout.ranks, weights=log_norms, minlength=n_alive)
    # P(i at t-1, j at t) = alphas[t-1, i] T[i, j] weights[t, j] betas[t, j] / (norms[t] agree[t]),
    # summed over all rows in one product.
    before = alphas[layout.previous_rows]
    into = (weights * betas / (norms * agree)[:, None])[n_alive:]
    chain = Chain(T, alphas, betas, agree, into, logs={})
    unsafe = _unsafe_ranks(xp, lattice, alphas, betas)
    if unsafe.size:
        safe = ~xp.isin(layout.ranks, unsafe)[n_alive:]
        before, into = before[safe], into[safe]
    transitions = T * (before.T @ into)
    for rank in unsafe.tolist():
        rows = xp.flatnonzero(layout.ranks == rank)
        log_partition[rank], marginals[rows], pairs, chain.logs[rank] = log_posterior(
            xp, lattice.emissions[rows], lattice.transitions
        )
        transitions += pairs
    return Posterior(
        layout=layout,
        log_partition=log_partition,
        marginals=marginals,
        start=marginals[:n_alive].sum(axis=0),
        transitions=transitions,
        end=marginals[layout.last_rows].sum(axis=0),
        chain=chain,
    )


def _alphas(xp: Xp, weights: Floats2d, T: Floats2d, layout: Layout) -> Tuple[Floats2d, Floats1d]:
    """Forward variables `(N, nK)` and the norms `(N,)` that were divided out of them."""
    alphas = xp.empty_like(weights)
    norms = xp.empty(weights.shape[0], dtype=weights.dtype)
    for t, rows in enumerate(layout.steps):
        at = weights[rows]
        if t >= 1:
            at = (alphas[layout.steps[t - 1]][: len(at)] @ T) * at
        norms[rows] = at.sum(axis=1)
        alphas[rows] = at / norms[rows][:, None]
    return alphas, norms


def _betas(xp: Xp, weights: Floats2d, T: Floats2d, layout: Layout) -> Floats2d:
    """Backward variables `(N, nK)`."""
    betas = xp.full_like(weights, 1.0 / weights.shape[1])
    for t in range(len(layout.steps) - 2, -1, -1):
        later = layout.steps[t + 1]
        at = (weights[later] * betas[later]) @ T.T
        betas[layout.steps[t]][: len(at)] = at / at.sum(axis=1, keepdims=True)
    return betas


def _unsafe_ranks(xp: Xp, lattice: Lattice, alphas: Floats2d, betas: Floats2d) -> Ints1d:
    """Ranks of the sequences in which a reachable state underflowed."""
    layout = lattice.layout
    here = lattice.emissions > -xp.inf  # (N, nK)
    low_alphas, low_betas = ~(alphas > TINY), ~(betas > TINY)
    if not (here & (low_alphas | low_betas)).any():
        return layout.ranks[:0]
    T = (lattice.transitions > -xp.inf).astype("float32")
    forth, back = here.copy(), here.copy()
    for t in range(1, len(layout.steps)):
        rows, before = layout.steps[t], layout.steps[t - 1]
        n = layout.size_at_t[t]
        forth[rows] &= (forth[before][:n].astype("float32") @ T) > 0
    for t in range(len(layout.steps) - 2, -1, -1):
        rows, later = layout.steps[t], layout.steps[t + 1]
        n = layout.size_at_t[t + 1]
        back[rows][:n] &= (back[later].astype("float32") @ T.T) > 0
    lost = ((forth & low_alphas) | (back & low_betas)).any(axis=1)
    return xp.unique(layout.ranks[lost])
