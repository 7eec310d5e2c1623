"""Rows of an embedding that are kept from one batch to the next at prediction."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy
from thinc.api import Shim

from ..ops.distinct import distinct_rows
from ..types import Floats2d, Ints1d, Keys2d

Compute = Callable[[Keys2d, Any], Floats2d]

# Rows that there is room for at once. The system gives memory as they are written; to grow little
# by little would leave holes in the heap each time that collecting begins anew.
ROOM = 32768


class Found(NamedTuple):
    """Words that were looked up.

    rows (Floats2d): Rows of these words, and maybe of others. Not to be written to. *Shape:*
        `(at least the distinct words, width)`.
    index (Ints1d): The row of each word. *Shape:* `(N,)`.
    tool (Any): What `prepare` made.
    """

    rows: Floats2d
    index: Ints1d
    tool: Any


class RowMap(NamedTuple):
    """What a layer makes of each row of its input by itself.

    sources (List[Any]): The parameter arrays that it reads.
    prepare (Callable[[], Any]): Brings them into the form in which they are used.
    apply (Callable[[Any, Floats2d], Floats2d]): Takes what `prepare` gave and the rows.
    """

    sources: List[Any]
    prepare: Callable[[], Any]
    apply: Callable[[Any, Floats2d], Floats2d]


class KeptRows(Shim):
    """Output rows of a model of words, found again by the words' keys.

    Rows hold as long as the very objects that they were made from are still in place: parameter
    arrays, the table of static vectors. An optimizer may change arrays in place, so its steps are
    watched too: this is a shim because thinc tells a model's shims about them. Where the limit is
    reached all rows are dropped and the batch at hand begins anew, which costs less than to find
    out which ones to keep.

    No Token, Doc or string is held, so the strings of a memory zone are free to go.
    Nothing is stored: a copy, a pickle and a saved model begin with no rows. Threads may share it:
    while one of them has the rows, the others compute their own (`list.pop` and `append` are
    atomic).

    limit (int): Rows kept at most.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(None)
        self.limit = limit
        self.clear()

    def clear(self) -> None:
        """Forget all rows. A thread that has them just now gives them back to nobody."""
        self._free: List[_Rows] = [_Rows(())] if self.limit else []

    def look_up(
        self,
        sources: Sequence[Any],
        keys: Keys2d,
        compute: Compute,
        prepare: Optional[Callable[[], Any]] = None,
    ) -> Found:
        """Find the rows of words.

        sources (Sequence[Any]): The objects that the rows are made from, beside the keys.
        keys (Keys2d): All that tells one word from another; words may come many times.
            *Shape:* `(N, columns)`, uint64.
        compute (Callable[[Keys2d, Any], Floats2d]): Makes the rows of distinct words, with the
            tool that `prepare` made.
        prepare (Optional[Callable[[], Any]]): Makes of the sources what `compute` needs of them;
            it is kept as long as the rows are.
        RETURNS (Found): The rows.
        """
        free = self._free
        try:
            rows = free.pop()
        except IndexError:  # another thread has them, or none are wanted
            words, index = distinct_rows(keys)
            tool = prepare() if prepare else None
            return Found(compute(words, tool), index, tool)
        try:
            if not rows.are_from(sources):
                rows = _Rows(tuple(sources), prepare() if prepare else None)
            return rows.look_up(keys, compute, self.limit)
        finally:
            free.append(rows)

    def __len__(self) -> int:
        return sum(len(rows.places) for rows in self._free)

    def __reduce__(self) -> Tuple[Any, ...]:
        return KeptRows, (self.limit,)

    def finish_update(self, optimizer: Any) -> None:
        """Forget all rows: the optimizer may change parameters in place."""
        self.clear()

    def to_device(self, device_type: str, device_id: int) -> None:
        """Nothing to do: on another device the parameters are other arrays."""

    def to_bytes(self) -> bytes:
        """Nothing: rows are not part of the model."""
        return b""

    def from_bytes(self, data: bytes) -> "KeptRows":
        """Nothing to do: parameters that were loaded are other arrays.

        data (bytes): What `to_bytes` gave.
        RETURNS (KeptRows): This object.
        """
        return self


class _Rows:
    """Rows made from the same sources, in the order in which they were met. A row that is there is
    never changed: whoever has found it may go on reading when the next batch comes."""

    def __init__(self, sources: Tuple[Any, ...], tool: Any = None) -> None:
        self.sources = sources
        self.tool = tool
        self.places: Dict[bytes, int] = {}
        self.data: Floats2d = None

    def are_from(self, sources: Sequence[Any]) -> bool:
        return len(sources) == len(self.sources) and all(
            one is other for one, other in zip(sources, self.sources)
        )

    def look_up(self, keys: Keys2d, compute: Compute, limit: int) -> Found:
        get = self.places.get
        at = numpy.array([get(name, -1) for name in _names(keys)], dtype="int32")
        new = numpy.flatnonzero(at < 0)
        if len(new):
            words, index = distinct_rows(keys[new])
            if len(self.places) + len(words) > limit:
                self.places, self.data = {}, None
                new = numpy.arange(len(keys))
                words, index = distinct_rows(keys)
            made = compute(words, self.tool)
            if len(words) > limit:
                return Found(made, index, self.tool)
            at[new] = self._add(words, made, limit) + index
        return Found(self.data, at, self.tool)

    def _add(self, words: Keys2d, made: Floats2d, limit: int) -> int:
        """Keep rows of words; returns the place of the first one."""
        begin = len(self.places)
        end = begin + len(words)
        if self.data is None or end > len(self.data):
            larger = numpy.empty((min(limit, max(2 * end, ROOM)), made.shape[1]), dtype=made.dtype)
            if begin:
                larger[:begin] = self.data[:begin]
            self.data = larger
        self.data[begin:end] = made
        self.places.update(zip(_names(words), range(begin, end)))
        return begin


def _names(keys: Keys2d) -> List[bytes]:
    """Whole rows of keys: no two words ever share one by accident."""
    whole = numpy.ascontiguousarray(keys).view(f"V{keys.shape[1] * keys.itemsize}")
    names: List[bytes] = whole.ravel().tolist()
    return names
