"""Expected counts of a batch in which sequences have different weights."""

from thinc.api import get_array_module

from ..types import Floats1d, Floats2d, LogChain, Packed, Posterior, TagScores


def expected_counts(posterior: Posterior, weights: Floats1d) -> TagScores:
    """How often each score is expected to count, every sequence times its weight: the gradient
    of `Σ weights · log Z` by the scores.

    posterior (Posterior): What forward-backward found.
    weights (Floats1d): Of each sequence, by rank. *Shape:* `(size_at_t[0],)`.
    RETURNS (TagScores): In float64.
    """
    layout, chain = posterior.layout, posterior.chain
    n_alive = len(layout.last_rows)
    by_row = weights[layout.ranks][:, None]
    emissions = posterior.marginals * by_row
    transitions = chain.T * ((chain.alphas * by_row).T @ chain.onward)
    for rank, logs in chain.logs.items():
        marginals = posterior.marginals[layout.ranks == rank]
        transitions += weights[rank] * _pairs(logs, marginals)
    return TagScores(
        emissions=Packed(emissions, layout),
        start=emissions[:n_alive].sum(axis=0),
        transitions=transitions,
        end=emissions[layout.last_rows].sum(axis=0),
    )


def _pairs(logs: LogChain, marginals: Floats2d) -> Floats2d:
    """How often each pair is expected in one sequence that was worked out in log space."""
    xp = get_array_module(marginals)
    pairs = xp.zeros_like(logs.transitions)
    for t in range(1, len(marginals)):
        i = marginals[t - 1] > 0
        into = logs.emissions[t] + logs.betas[t]
        given = xp.exp(logs.transitions[i] + into - logs.betas[t - 1][i][:, None])
        pairs[i] += marginals[t - 1][i][:, None] * given
    return pairs
