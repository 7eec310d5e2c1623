"""The k best paths of every sequence, exactly.

Every path but the best one has a parent: the path that it equals from the last token back to where
it *turns* to another tag. From there it goes the best way to the start. What a turn costs is a
difference of scores that the forward pass of Viterbi has found already, and the cheapest turn off
any path found so far leads to the next best path (Soong & Huang 1991). So each further path takes
one more backward pass over the batch, and no forward pass.
"""

from typing import List, Tuple

import numpy
from thinc.util import to_numpy

from ..errors import Errors
from ..types import Bools2d, Constraints, Floats1d, Floats2d, Ints1d, Keys2d, TagScores
from .lattice import Lattice, make_lattice
from .max_plus import best_path, best_scores
from .packing import pack_layout

Path = Tuple[Ints1d, float]


def k_best(
    scores: TagScores, constraints: Constraints, allowed: Bools2d, k: int
) -> List[List[Path]]:
    """The k best distinct paths through each sequence among those that constraints and mask leave.

    Everything is in float64. Of equal paths, the one that Viterbi decoding would take is the first
    one; the others have an order that is the same in every run. A sequence without tokens has one
    path, which is empty and has a score of 0.

    scores (TagScores): What the tagger gave.
    constraints (Constraints): Tags that may start, follow and end.
    allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
    k (int): How many paths, at least one.
    RETURNS (List[List[Path]]): For each sequence, in the order of the batch, its k best paths or
        all that there are, best first: tag ids `(T,)` and the score, as `types.TagScores` defines
        it. On the CPU.
    RAISES (ValueError): If k is no whole number above 0, or a sequence has no path left.
    """
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise ValueError(Errors.K_BEST.format(k=k))
    lattice = _on_host(make_lattice(scores, constraints, allowed))
    layout = lattice.layout
    search = _Search(lattice)
    while len(search.tags) < k and search.find_next():
        pass
    totals = _path_scores(lattice, search.tags[0]) - search.losses  # (found, size_at_t[0])
    tags = search.tags[:, layout.packed_rows]  # (found, N), in the order of the batch
    ends = numpy.cumsum(layout.lengths)
    begins = ends - layout.lengths
    paths: List[List[Path]] = [[(tags[0, :0], 0.0)] for _ in range(len(ends))]
    for rank, sequence in enumerate(layout.sequences.tolist()):
        own = tags[:, begins[sequence] : ends[sequence]]
        values = totals[:, rank][numpy.isfinite(totals[:, rank])].tolist()
        paths[sequence] = list(zip(own, values))
    return paths


def _on_host(lattice: Lattice) -> Lattice:
    layout = lattice.layout
    if not isinstance(layout.lengths, numpy.ndarray):
        layout = pack_layout(numpy, to_numpy(layout.lengths))
    return Lattice(to_numpy(lattice.emissions), to_numpy(lattice.transitions), layout)


def _path_scores(lattice: Lattice, tags: Ints1d) -> Floats1d:
    """The score of one path of each sequence, by rank."""
    layout = lattice.layout
    values = lattice.emissions[numpy.arange(len(tags)), tags]
    n_alive = len(layout.last_rows)
    values[n_alive:] += lattice.transitions[tags[layout.previous_rows], tags[n_alive:]]
    return numpy.bincount(layout.ranks, weights=values, minlength=n_alive)


