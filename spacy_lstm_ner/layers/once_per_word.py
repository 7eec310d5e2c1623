"""Run a model once for each distinct word of a batch, and give every token its word's vector."""

from functools import partial
from typing import Callable, List, NamedTuple, Optional, Tuple, Union

import numpy
from spacy.attrs import LEMMA, LOWER, NORM, ORTH, intify_attr
from spacy.tokens import Doc
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import Model, Ops

from ..errors import Errors
from ..ops.distinct import distinct_rows
from ..types import Floats2d, Ints1d, Words

Attr = Union[str, int]
IDENTITIES = {ORTH, NORM, LOWER, LEMMA}  # attributes that name a word rather than describe it


class Reads(NamedTuple):
    """What of a word the inner model reads.

    attr_ids (List[int]): Attributes, in the order of the keys' columns.
    vectors (bool): Its static vector.
    texts (bool): Its characters.
    """

    attr_ids: List[int]
    vectors: bool
    texts: bool


def once_per_word(
    inner: Model[Words, Floats2d],
    attrs: List[Attr],
    width: int,
    *,
    include_static_vectors: bool = False,
    include_texts: bool = False,
    word_dropout_scale: float = 0.0,
) -> Model[List[Doc], List[Floats2d]]:
    """Run a model on the distinct rows of token attributes in a batch and gather the results per
    token; on the way back, the gradients of all tokens of a word are added up.

    inner (Model[Words, Floats2d]): Makes a vector of each word.
    attrs (List[Attr]): Token attributes that the model reads; they tell words apart.
    width (int): Output width of the model.
    include_static_vectors (bool): Give the model the static vectors of the words too.
    include_texts (bool): Give the model the characters of the words too.
    word_dropout_scale (float): In training, tokens lose their identity (see `_drop_words`) at the
        dropout rate in force times this.
    RETURNS (Model[List[Doc], List[Floats2d]]): One array of `(tokens, width)` a Doc.
    RAISES (ValueError): If word_dropout_scale is below 0.
    """
    if word_dropout_scale < 0:
        rule = "a number >= 0, a multiple of the dropout rate"
        raise ValueError(
            Errors.SIZE.format(name="word_dropout_scale", value=word_dropout_scale, rule=rule)
        )
    reads = Reads([intify_attr(attr) for attr in attrs], include_static_vectors, include_texts)
    return Model(
        "once_per_word",
        partial(forward, reads, word_dropout_scale),
        init=partial(init, reads),
        layers=[inner],
        dims={"nO": width},
        attrs={"dropout_rate": 0.0},
    )


def forward(
    reads: Reads,
    word_dropout_scale: float,
    model: Model[List[Doc], List[Floats2d]],
    docs: List[Doc],
    is_train: bool,
) -> Tuple[List[Floats2d], Callable[[List[Floats2d]], List[Doc]]]:
    ends = numpy.cumsum([len(doc) for doc in docs]).tolist()
    if not docs or ends[-1] == 0:
        empty = model.ops.alloc2f(0, model.get_dim("nO"))
        return [empty] * len(docs), lambda dYs: []
    drop = word_dropout_scale * model.attrs["dropout_rate"] if is_train else 0.0
    words, index = get_words(model.ops, docs, reads, drop=drop)
    Y_words, bp_words = model.layers[0](words, is_train)  # (nW, width)

    def backprop(dYs: List[Floats2d]) -> List[Doc]:
        dY = model.ops.xp.concatenate(dYs)
        dY_words = model.ops.xp.zeros_like(Y_words)
        model.ops.scatter_add(dY_words, index, dY)
        bp_words(dY_words)
        return []

    return model.ops.xp.split(Y_words[index], ends[:-1]), backprop


def init(
    reads: Reads,
    model: Model[List[Doc], List[Floats2d]],
    X: Optional[List[Doc]] = None,
    Y: Optional[List[Floats2d]] = None,
) -> None:
    words: Optional[Words] = None
    docs = [doc for doc in X or [] if len(doc)]
    if reads.vectors and X:
        shape = X[0].vocab.vectors.shape
        if 0 in shape:
            raise ValueError(Errors.NO_VECTORS.format(shape=shape))
    if docs:
        words, _ = get_words(model.ops, docs, reads)
    model.layers[0].initialize(X=words)


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
    vocab = docs[0].vocab
    # Behind the keys that the model reads: the word's text, and by what its vector is found
    # (ORTH as a rule; `spacy init vectors --attr` may say otherwise).
    wanted: List[Attr] = [*reads.attr_ids, ORTH, vocab.vectors.attr]
    nA = len(reads.attr_ids)
    columns = nA + (2 if reads.vectors else 1 if reads.texts else 0)
    found = [doc.to_array(wanted[:columns]).reshape(-1, columns) for doc in docs]
    keys = numpy.concatenate(found).astype("uint64", copy=False)
    if drop > 0:
        _drop_words(keys[:, :nA], reads.attr_ids, drop)
    words, index = distinct_rows(keys)
    texts = [vocab.strings[orth] for orth in words[:, nA].tolist()] if reads.texts else None
    vectors = _lookup(ops, vocab, words[:, nA + 1]) if reads.vectors else None
    return Words(ops.xp.asarray(words[:, :nA]), vectors, texts), ops.asarray1i(index)


def _drop_words(keys: numpy.ndarray, attr_ids: List[int], rate: float) -> None:
    """Give some tokens a random identity, as words that training has not seen have one: hashed
    tables answer them with rows of other words. What describes a word (its affixes, its shape, its
    characters, its static vector) stays, so the model learns to go by that."""
    identities = [column for column, attr in enumerate(attr_ids) if attr in IDENTITIES]
    dropped = numpy.flatnonzero(numpy.random.uniform(size=len(keys)) < rate)
    for column in identities:
        keys[dropped, column] = numpy.random.randint(0, 2**63, len(dropped), dtype="uint64")


def _lookup(ops: Ops, vocab: Vocab, keys: numpy.ndarray) -> Floats2d:
    table = vocab.vectors
    if table.mode == Mode.default:
        rows = table.find(keys=keys)
        vectors = ops.asarray2f(table.data[rows])
        vectors[rows < 0] = 0
        return vectors
    return ops.asarray2f(table.get_batch(keys))
