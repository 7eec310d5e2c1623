"""Batches of Examples, for `[training.batcher]` in a config."""

from itertools import chain, repeat
from random import Random
from typing import Iterable, Iterator, List, Sequence, Union

from spacy.training import Example
from spacy.util import minibatch

from ..errors import Errors

Sizing = Union[Sequence[int], int]


class BatchByLength:
    """Batches of documents of similar length, `spacy-lstm-ner.batch_by_length.v1`. The recurrent
    layers take one step for each token of the longest document of a batch, so a batch of like
    lengths needs the fewest steps for its words.
    """

    def __init__(self, size: Sizing, buffer: int = 1000, seed: int = 0) -> None:
        """Make a batcher.

        size (Sizing): The greatest number of words of a batch, or a schedule of it, one value a
            batch, whose last value stays. An Example that is longer is a batch by itself.
        buffer (int): Examples that are sorted by length together. More make batches evener and
            their order less random.
        seed (int): Seed of the order of batches, which is another one at each pass.
        RAISES (ValueError): If a number is not above 0, or size is neither a whole number nor a
            schedule with a value.
        """
        given = [size] if isinstance(size, int) else size
        sizes = iter(given if isinstance(given, Iterable) else [])
        first = next(sizes, 0)
        least = min(given, default=0) if isinstance(given, Sequence) else first
        if least < 1:
            rule = "1 or more words: a whole number, or a schedule of at least one"
            raise ValueError(Errors.SIZE.format(name="size", value=size, rule=rule))
        if buffer < 1:
            raise ValueError(Errors.SIZE.format(name="buffer", value=buffer, rule="1 or more"))
        self.buffer = buffer
        self._sizes = _endless(chain([first], sizes))
        self._rng = Random(seed)

    def __call__(self, examples: Iterable[Example]) -> Iterator[List[Example]]:
        """Go through the Examples once.

        examples (Iterable[Example]): A stream; one buffer of it is held at a time.
        YIELDS (List[Example]): The batches. Each Example is in one of them.
        """
        for held in minibatch(examples, size=self.buffer):
            batches = list(_batches(sorted(held, key=len), self._sizes))
            self._rng.shuffle(batches)
            yield from batches


def _endless(sizes: Iterator[int]) -> Iterator[int]:
    """For at least one size."""
    for last in sizes:
        yield last
    yield from repeat(last)


def _batches(examples: List[Example], sizes: Iterator[int]) -> Iterator[List[Example]]:
    batch: List[Example] = []
    words, size = 0, next(sizes)
    for example in examples:
        if batch and words + len(example) > size:
            yield batch
            batch, words, size = [], 0, next(sizes)
        batch.append(example)
        words += len(example)
    yield batch