class _Search:
    """The paths found so far, and the cheapest turn off each that leads to a new one.

    The first axis counts the paths found; those of a batch are found together.

    tags (Keys2d): The paths, packed. *Shape:* `(found, N)`.
    losses (Floats2d): What each lacks to the best score, by rank; infinity for a path that there
        is not. *Shape:* `(found, size_at_t[0])`.
    turn_losses (Floats2d): What the best path lacks that turns at this token and is not found yet;
        infinity if there is none. *Shape:* `(found, N)`.
    turns (Keys2d): The tag that it turns to. *Shape:* `(found, N)`.
    """

    def __init__(self, lattice: Lattice) -> None:
        layout, N = lattice.layout, len(lattice.emissions)
        self.lattice = lattice
        self.best = best_scores(lattice)
        self.from_next = numpy.ascontiguousarray(lattice.transitions.T)  # [next, previous]
        self.step_of = numpy.repeat(numpy.arange(len(layout.steps)), layout.size_at_t)  # (N,)
        self.next_rows = numpy.full(N, -1)
        self.next_rows[layout.previous_rows] = numpy.arange(len(layout.last_rows), N)
        self.tags: Keys2d = best_path(self.best, lattice)[None]
        self.losses: Floats2d = numpy.zeros((1, len(layout.last_rows)))
        self.turn_losses: Floats2d = numpy.zeros((0, N))
        self.turns: Keys2d = numpy.zeros((0, N), dtype="int32")
        self.open_rows = numpy.arange(N)  # where the newest path may turn

    def find_next(self) -> bool:
        """Find one more path of each sequence that has one. Returns whether any has."""
        self._add_turns()
        ranks, turn_losses = self.lattice.layout.ranks, self.turn_losses
        cheapest = turn_losses.min(axis=0)  # (N,)
        losses = numpy.full(self.losses.shape[1], numpy.inf)
        numpy.minimum.at(losses, ranks, cheapest)
        found = numpy.isfinite(losses)
        if not found.any():
            return False
        hits = numpy.flatnonzero(cheapest == losses[ranks])[::-1]
        turn_rows = numpy.zeros(len(losses), dtype="int64")  # by rank
        turn_rows[ranks[hits]] = hits  # the last assignment holds: the first token of all
        parents = turn_losses[:, turn_rows].argmin(axis=0)
        turn_steps = self.step_of[turn_rows][ranks]  # (N,)
        inherited = self.tags[parents[ranks], numpy.arange(len(ranks))]
        kept = numpy.where(self.step_of > turn_steps, inherited, -1)
        parents, rows = parents[found], turn_rows[found]
        kept[rows] = self.turns[parents, rows]
        self._update_turns(parents, rows, self.turns[parents, rows])
        self.tags = numpy.vstack([self.tags, best_path(self.best, self.lattice, kept)])
        self.losses = numpy.vstack([self.losses, losses])
        self.open_rows = numpy.flatnonzero((self.step_of < turn_steps) & found[ranks])
        return True

    def _add_turns(self) -> None:
        """Look for the cheapest turns off the newest path."""
        N, newest = self.tags.shape[1], len(self.tags) - 1
        self.turn_losses = numpy.vstack([self.turn_losses, numpy.full(N, numpy.inf)])
        self.turns = numpy.vstack([self.turns, numpy.zeros(N, dtype="int32")])
        paths = numpy.full(len(self.open_rows), newest)
        self._update_turns(paths, self.open_rows, self.tags[newest, self.open_rows])

    def _update_turns(self, paths: Ints1d, rows: Ints1d, last: Ints1d) -> None:
        """Find the cheapest turns off some paths at some rows after the last ones taken there, in
        the order of falling scores and, of equal scores, rising tags."""
        each, later = numpy.arange(len(rows)), self.next_rows[rows]
        options = self.best[rows]  # (len(rows), nK): going on to the path's next tag
        goes_on = later >= 0
        options[goes_on] += self.from_next[self.tags[paths, later][goes_on]]
        own = options[each, self.tags[paths, rows]]
        of_last = options[each, last][:, None]
        is_after = numpy.arange(options.shape[1]) > last[:, None]
        left = (options < of_last) | ((options == of_last) & is_after)
        options[~left] = -numpy.inf
        turns = options.argmax(axis=1)
        ranks = self.lattice.layout.ranks[rows]
        self.turns[paths, rows] = turns
        self.turn_losses[paths, rows] = self.losses[paths, ranks] + own - options[each, turns]
