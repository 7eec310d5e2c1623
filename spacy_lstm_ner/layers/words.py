"""The words of a batch, as an embedding reads them."""

from typing import List, NamedTuple, Tuple, Union

import numpy
from spacy.attrs import LEMMA, LOWER, NORM, ORTH
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import Ops

from ..ops.distinct import distinct_rows, row_forms
from ..types import Ints1d, Keys2d, Words
from .vector_tables import find_vectors

Attr = Union[str, int]
IDENTITIES = {ORTH, NORM, LOWER, LEMMA}  # attributes that name a word rather than describe it


class Reads(NamedTuple):
    """What of a word the inner model reads.

    attr_ids (List[int]): Attributes, in the order of the keys' columns.
    vectors (bool): Its static vectors, of the vocab or of other tables.
    texts (bool): Its characters.
    """

    attr_ids: List[int]
    vectors: bool
    texts: bool


def get_words(
    ops: Ops, docs: List[Doc], reads: Reads, *, drop: float = 0.0
) -> Tuple[Words, Ints1d]:
    """The distinct words of a batch, and which one each token is.

    ops (Ops): Backend.
    docs (List[Doc]): The batch; at least one token.
    reads (Reads): What of a word is wanted; this tells words apart.
    drop (float): Share of tokens that lose their identity.
    RETURNS (Tuple[Words, Ints1d]): The words, and the word of each token. *Shape:* `(N,)`.
    """
    keys = token_keys(docs, reads)
    if drop > 0:
        _drop_words(keys[:, : len(reads.attr_ids)], reads.attr_ids, drop)
    words, index = distinct_rows(keys)
    return make_words(ops, docs[0].vocab, words, reads), ops.asarray1i(index)


def token_keys(docs: List[Doc], reads: Reads) -> Keys2d:
    """What tells the words of a batch apart: the attributes that the model reads, and behind them
    by what the word's text and its static vectors are found.

    docs (List[Doc]): The batch; at least one Doc.
    reads (Reads): What of a word is wanted.
    RETURNS (Keys2d): *Shape:* `(N, columns)`, uint64.
    """
    nA = len(reads.attr_ids)
    # Vectors are found by ORTH as a rule; `spacy init vectors --attr` may say otherwise.
    wanted: List[Attr] = [*reads.attr_ids, ORTH, docs[0].vocab.vectors.attr, LOWER]
    columns = nA + (3 if reads.vectors else 1 if reads.texts else 0)
    found = [doc.to_array(wanted[:columns]).reshape(-1, columns) for doc in docs]
    return numpy.concatenate(found).astype("uint64", copy=False)


def make_words(ops: Ops, vocab: Vocab, keys: Keys2d, reads: Reads) -> Words:
    """Look up what the model reads of some words.

    ops (Ops): Backend.
    vocab (Vocab): Their vocabulary.
    keys (Keys2d): Their rows of `token_keys`. *Shape:* `(nW, columns)`.
    reads (Reads): What of a word is wanted.
    RETURNS (Words): The words.
    """
    nA = len(reads.attr_ids)
    texts = [vocab.strings[orth] for orth in keys[:, nA].tolist()] if reads.texts else None
    names = keys[:, nA : nA + 3] if reads.vectors else None
    return Words(ops.xp.asarray(keys[:, :nA]), texts, names, vocab)


def vector_forms(ops: Ops, vocab: Vocab, names: Keys2d) -> Ints1d:
    """One number for each word that is another one once the word has another vector in the vocab.

    ops (Ops): Backend.
    vocab (Vocab): The words' vocabulary.
    names (Keys2d): By what the vectors are found, see `find_vectors`. *Shape:* `(nW, 3)`.
    RETURNS (Ints1d): *Shape:* `(nW,)`, uint64.
    """
    vectors, found = find_vectors(ops, vocab, names)
    return row_forms(vectors.view("uint32")) + found


def _drop_words(keys: Keys2d, attr_ids: List[int], rate: float) -> None:
    """Give some tokens a random identity, as words that training has not seen have one: hashed
    tables answer them with rows of other words. What describes a word (its affixes, its shape, its
    characters, its static vectors) stays, so the model learns to go by that."""
    identities = [column for column, attr in enumerate(attr_ids) if attr in IDENTITIES]
    dropped = numpy.flatnonzero(numpy.random.uniform(size=len(keys)) < rate)
    for column in identities:
        keys[dropped, column] = numpy.random.randint(0, 2**63, len(dropped), dtype="uint64")
