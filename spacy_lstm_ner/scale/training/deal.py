"""A corpus in parts, one for each worker."""

import copy
from itertools import islice
from typing import Callable, Dict, Iterable, Iterator, TypeVar

from spacy.language import Language
from spacy.training import Example

from ...data.readers import Corpus
from ...training.random_states import CHEAP, State, get_states, set_states
from ...training.run import Corpus as Reader

Item = TypeVar("Item")
AT_ONCE = 100  # documents between two changes of random states, each of which takes 0.3 ms


class NothingLeft(Exception):
    """A pass through the data has given nothing."""


def deal_out(corpus: Reader, shard: int, n_shards: int, states: Dict[str, State]) -> Reader:
    """A part of a corpus: document i of each pass if i % n_shards is shard. Our own reader leaves
    the others unread; of any other, they are passed by.

    corpus (Reader): The corpus.
    shard (int): Which part.
    n_shards (int): Of how many.
    states (Dict[str, State]): Of `random` and `numpy.random`, the same for all parts. Other readers
        than ours draw from them, so that all parts are of one order; they are kept up to date.
    RETURNS (Reader): The part.
    """
    if n_shards == 1:
        return corpus
    if isinstance(corpus, Corpus) and corpus.num_shards == 1:
        part = copy.copy(corpus)
        part.shard, part.num_shards = shard, n_shards
        return part

    def read(nlp: Language) -> Iterable[Example]:
        return islice(_read_in(states, lambda: iter(corpus(nlp))), shard, None, n_shards)

    return read


def never_empty(read: Callable[..., Iterable[Item]]) -> Callable[..., Iterator[Item]]:
    """Notice a pass that gives nothing, which spaCy would begin again for ever.

    read (Callable[..., Iterable[Item]]): A reader or a batcher.
    RETURNS (Callable[..., Iterator[Item]]): The same, but for passes that give nothing.
    RAISES (NothingLeft): In such a pass.
    """

    def read_some(*args: object) -> Iterator[Item]:
        is_empty = True
        for item in read(*args):
            is_empty = False
            yield item
        if is_empty:
            raise NothingLeft

    return read_some


def _read_in(states: Dict[str, State], start: Callable[[], Iterator[Example]]) -> Iterator[Example]:
    """Let what is read draw from random states of its own."""
    stream = None
    while True:
        before = get_states(CHEAP)
        set_states(states)
        try:
            stream = start() if stream is None else stream
            examples = list(islice(stream, AT_ONCE))
        finally:
            states.update(get_states(CHEAP))
            set_states(before)
        if not examples:
            return
        yield from examples
