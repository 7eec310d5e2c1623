"""Which texts to annotate next: the most useful ones, and not all of one kind."""

import heapq
from collections import Counter, defaultdict
from typing import Dict, Iterable, List, Mapping, Sequence, Tuple

import numpy
from spacy.tokens import Doc

from ..types import Floats1d

Bag = Mapping[int, float]  # word → weight; the squares sum to one


def most_useful(scored: Iterable[Tuple[float, Doc]], n: int) -> Tuple[List[Tuple[float, Doc]], int]:
    """Keep the most useful texts of a stream.

    scored (Iterable[Tuple[float, Doc]]): How useful each text is, and the text.
    n (int): How many to keep at most.
    RETURNS (Tuple[List[Tuple[float, Doc]], int]): The most useful ones, best first, the earlier
        first where they are equal; and how many there were in all.
    """
    heap: List[Tuple[float, int, Doc]] = []
    total = 0
    for useful, doc in scored:
        total += 1
        entry = (useful, -total, doc)  # no two have the same number: Docs are not compared
        if len(heap) < n:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)
    return [(useful, doc) for useful, _, doc in sorted(heap, reverse=True)], total


def choose_diverse(
    usefulness: Sequence[float], bags: Sequence[Bag], n: int, diversity: float
) -> List[int]:
    """Choose texts one after the other by maximal marginal relevance (Carbonell & Goldstein 1998):
    next comes the one with the greatest

        (1 − diversity) · usefulness − diversity · similarity

    where usefulness is scaled to 0 … 1 over the given texts, and similarity is the cosine to the
    most similar of those chosen already. The time is O(n · words of a text · texts with a word).

    usefulness (Sequence[float]): How useful each text is, best first.
    bags (Sequence[Bag]): What each is made of.
    n (int): How many to choose at most.
    diversity (float): From 0, the most useful ones, to 1, the least similar ones.
    RETURNS (List[int]): Places of the chosen texts, in the order of choice; where the value is
        equal, the more useful first.
    """
    scaled = _scale(numpy.asarray(usefulness, dtype="float64"))
    texts_with: Dict[int, List[Tuple[int, float]]] = defaultdict(list)
    for place, bag in enumerate(bags):
        for word, weight in bag.items():
            texts_with[word].append((place, weight))
    closest = numpy.zeros(len(bags))
    free = numpy.ones(len(bags), dtype=bool)
    chosen: List[int] = []
    while len(chosen) < min(n, len(bags)):
        value = (1 - diversity) * scaled - diversity * closest
        best = int(numpy.where(free, value, -numpy.inf).argmax())
        chosen.append(best)
        free[best] = False
        similar = numpy.zeros(len(bags))
        for word, weight in bags[best].items():
            for place, other in texts_with[word]:
                similar[place] += weight * other
        closest = numpy.maximum(closest, similar)
    return chosen


def bag_of_words(doc: Doc) -> Bag:
    """What a text is about: how often each normalised word stands in it, without white space,
    punctuation and stop words.

    doc (Doc): The text.
    RETURNS (Bag): Counts, scaled to a Euclidean norm of one; empty if no word is left.
    """
    counts = Counter(
        token.norm for token in doc if not (token.is_space or token.is_punct or token.is_stop)
    )
    norm = float(numpy.sqrt(sum(count**2 for count in counts.values())))
    return {word: count / norm for word, count in counts.items()}


def _scale(values: Floats1d) -> Floats1d:
    if not values.size or values.max() == values.min():
        return numpy.ones_like(values)
    return (values - values.min()) / (values.max() - values.min())
