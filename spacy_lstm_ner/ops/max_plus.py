"""The two passes of Viterbi decoding over packed rows, for the whole batch at once.

Forward, `out[next] = max over previous of best[previous] + transitions[previous, next]`: sums in
place of products and maxima in place of sums. What may not follow is left out where that pays: in
BILUO an I or L has two predecessors, its own label's B and I, however many labels there are.
Backward, the best path is read off; back-pointers are found for the tags on it alone.
"""

from typing import Callable, List, NamedTuple, Optional

import numpy
from thinc.api import get_array_module

from ..errors import Errors
from ..types import Bools2d, Floats2d, Ints1d, Keys2d, Xp
from .lattice import Lattice

# All three were measured. From so many tags on, to leave out pairs is faster than to try them all:
SPARSE_FROM = 16
# Up to so many numbers at a step, the fewest calls of numpy are the fastest way:
FEW = 512
# So many numbers in the work array, which then stays in the processor's cache:
CELLS = 2**18
# Steps from one shift of the scores to the next: sums of so few lose next to no precision.
SHIFT = 8


class Moves(NamedTuple):
    """An order of the tags in which the pairs to try are blocks: the tags with many predecessors
    come first, and all of their predecessors stand together.

    order (Ints1d): The tags. *Shape:* `(nK,)`.
    many (slice): Places in the order of the tags with many predecessors.
    before (slice): Places of every predecessor of one of them.
    few (slice): Places of the other tags.
    pairs (Keys2d): Places of two predecessors of each of these; any place where it has fewer.
        *Shape:* `(2, nFew)`.
    """

    order: Ints1d
    many: slice
    before: slice
    few: slice
    pairs: Keys2d


def best_scores(lattice: Lattice) -> Floats2d:
    """The best score of a path from the start to each tag at each token.

    Scores are shifted to a maximum of zero every few tokens, so long sequences lose no precision.

    lattice (Lattice): All paths.
    RETURNS (Floats2d): The scores, packed; `-inf` where no path leads. *Shape:* `(N, nK)`.
    RAISES (ValueError): If a sequence has no path.
    """
    xp = get_array_module(lattice.emissions)
    # A sequence without a path ends in -inf, or in NaN after a shift.
    with numpy.errstate(invalid="ignore"):
        is_one = len(lattice.layout.last_rows) == 1
        best = _scores_of_one(lattice) if is_one else _scores_of_many(xp, lattice)
        is_alive = xp.isfinite(best[lattice.layout.last_rows].max(axis=1))
    if not is_alive.all():
        sequence = int(lattice.layout.sequences[int(is_alive.argmin())])
        raise ValueError(Errors.NO_PATH.format(sequence=sequence))
    return best


def _scores_of_one(lattice: Lattice) -> Floats2d:
    """Of a single sequence, with as few calls as can be."""
    best, from_next = lattice.emissions.copy(), lattice.transitions.T.copy()
    rows = list(best)
    for t in range(1, len(rows)):
        rows[t] += (rows[t - 1] + from_next).max(axis=1)
        if t % SHIFT == 0:
            rows[t] -= rows[t].max()
    return best


def _scores_of_many(xp: Xp, lattice: Lattice) -> Floats2d:
    layout = lattice.layout
    nK, widest = len(lattice.transitions), layout.size_at_t[0] if layout.steps else 1
    leaves_out = nK >= SPARSE_FROM and nK * widest > FEW
    moves = find_moves(xp, lattice.transitions != -xp.inf) if leaves_out else all_moves(xp, nK)
    transitions = lattice.transitions[moves.order][:, moves.order]
    from_next = xp.ascontiguousarray(transitions.T)  # [next, previous]
    step_of_many = _make_step(xp, transitions, moves, widest)
    best = lattice.emissions.take(moves.order, axis=1)
    for t in range(1, len(layout.steps)):
        at = best[layout.steps[t]]  # (size_at_t[t], nK)
        before = best[layout.steps[t - 1]][: len(at)]
        if at.size <= FEW:
            at += (before[:, None, :] + from_next).max(axis=2)
        else:
            at += step_of_many(before)
        if t % SHIFT == 0:
            at -= at.max(axis=1, keepdims=True)
    return best.take(xp.argsort(moves.order), axis=1)


