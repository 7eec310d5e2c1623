"""The groups of letters in words: character n-grams."""

from typing import List, NamedTuple, Sequence

import numpy

from ..types import Ints1d

BEGIN, END = "\x02", "\x03"  # stand for the ends of a word, and hardly ever in text
# From Steele & Vigna (2022): different n-grams get different numbers, but for chance.
MULTIPLIER = numpy.uint64(0xD1342543DE82EF95)


class Ngrams(NamedTuple):
    """The n-grams of some words.

    keys (Ints1d): One number for each n-gram. *Shape:* `(nG,)`, uint64.
    words (Ints1d): The word that each stands in. *Shape:* `(nG,)`, int32.
    """

    keys: Ints1d
    words: Ints1d


def char_ngrams(texts: Sequence[str], min_size: int, max_size: int) -> Ngrams:
    """Find the n-grams of each word, which has a sign for its begin in front and one for its end
    behind: "ova" differs from "ova" at the end of a word. An n-gram that stands twice in a word is
    given twice.

    texts (Sequence[str]): The words.
    min_size (int): Characters of the shortest n-grams, with the signs; at least 1.
    max_size (int): Characters of the longest n-grams.
    RETURNS (Ngrams): By size, and by place within a size.
    """
    joined = "".join(f"{BEGIN}{text}{END}" for text in texts)
    codes = numpy.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="uint32")
    words = numpy.repeat(numpy.arange(len(texts), dtype="int32"), [len(text) + 2 for text in texts])
    keys: List[Ints1d] = []
    owners: List[Ints1d] = []
    rolling = numpy.zeros(len(codes), dtype="uint64")
    for size in range(1, max_size + 1):
        # Horner's rule, on all n-grams of this size at once. Plus one, so that a NUL counts.
        count = max(0, len(codes) - size + 1)
        rolling = rolling[:count] * MULTIPLIER + codes[size - 1 :] + numpy.uint64(1)
        whole = words[:count] == words[size - 1 :]  # begin and end in one word
        if size >= min_size:
            keys.append(rolling[whole])
            owners.append(words[:count][whole])
    return Ngrams(numpy.concatenate(keys), numpy.concatenate(owners))
