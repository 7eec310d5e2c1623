"""Batches that can be read again as they were read the first time."""

from typing import Dict, Iterator, List, Optional, Tuple

from spacy.training import Example

from .random_states import CHEAP, State, get_states, set_states

Batch = Tuple[int, List[Example]]  # the epoch, and what is learned from
Marks = Dict[int, Dict[str, State]]


class Batches:
    """A stream of batches that notes what it takes to read it again without learning from it.

    Reading from the begin leads readers, augmenters, batchers and their schedules through all the
    states that they had, private random generators included. Only `random` and `numpy.random` are
    shared with what happens between two batches. Where reading draws from one of them, and its
    state is not the one in which the reading before left it, that state is marked. So there is one
    mark an epoch at most where spaCy shuffles, and one a batch at most where an augmenter draws.
    """

    def __init__(self, stream: Iterator[Batch], marks: Optional[Marks] = None) -> None:
        """Start at the begin of a stream.

        stream (Iterator[Batch]): Batches, made the same way each time.
        marks (Optional[Marks]): The marks of what is to be read again.
        """
        self.marks: Marks = {} if marks is None else marks
        self.n_read = 0
        self._stream = stream
        self._left: Dict[str, State] = {}

    def read(self) -> Optional[Batch]:
        """Read on.

        RETURNS (Optional[Batch]): The next batch, None in the end.
        """
        before = get_states(CHEAP)
        batch = next(self._stream, None)
        for name, after in get_states(CHEAP).items():
            if after == before[name]:
                continue
            if before[name] != self._left.get(name):
                self.marks.setdefault(self.n_read, {})[name] = before[name]
            self._left[name] = after
        self.n_read += 1
        return batch

    def read_again(self) -> Optional[Batch]:
        """Read what has been read before. The random states are others afterwards.

        RETURNS (Optional[Batch]): The next batch, None in the end.
        """
        set_states({**self._left, **self.marks.get(self.n_read, {})})
        return self.read()
