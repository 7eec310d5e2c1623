"""A stream in random order, without holding all of it."""

from random import Random
from typing import Iterable, Iterator, List, TypeVar

Item = TypeVar("Item")


def shuffle_stream(items: Iterable[Item], buffer: int, rng: Random) -> Iterator[Item]:
    """Shuffle a stream by way of a buffer: each item that comes in changes places with a random
    one in the buffer, which goes out. An item goes out at most `buffer` places early, and may
    stay late for any time.

    items (Iterable[Item]): The stream.
    buffer (int): Items held at once. 0: all, for a perfect shuffle.
    rng (Random): Where chance comes from.
    YIELDS (Item): Each item once.
    """
    held: List[Item] = []
    for item in items:
        if not buffer or len(held) < buffer:
            held.append(item)
            continue
        place = rng.randrange(buffer)
        out, held[place] = held[place], item
        yield out
    rng.shuffle(held)
    yield from held
