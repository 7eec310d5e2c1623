"""Linear-chain CRF: log-partition, marginals, loss and gradient over packed rows.

The batch is done in renormalised probabilities (`forward_backward.py`), and a sequence that is
beyond them again in log space (`crf_log.py`). A gold path that is known at every token needs
neither (`known_paths.py`).

Definitions to compare with: `tests/reference.py`.
"""

from dataclasses import replace
from typing import Tuple

from thinc.api import get_array_module, to_numpy

from ..errors import Errors
from ..types import Bools1d, Bools2d, Constraints, Ints1d, Packed, Posterior, TagScores
from .crf_log import log_posterior
from .forward_backward import expected_pairs, forward_backward
from .known_paths import known_paths
from .lattice import make_lattice
from .packing import pack_layout


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
    layout = scores.emissions.layout
    free = posterior(scores, constraints, valid)
    d_emissions, d_transitions = free.marginals, free.transitions
    told = valid & gold
    known = known_paths(scores, constraints, told)
    loss = (free.log_partition - known.scores)[known.is_known].sum()
    d_emissions.reshape(-1)[known.cells] -= 1
    d_transitions -= known.transitions
    is_partial = ~known.is_known
    if is_partial.any():
        rows = xp.flatnonzero(is_partial[layout.ranks])
        part = posterior(_choose(scores, is_partial, rows), constraints, told[rows])
        loss += (free.log_partition[is_partial] - part.log_partition).sum()
        d_emissions[rows] -= part.marginals
        d_transitions -= part.transitions
    dtype = scores.transitions.dtype
    return float(loss), TagScores(
        emissions=Packed(d_emissions.astype(dtype), layout),
        start=d_emissions[: len(layout.last_rows)].sum(axis=0).astype(dtype),
        transitions=d_transitions.astype(dtype),
        end=d_emissions[layout.last_rows].sum(axis=0).astype(dtype),
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
    layout = scores.emissions.layout
    lattice = make_lattice(scores, constraints, allowed)
    log_partition, marginals, chain, unsafe = forward_backward(xp, lattice)
    transitions = expected_pairs(xp, chain)
    if unsafe.size:
        lattice = make_lattice(scores, constraints, allowed)  # the first one is used up
    for rank in unsafe.tolist():
        rows = xp.flatnonzero(layout.ranks == rank)
        log_partition[rank], marginals[rows], pairs, chain.logs[rank] = log_posterior(
            xp, lattice.emissions[rows], lattice.transitions
        )
        if not xp.isfinite(log_partition[rank]):
            sequence = int(layout.sequences[rank])
            raise ValueError(Errors.NO_PATH.format(sequence=sequence))
        transitions += pairs
    return Posterior(
        layout=layout,
        log_partition=log_partition,
        marginals=marginals,
        start=marginals[: len(layout.last_rows)].sum(axis=0),
        transitions=transitions,
        end=marginals[layout.last_rows].sum(axis=0),
        chain=chain,
    )


def _choose(scores: TagScores, chosen: Bools1d, rows: Ints1d) -> TagScores:
    """The scores of some sequences of a batch, given by rank and by their rows."""
    layout = scores.emissions.layout
    sequences = layout.sequences[chosen]
    own = pack_layout(get_array_module(rows), to_numpy(layout.lengths[sequences]))
    emissions = Packed(scores.emissions.data[rows], replace(own, sequences=sequences))
    return replace(scores, emissions=emissions)
