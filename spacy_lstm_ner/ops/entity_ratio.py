"""Penalty on a share of entity tokens that is not the expected one.

Where only entities are marked and O never is, "everything is an entity" agrees with all that is
known. One number keeps a model from that: the share of tokens that entities have in such text
(Effland & Collins 2021, "Partially Supervised Named Entity Recognition via the Expected Entity
Ratio Loss").
"""

from typing import Tuple

from thinc.api import get_array_module

from ..types import Bools2d, Constraints, Floats1d, Floats2d, Packed, TagScores
from .crf import posterior

# Central differences are off by a share of about STEP², and float64 by 1e-16 / STEP: near 1e-10.
STEP = 1e-5


def entity_ratio_loss(
    scores: TagScores,
    constraints: Constraints,
    valid: Bools2d,
    *,
    ratio: float,
    margin: float,
    weight: float,
    outside: int,
) -> Tuple[float, TagScores]:
    """`weight · N · max(0, |share − ratio| − margin)` and its gradient, where `share` is the mean
    probability of the N tokens to be in an entity.

    With a term `s` added to the score of every entity tag, `N · share` is the derivative of
    `Σ log Z` by `s`. So its gradient by a score is the derivative by `s` of how often that score is
    expected to count, which is taken as a central difference of two posteriors in float64: the
    recursions stay as they are, with their way out where scores are extreme.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    valid (Bools2d): Tags that a token may have at all, packed. *Shape:* `(N, nK)`.
    ratio (float): The share to be expected.
    margin (float): How far the share may be off for nothing.
    weight (float): Loss for each token that the share is off beyond the margin.
    outside (int): The tag O; all others are entity tags.
    RETURNS (Tuple[float, TagScores]): The loss and its gradient.
    RAISES (ValueError): If a sequence has no path left.
    """
    xp = get_array_module(scores.transitions)
    N = len(valid)
    free = posterior(scores, constraints, valid)
    off = float((1 - free.marginals[:, outside]).sum()) - ratio * N
    loss = weight * max(0.0, abs(off) - margin * N)
    slope = weight * (1 if off > 0 else -1) / (2 * STEP)
    above = below = free
    if loss:
        tilt = xp.full(valid.shape[1], STEP)
        tilt[outside] = 0.0
        above = posterior(_tilted(scores, tilt), constraints, valid)
        below = posterior(_tilted(scores, -tilt), constraints, valid)
    dtype = scores.transitions.dtype

    def difference(name: str) -> Floats2d:
        return (slope * (getattr(above, name) - getattr(below, name))).astype(dtype)

    return loss, TagScores(
        emissions=Packed(difference("marginals"), scores.emissions.layout),
        start=difference("start"),
        transitions=difference("transitions"),
        end=difference("end"),
    )


def _tilted(scores: TagScores, tilt: Floats1d) -> TagScores:
    emissions = scores.emissions.data.astype("float64") + tilt
    packed = Packed(emissions, scores.emissions.layout)
    return TagScores(packed, scores.start, scores.transitions, scores.end)