def find_moves(xp: Xp, can_follow: Bools2d) -> Moves:
    """Sort the pairs of tags that may follow each other.

    xp (Xp): numpy or cupy.
    can_follow (Bools2d): `can_follow[previous, next]`. *Shape:* `(nK, nK)`.
    RETURNS (Moves): At least all pairs that may.
    """
    nK = len(can_follow)
    has_many = can_follow.sum(axis=0) > 2
    if not has_many.any():
        return all_moves(xp, nK)
    is_before = can_follow[:, has_many].any(axis=1)
    order = xp.argsort(xp.where(has_many, 0 + is_before, 3 - is_before))
    n_many = int(has_many.sum())
    begin = int((has_many & ~is_before).sum())
    return Moves(
        order=order,
        many=slice(0, n_many),
        before=slice(begin, begin + int(is_before.sum())),
        few=slice(n_many, nK),
        pairs=xp.argsort(~can_follow[order][:, order[n_many:]], axis=0)[:2],
    )


def all_moves(xp: Xp, nK: int) -> Moves:
    """Every pair of tags, in one block.

    xp (Xp): numpy or cupy.
    nK (int): Tags.
    RETURNS (Moves): The pairs.
    """
    every, none = slice(0, nK), slice(nK, nK)
    return Moves(xp.arange(nK), every, every, none, xp.zeros((2, 0), dtype="int64"))


def _make_step(
    xp: Xp, transitions: Floats2d, moves: Moves, widest: int
) -> Callable[[Floats2d], Floats2d]:
    """One step forward for many sequences, from `(n, nK)` to `(n, nK)`, tags in `moves.order`."""
    into_many = transitions[moves.before, moves.many][:, :, None]  # (nBefore, nMany, 1)
    into_few = transitions[:, moves.few][moves.pairs, xp.arange(moves.pairs.shape[1])][:, :, None]
    columns = max(1, min(widest, CELLS // into_many.size))
    work = xp.empty((*into_many.shape[:2], columns), dtype=transitions.dtype)

    def step(before: Floats2d) -> Floats2d:
        n = len(before)
        tags = before.T.copy()  # (nK, n): the loops inside numpy run over sequences
        out = xp.empty(tags.shape, dtype=tags.dtype)
        for begin in range(0, n, columns):
            part = slice(begin, min(begin + columns, n))
            sums = work[:, :, : part.stop - begin]
            xp.add(tags[moves.before, None, part], into_many, out=sums)
            sums.max(axis=0, out=out[moves.many, part])
        if moves.pairs.size:
            (tags[moves.pairs] + into_few).max(axis=0, out=out[moves.few])
        return out.T

    return step


def best_path(best: Floats2d, lattice: Lattice, kept: Optional[Ints1d] = None) -> Ints1d:
    """Read the best path of each sequence off the best scores, from its end to its start. Of equal
    paths, the one with the lower tag ids from the end on is taken.

    best (Floats2d): What `best_scores` gave for the lattice. *Shape:* `(N, nK)`.
    lattice (Lattice): All paths.
    kept (Optional[Ints1d]): Tags to go through, and -1 where the best is wanted. *Shape:* `(N,)`.
    RETURNS (Ints1d): Tag ids, packed. *Shape:* `(N,)`.
    """
    xp = get_array_module(best)
    layout = lattice.layout
    if len(layout.last_rows) == 1:
        return xp.asarray(_path_of_one(best, lattice, kept), dtype="int32")
    from_next = xp.ascontiguousarray(lattice.transitions.T)  # [next, previous]
    tags = xp.zeros(len(best), dtype="int32")
    tags[layout.last_rows] = best[layout.last_rows].argmax(axis=1)
    for t in range(len(layout.steps) - 1, -1, -1):
        rows = layout.steps[t]
        at = tags[rows]
        if t + 1 < len(layout.steps):
            n = layout.size_at_t[t + 1]
            at[:n] = (best[rows][:n] + from_next[tags[layout.steps[t + 1]]]).argmax(axis=1)
        if kept is not None:
            at[:] = xp.where(kept[rows] >= 0, kept[rows], at)
    return tags


def _path_of_one(best: Floats2d, lattice: Lattice, kept: Optional[Ints1d]) -> List[int]:
    from_next = lattice.transitions.T.copy()
    wanted = [-1] * len(best) if kept is None else kept.tolist()
    tags: List[int] = []
    for t in range(len(best) - 1, -1, -1):
        scores = best[t] + from_next[tags[-1]] if tags else best[t]
        tags.append(int(scores.argmax()) if wanted[t] < 0 else wanted[t])
    return tags[::-1]
