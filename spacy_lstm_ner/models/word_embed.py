"""Word vectors from attributes, computed once for each distinct word of a batch."""

from functools import partial
from typing import Any, Callable, List, Optional, Tuple, Union

import numpy
from spacy.attrs import intify_attr
from spacy.tokens import Doc
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import HashEmbed, Linear, Maxout, Model, Ops, chain, concatenate

from ..errors import Errors
from ..ops.distinct import distinct_rows
from ..types import Floats2d, Ints1d, Words

Attr = Union[str, int]


def WordEmbed(
    width: int,
    attrs: List[Attr],
    rows: List[int],
    include_static_vectors: bool = False,
    *,
    maxout_pieces: int = 3,
) -> Model[List[Doc], List[Floats2d]]:
    """Embed attributes of the tokens with hashed tables, mix them with one Maxout layer, and do
    so once for each distinct row of attributes in the batch. It learns the same as an embedding
    that runs on every token, since the gradients of all occurrences are added up.

    width (int): Output width, and width of each table.
    attrs (List[Attr]): Token attributes such as NORM, PREFIX, SUFFIX, SHAPE; each gets a table.
    rows (List[int]): Rows of each table. *Shape:* as `attrs`.
    include_static_vectors (bool): Mix in the static vectors of the vocab too, through a learned
        linear map. Words without a vector are zero before the map.
    maxout_pieces (int): Pieces of the Maxout layer.
    RETURNS (Model[List[Doc], List[Floats2d]]): One array of `(tokens, width)` a Doc.
    RAISES (ValueError): If rows and attributes differ in number, or there is nothing to embed.
    """
    if len(rows) != len(attrs):
        names = ", ".join(str(attr) for attr in attrs)
        raise ValueError(Errors.ROWS_ATTRS.format(rows=len(rows), attrs=len(attrs), names=names))
    parts: List[Model[Words, Floats2d]] = [
        chain(_column(index), HashEmbed(width, n_rows, seed=index + 1))
        for index, n_rows in enumerate(rows)
    ]
    if include_static_vectors:
        parts.append(chain(_vectors(), Linear(width)))
    if not parts:
        raise ValueError(Errors.NO_FEATURES)
    joined = concatenate(*parts) if len(parts) > 1 else parts[0]
    mix = chain(joined, Maxout(width, width * len(parts), nP=maxout_pieces, normalize=True))
    attr_ids = [intify_attr(attr) for attr in attrs]
    return Model(
        "word_embed",
        partial(forward, attr_ids, include_static_vectors),
        init=partial(init, attr_ids, include_static_vectors),
        layers=[mix],
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


def _column(index: int) -> Model[Words, Ints1d]:
    return Model(f"column-{index}", partial(_forward_column, index))


def _forward_column(
    index: int, model: Model[Words, Ints1d], words: Words, is_train: bool
) -> Tuple[Ints1d, Callable[[Ints1d], None]]:
    return words.keys[:, index], _no_gradient


def _vectors() -> Model[Words, Floats2d]:
    return Model("vectors", _forward_vectors)


def _forward_vectors(
    model: Model[Words, Floats2d], words: Words, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    return words.vectors, _no_gradient


def _no_gradient(d_words: Any) -> None:
    """Words are data: nothing is learned below them."""
