"""Run a model once for each distinct word of a batch, and give every token its word's vector."""

from functools import partial
from typing import Any, Callable, List, Optional, Tuple, cast

import numpy
from spacy.attrs import intify_attr
from spacy.tokens import Doc
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import Model, NumpyOps

from ..errors import Errors
from ..ops.distinct import distinct_rows
from ..types import Floats2d, Keys2d, Words
from .kept_rows import Found, KeptRows, RowMap
from .no_backprop import no_backprop
from .words import Attr, Reads, get_words, make_words, token_keys, vector_forms


def once_per_word(
    inner: Model[Words, Floats2d],
    attrs: List[Attr],
    *,
    include_static_vectors: bool = False,
    include_texts: bool = False,
    word_dropout_scale: float = 0.0,
    kept_rows: int = 0,
) -> Model[List[Doc], List[Floats2d]]:
    """Run a model on the distinct rows of token attributes in a batch and gather the results per
    token; on the way back, the gradients of all tokens of a word are added up. At prediction on a
    CPU, results are kept for the batches that follow.

    inner (Model[Words, Floats2d]): Makes a vector of each word.
    attrs (List[Attr]): Token attributes that the model reads; they tell words apart.
    include_static_vectors (bool): Give the model what it needs to look up static vectors too.
    include_texts (bool): Give the model the characters of the words too.
    word_dropout_scale (float): In training, tokens lose their identity (see `words._drop_words`)
        at the dropout rate in force times this.
    kept_rows (int): Words whose vectors are kept, at most. See `KeptRows`.
    RETURNS (Model[List[Doc], List[Floats2d]]): One array of `(tokens, nO)` a Doc.
    RAISES (ValueError): If word_dropout_scale or kept_rows is below 0, or an attribute unknown.
    """
    if word_dropout_scale < 0:
        rule = "a number >= 0, a multiple of the dropout rate"
        raise ValueError(
            Errors.SIZE.format(name="word_dropout_scale", value=word_dropout_scale, rule=rule)
        )
    if kept_rows < 0:
        rule = "a number >= 0; 0 keeps none"
        raise ValueError(Errors.SIZE.format(name="kept_rows", value=kept_rows, rule=rule))
    ids = [intify_attr(attr) for attr in attrs]
    if None in ids:
        raise ValueError(Errors.UNKNOWN_ATTR.format(attr=attrs[ids.index(None)]))
    reads = Reads(ids, include_static_vectors, include_texts)
    return Model(
        "once_per_word",
        partial(forward, reads, word_dropout_scale),
        init=partial(init, reads),
        layers=[inner],
        shims=[KeptRows(kept_rows)],
        dims={"nO": inner.maybe_get_dim("nO")},
        # A function among the attrs is a method that a thinc model can have; it is not stored.
        attrs={"dropout_rate": 0.0, "look_up_words": partial(look_up_words, reads)},
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
    if is_train:
        drop = word_dropout_scale * model.attrs["dropout_rate"]
        Y, bp_tokens = _train(reads, drop, model, docs)
    else:
        found = look_up_words(reads, model, docs)
        Y, bp_tokens = found.rows.take(found.index, axis=0), no_backprop(model)

    def backprop(dYs: List[Floats2d]) -> List[Doc]:
        bp_tokens(model.ops.xp.concatenate(dYs))
        return []

    return [Y[begin:end] for begin, end in zip([0, *ends], ends)], backprop


def _train(
    reads: Reads, drop: float, model: Model[List[Doc], List[Floats2d]], docs: List[Doc]
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    _kept_rows(model).clear()
    words, index = get_words(model.ops, docs, reads, drop=drop)
    Y_words, bp_words = model.layers[0](words, True)  # (nW, nO)

    def backprop(dY: Floats2d) -> None:
        dY_words = model.ops.xp.zeros_like(Y_words)
        model.ops.scatter_add(dY_words, index, dY)
        bp_words(dY_words)

    return Y_words.take(index, axis=0), backprop


def look_up_words(
    reads: Reads,
    model: Model[List[Doc], List[Floats2d]],
    docs: List[Doc],
    then: Optional[RowMap] = None,
) -> Found:
    """Predict the vectors of a batch's words, or what the layer above makes of them.

    reads (Reads): What of a word is wanted.
    model (Model[List[Doc], List[Floats2d]]): Made by `once_per_word`.
    docs (List[Doc]): The batch; at least one token.
    then (Optional[RowMap]): What else to do to each word's vector. One such result is kept at a
        time: with another `then` than before, rows are made anew.
    RETURNS (Found): The rows, and the row of each token.
    """
    inner, ops, vocab = model.layers[0], model.ops, docs[0].vocab

    def finish(words: Words, tool: Any) -> Floats2d:
        Y = inner.predict(words)
        return then.apply(tool, Y) if then else Y

    prepare = then.prepare if then else None
    if not isinstance(ops, NumpyOps):  # what is left to save there are transfers of keys
        words, index = get_words(ops, docs, reads)
        tool = prepare() if prepare else None
        return Found(finish(words, tool), index, tool)

    def compute(keys: Keys2d, tool: Any) -> Floats2d:
        return finish(make_words(ops, vocab, keys, reads), tool)

    sources = [*_sources(inner, vocab, reads), *(then.sources if then else [])]
    look_up = partial(_kept_rows(model).look_up, sources, compute=compute, prepare=prepare)
    keys = token_keys(docs, reads)
    if not reads.vectors or vocab.vectors.mode != Mode.default:  # floret vectors cannot be set
        return look_up(keys)
    # `Vocab.set_vector` changes vectors in place, so what they are just now goes with the keys.
    keys, index = distinct_rows(keys)
    forms = vector_forms(ops, vocab, keys[:, len(reads.attr_ids) :])
    found = look_up(numpy.column_stack([keys, forms]))
    return found._replace(index=found.index.take(index))


def _kept_rows(model: Model[List[Doc], List[Floats2d]]) -> KeptRows:
    (kept,) = model.shims
    return cast(KeptRows, kept)


def _sources(inner: Model[Words, Floats2d], vocab: Vocab, reads: Reads) -> List[Any]:
    """Everything but the keys that the vectors of words are made from. An optimizer, `use_params`
    and `from_bytes` put other arrays in the place of the parameters."""
    sources = [
        node.get_param(name)
        for node in inner.walk()
        for name in node.param_names
        if node.has_param(name)
    ]
    return [*sources, vocab, vocab.vectors, vocab.vectors.data] if reads.vectors else sources


def init(
    reads: Reads,
    model: Model[List[Doc], List[Floats2d]],
    X: Optional[List[Doc]] = None,
    Y: Optional[List[Floats2d]] = None,
) -> None:
    words: Optional[Words] = None
    docs = [doc for doc in X or [] if len(doc)]
    if docs:
        words, _ = get_words(model.ops, docs, reads)
    model.layers[0].initialize(X=words)
    model.set_dim("nO", model.layers[0].get_dim("nO"))
