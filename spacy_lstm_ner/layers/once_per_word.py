"""Run a model once for each distinct word of a batch, and give every token its word's vector."""

from functools import partial
from typing import Callable, List, Optional, Tuple, Union

import numpy
from spacy.attrs import intify_attr
from spacy.tokens import Doc
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import Model, Ops

from ..errors import Errors
from ..ops.distinct import distinct_rows
from ..types import Floats2d, Ints1d, Words

Attr = Union[str, int]


def once_per_word(
    inner: Model[Words, Floats2d],
    attrs: List[Attr],
    width: int,
    *,
    include_static_vectors: bool = False,
) -> Model[List[Doc], List[Floats2d]]:
    """Run a model on the distinct rows of token attributes in a batch and gather the results per
    token; on the way back, the gradients of all tokens of a word are added up.

    inner (Model[Words, Floats2d]): Makes a vector of each word.
    attrs (List[Attr]): Token attributes that the model reads; they tell words apart.
    width (int): Output width of the model.
    include_static_vectors (bool): Give the model the static vectors of the words too.
    RETURNS (Model[List[Doc], List[Floats2d]]): One array of `(tokens, width)` a Doc.
    """
    attr_ids = [intify_attr(attr) for attr in attrs]
    return Model(
        "once_per_word",
        partial(forward, attr_ids, include_static_vectors),
        init=partial(init, attr_ids, include_static_vectors),
        layers=[inner],
        dims={"nO": width},
    )


def forward(
    attr_ids: List[int],
    include_static_vectors: bool,
    model: Model[List[Doc], List[Floats2d]],
    docs: List[Doc],
    is_train: bool,
) -> Tuple[List[Floats2d], Callable[[List[Floats2d]], List[Doc]]]:
    ends = numpy.cumsum([len(doc) for doc in docs]).tolist()
    if not docs or ends[-1] == 0:
        empty = model.ops.alloc2f(0, model.get_dim("nO"))
        return [empty] * len(docs), lambda dYs: []
    words, index = get_words(model.ops, docs, attr_ids, include_static_vectors)
    Y_words, bp_words = model.layers[0](words, is_train)  # (nW, width)

    def backprop(dYs: List[Floats2d]) -> List[Doc]:
        dY = model.ops.xp.concatenate(dYs)
        dY_words = model.ops.xp.zeros_like(Y_words)
        model.ops.scatter_add(dY_words, index, dY)
        bp_words(dY_words)
        return []

    return model.ops.xp.split(Y_words[index], ends[:-1]), backprop


def init(
    attr_ids: List[int],
    include_static_vectors: bool,
    model: Model[List[Doc], List[Floats2d]],
    X: Optional[List[Doc]] = None,
    Y: Optional[List[Floats2d]] = None,
) -> None:
    words: Optional[Words] = None
    docs = [doc for doc in X or [] if len(doc)]
    if include_static_vectors and X:
        shape = X[0].vocab.vectors.shape
        if 0 in shape:
            raise ValueError(Errors.NO_VECTORS.format(shape=shape))
    if docs:
        words, _ = get_words(model.ops, docs, attr_ids, include_static_vectors)
    model.layers[0].initialize(X=words)


def get_words(
    ops: Ops, docs: List[Doc], attr_ids: List[int], include_static_vectors: bool
) -> Tuple[Words, Ints1d]:
    """The distinct words of a batch, and which one each token is.

    ops (Ops): Backend.
    docs (List[Doc]): The batch; at least one token.
    attr_ids (List[int]): Attributes that tell words apart.
    include_static_vectors (bool): Look up their vectors too. Vectors have an attribute of their
        own (ORTH as a rule), by which words are told apart then as well.
    RETURNS (Tuple[Words, Ints1d]): The words, and the word of each token. *Shape:* `(N,)`.
    """
    vocab = docs[0].vocab
    wanted: List[Attr] = [*attr_ids, vocab.vectors.attr] if include_static_vectors else [*attr_ids]
    columns = len(wanted)
    keys = numpy.concatenate([doc.to_array(wanted).reshape(-1, columns) for doc in docs])
    words, index = distinct_rows(keys.astype("uint64", copy=False))
    vectors = _lookup(ops, vocab, words[:, -1]) if include_static_vectors else None
    return Words(ops.asarray(words), vectors), ops.asarray1i(index)


def _lookup(ops: Ops, vocab: Vocab, keys: numpy.ndarray) -> Floats2d:
    table = vocab.vectors
    if table.mode == Mode.default:
        rows = table.find(keys=keys)
        vectors = ops.asarray2f(table.data[rows])
        vectors[rows < 0] = 0
        return vectors
    return ops.asarray2f(table.get_batch(keys))
