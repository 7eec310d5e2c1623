"""What the training part teaches about the others, and the vectors about the words."""

from collections import Counter
from dataclasses import dataclass
from typing import Dict, Optional, Sequence

from spacy.attrs import ORTH
from spacy.tokens import Doc

MOST = 20  # words without vector that are named


@dataclass
class Unseen:
    """Entity strings of a part that the training part does not have.

    strings (int): Distinct entity strings.
    new_strings (int): Those that are no entity in the training part.
    entities (int): Entities.
    new_entities (int): Entities with such a string.
    """

    strings: int
    new_strings: int
    entities: int
    new_entities: int


@dataclass
class VectorCoverage:
    """How many words have a vector. White space does not count.

    tokens (int): Tokens.
    tokens_found (int): Tokens that have a vector.
    types (int): Distinct words, as written.
    types_found (int): Distinct words that have a vector.
    frequent (Dict[str, int]): The most frequent words without one.
    """

    tokens: int
    tokens_found: int
    types: int
    types_found: int
    frequent: Dict[str, int]


def count_unseen(train: Sequence[Doc], docs: Sequence[Doc]) -> Unseen:
    """Count entity strings that training does not show.

    train (Sequence[Doc]): Docs of the training part.
    docs (Sequence[Doc]): Docs of another part.
    RETURNS (Unseen): The counts.
    """
    seen = {ent.text for doc in train for ent in doc.ents}
    strings = Counter(ent.text for doc in docs for ent in doc.ents)
    new = {text: number for text, number in strings.items() if text not in seen}
    return Unseen(len(strings), len(new), strings.total(), sum(new.values()))


def vector_coverage(docs: Sequence[Doc]) -> Optional[VectorCoverage]:
    """Count the words that have a vector.

    docs (Sequence[Doc]): Docs of one vocab.
    RETURNS (Optional[VectorCoverage]): The counts, None if the vocab has no vectors.
    """
    if not docs or not docs[0].vocab.vectors_length:
        return None
    vocab = docs[0].vocab
    words: Counter[int] = Counter()
    for doc in docs:
        words.update(doc.to_array(ORTH).tolist())
    words = Counter({orth: n for orth, n in words.items() if not vocab[orth].is_space})
    without = Counter({orth: n for orth, n in words.items() if not vocab.has_vector(orth)})
    return VectorCoverage(
        tokens=words.total(),
        tokens_found=words.total() - without.total(),
        types=len(words),
        types_found=len(words) - len(without),
        frequent={vocab.strings[orth]: n for orth, n in without.most_common(MOST)},
    )
