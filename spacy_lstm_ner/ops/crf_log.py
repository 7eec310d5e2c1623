"""Forward-backward in log space for one sequence: slow, and safe for scores of any size."""

from typing import Tuple

import numpy

from ..types import Floats1d, Floats2d, LogChain, Xp


@numpy.errstate(divide="ignore", invalid="ignore")
def log_posterior(
    xp: Xp, emissions: Floats2d, transitions: Floats2d
) -> Tuple[float, Floats2d, Floats2d, LogChain]:
    """log Z, marginals and expected pairs of one sequence. `-inf` marks what is not allowed.

    xp (Xp): numpy or cupy.
    emissions (Floats2d): Scores with start and end scores added. *Shape:* `(T, nK)`, T >= 1.
    transitions (Floats2d): `transitions[previous, next]`. *Shape:* `(nK, nK)`.
    RETURNS (Tuple): log Z (`-inf` if no path is left; the rest is NaN then), the marginals
        `(T, nK)`, how often each pair is expected `(nK, nK)`, and the chain.
    """
    alphas, betas = xp.empty_like(emissions), xp.zeros_like(emissions)
    alphas[0] = emissions[0]
    for t in range(1, len(emissions)):
        alphas[t] = _logsumexp(xp, alphas[t - 1][:, None] + transitions) + emissions[t]
    for t in range(len(emissions) - 2, -1, -1):
        betas[t] = _logsumexp(xp, (emissions[t + 1] + betas[t + 1])[:, None] + transitions.T)
    log_partition = _logsumexp(xp, alphas[-1][:, None])[0]
    pairs = xp.zeros_like(transitions)
    for t in range(1, len(emissions)):
        after = emissions[t] + betas[t] - log_partition
        pairs += xp.exp(alphas[t - 1][:, None] + transitions + after)
    marginals = xp.exp(alphas + betas - log_partition)
    return float(log_partition), marginals, pairs, LogChain(emissions, transitions, betas)


def log_entropy(xp: Xp, chain: LogChain, marginals: Floats2d) -> float:
    """Entropy of the paths of one sequence, by the chain rule, in nats.

    xp (Xp): numpy or cupy.
    chain (LogChain): The sequence.
    marginals (Floats2d): P(tag at token). *Shape:* `(T, nK)`, T >= 1.
    RETURNS (float): `H(y_1) + Σ H(y_t | y_{t-1})`.
    """
    possible = marginals > 0
    first = marginals[0][possible[0]]
    entropy = -(first * xp.log(first)).sum()
    for t in range(1, len(marginals)):
        i, j = possible[t - 1], possible[t]
        into = chain.emissions[t][j] + chain.betas[t][j]
        logs = chain.transitions[i][:, j] + into - chain.betas[t - 1][i][:, None]
        pairs = marginals[t - 1][i][:, None] * xp.exp(logs)
        entropy -= (pairs * xp.where(pairs > 0, logs, 0)).sum()
    return float(entropy)


def _logsumexp(xp: Xp, scores: Floats2d) -> Floats1d:
    """Over axis 0; a column of `-inf` gives `-inf`."""
    top = scores.max(axis=0)
    shift = xp.where(xp.isfinite(top), top, 0)
    return xp.log(xp.exp(scores - shift).sum(axis=0)) + shift
