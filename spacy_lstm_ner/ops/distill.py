"""How far a distribution over paths is from that of a teacher: the loss of rehearsal."""

from typing import Tuple

from thinc.api import get_array_module

from ..types import Bools2d, Constraints, Packed, Posterior, TagScores
from .crf import posterior


def distillation_loss(
    scores: TagScores,
    teacher: TagScores,
    constraints: Constraints,
    allowed: Bools2d,
    n_shared: int,
) -> Tuple[float, TagScores]:
    """The Kullback-Leibler divergence of a student's distribution over whole paths from that of
    its teacher, and its gradient by the student's scores.

    With `s(y)` the student's score of a path and `t(y)` the teacher's, `p` and `q` their
    distributions and `Z` and `Z'` their partitions,

        Σ q(y) log(q(y) / p(y)) = log Z − log Z' + E_q[t(y) − s(y)]

    summed over the sequences. Scores of paths are sums over tokens and pairs, so expected counts
    of tags and pairs are all that is needed: the gradient by a score is how often it counts under
    `p` less how often under `q` (Hinton, Vinyals & Dean 2015, with whole paths for classes).

    A student may have tags that its teacher does not know; they stand behind the others. The
    teacher says nothing about them, so `p` is the student's distribution *given* that no token has
    one: `p(y) = exp s(y) / Z`, with `Z` over the tags that both know. What share the new tags take
    of all paths is neither rewarded nor punished, and the gradient by their scores is 0.

    scores (TagScores): The student's. *Shape of emissions:* `(N, nK)`.
    teacher (TagScores): The teacher's, on the same rows. What it says about tags that are not
        shared is not read.
    constraints (Constraints): Which of the student's tags may start, follow and end.
    allowed (Bools2d): Tags of the student that each token may have, packed. *Shape:* `(N, nK)`.
    n_shared (int): How many tags both know: the first ones.
    RETURNS (Tuple[float, TagScores]): The loss and its gradient.
    RAISES (ValueError): If a sequence has no path left.
    """
    xp = get_array_module(scores.transitions)
    n = n_shared
    rules = Constraints(constraints.start[:n], constraints.transitions[:n, :n], constraints.end[:n])
    known, taught = _first_tags(scores, n), _first_tags(teacher, n)
    p, q = (posterior(given, rules, allowed[:, :n]) for given in (known, taught))
    loss = float((p.log_partition - q.log_partition).sum())
    loss += _expected_score(taught, q) - _expected_score(known, q)
    gradient = TagScores(
        Packed(xp.zeros_like(scores.emissions.data), scores.emissions.layout),
        *(xp.zeros_like(part) for part in (scores.start, scores.transitions, scores.end)),
    )
    gradient.emissions.data[:, :n] = p.marginals - q.marginals
    gradient.start[:n] = p.start - q.start
    gradient.transitions[:n, :n] = p.transitions - q.transitions
    gradient.end[:n] = p.end - q.end
    return loss, gradient


def _expected_score(scores: TagScores, given: Posterior) -> float:
    """The mean score of a batch's paths under some distribution."""
    parts = (
        given.marginals * scores.emissions.data,
        given.start * scores.start,
        given.transitions * scores.transitions,
        given.end * scores.end,
    )
    return sum(float(part.sum()) for part in parts)


def _first_tags(scores: TagScores, n: int) -> TagScores:
    emissions = Packed(scores.emissions.data[:, :n], scores.emissions.layout)
    return TagScores(emissions, scores.start[:n], scores.transitions[:n, :n], scores.end[:n])
