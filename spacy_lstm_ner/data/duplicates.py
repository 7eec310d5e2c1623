"""Documents of one part that stand, word for word or nearly, in another part too."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, combinations, pairwise
from typing import Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence, Tuple

from .mentions import PartDocs

SIMILAR = 0.8  # Jaccard similarity from which two documents are near duplicates
SHORT = 5  # documents of fewer words are too short to be near duplicates

Pair = Tuple[str, str]  # two neighbouring words
Pairs = FrozenSet[Pair]  # those of a document


@dataclass(frozen=True)
class Duplicate:
    """A document and its double.

    doc (int): Number of the document in its part, from 1.
    other_doc (int): Number of its double in the other part, from 1.
    similarity (float): Jaccard similarity of their pairs of neighbouring words.
    text (str): The document's text.
    """

    doc: int
    other_doc: int
    similarity: float
    text: str


@dataclass
class Overlap:
    """What two parts share. Each document counts once, with its closest double.

    part (str): The part whose documents are counted.
    other (str): The part that their doubles stand in.
    exact (List[Duplicate]): Equal texts, but for white space.
    near (List[Duplicate]): Texts with similarity of at least 0.8.
    """

    part: str
    other: str
    exact: List[Duplicate]
    near: List[Duplicate]


def find_duplicates(parts: PartDocs) -> List[Overlap]:
    """Compare every two parts.

    parts (PartDocs): The Docs of each part.
    RETURNS (List[Overlap]): What each part shares with each part before it.
    """
    texts = {part: [" ".join(doc.text.split()) for doc in docs] for part, docs in parts.items()}
    pairs = {part: [word_pairs(text) for text in these] for part, these in texts.items()}
    beginnings = rarest(chain.from_iterable(pairs.values()))
    overlaps = []
    for other, part in combinations(parts, 2):
        first = {text: at for at, text in reversed(list(enumerate(texts[other])))}
        overlap = Overlap(part, other, [], [])
        closest = nearest(pairs[part], pairs[other], beginnings)
        for at, text in enumerate(texts[part]):
            if text in first:
                overlap.exact.append(Duplicate(at + 1, first[text] + 1, 1.0, text))
            elif (match := closest[at]) is not None:
                overlap.near.append(Duplicate(at + 1, match[0] + 1, match[1], text))
        overlaps.append(overlap)
    return overlaps


def word_pairs(text: str) -> Pairs:
    """The pairs of neighbouring words in a text, without case and punctuation.

    text (str): The text.
    RETURNS (Pairs): The pairs; none if the text has fewer than 5 words.
    """
    words = re.findall(r"\w+", text.lower())
    return frozenset(pairwise(words)) if len(words) >= SHORT else frozenset()


def rarest(sets: Iterable[Pairs]) -> Dict[Pairs, List[Pair]]:
    """Find the members by which to look for similar sets without comparing all with all. Of two
    sets with a Jaccard similarity of at least 0.8, each sorted from the member that is rarest
    among all sets to the most frequent, the beginnings share a member: of n, the first
    n - ⌈0.8 n⌉ + 1 (prefix filter; Chaudhuri, Ganti and Kaushik, "A primitive operator for
    similarity joins in data cleaning", ICDE 2006).

    sets (Iterable[Pairs]): All sets that are compared.
    RETURNS (Dict[Pairs, List[Pair]]): The beginning of each.
    """
    sets = list(sets)
    frequency = Counter(chain.from_iterable(sets))
    beginnings = {}
    for pairs in set(sets):
        ranked = sorted(pairs, key=lambda pair: (frequency[pair], pair))
        # Rounded down instead of up: one member more at most, and safe from rounding errors.
        beginnings[pairs] = ranked[: len(ranked) - int(SIMILAR * len(ranked)) + 1]
    return beginnings


def nearest(
    queries: Sequence[Pairs], targets: Sequence[Pairs], beginnings: Mapping[Pairs, List[Pair]]
) -> List[Optional[Tuple[int, float]]]:
    """Find for each set the most similar one among others, if their Jaccard similarity is at
    least 0.8.

    queries (Sequence[Pairs]): The sets.
    targets (Sequence[Pairs]): The sets to look in.
    beginnings (Mapping[Pairs, List[Pair]]): What `rarest` tells of all of them.
    RETURNS (List[Optional[Tuple[int, float]]]): For each query the index of the target (the first
        of equals) and the similarity, or None. Empty sets resemble nothing.
    """
    index = {target: at for at, target in reversed(list(enumerate(targets)))}
    holders: Dict[Pair, List[Pairs]] = defaultdict(list)
    for target in index:
        for pair in beginnings[target]:
            holders[pair].append(target)

    def look_up(query: Pairs) -> Optional[Tuple[int, float]]:
        candidates = {target for pair in beginnings[query] for target in holders.get(pair, ())}
        ranked = [(-_jaccard(query, target), index[target]) for target in candidates]
        minus_similarity, at = min(ranked, default=(0.0, 0))
        return (at, -minus_similarity) if -minus_similarity >= SIMILAR else None

    found = {query: look_up(query) for query in set(queries)}
    return [found[query] for query in queries]


def _jaccard(one: Pairs, other: Pairs) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
