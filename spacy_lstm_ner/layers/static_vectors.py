"""Words to static vectors, with what training adds to them."""

from functools import partial
from typing import Any, Callable, List, Optional, Tuple, cast

import numpy
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import Model

from ..errors import Errors
from ..types import Floats2d, Ints1d, Words
from .gradients import gradient_of, no_gradient
from .vector_tables import VectorTable, find_vectors


def static_vectors(
    table: Optional[VectorTable] = None, trained_words: int = 0
) -> Model[Words, Floats2d]:
    """Look up the static vector of each word; the last column is 1 where there is none, so that
    the layers above know.

    Vectors can be trained on: the first words with a vector that training meets get a row of `E`
    each, zero at its start, which is added to the vector. Words that training has not met keep
    their vectors untouched. (A hashed table would add to them what was learned about others.)
    Weight decay pulls a vector back to where it came from.

    table (Optional[VectorTable]): The table to look in; None: the vocab's own.
    trained_words (int): Words whose vectors are trained on, at most.
    RETURNS (Model[Words, Floats2d]): From words to `(nW, nV + 1)`.
    """
    return Model(
        "static_vectors",
        partial(forward, table),
        init=partial(init, table, trained_words),
        params={"E": None} if trained_words else {},
        # Rows of a table at a path, which could be another one when the model is loaded.
        dims={"nV": None, "nO": None, **({} if table is None else {"nR": None})},
        # The row of E for each key: it grows in training and is stored with the model.
        attrs={"rows": {}} if trained_words else {},
    )


def forward(
    table: Optional[VectorTable], model: Model[Words, Floats2d], words: Words, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    nV = model.get_dim("nV")
    _check_shape(table, model, *_source(table, words).data.shape)
    Y, found = find_vectors(model.ops, cast(Vocab, words.vocab), words.names, table)
    if not model.has_param("E"):
        return Y, no_gradient
    E: Floats2d = model.get_param("E")
    if is_train:
        _give_rows(model, found[model.ops.to_numpy(Y[:, nV]) == 0].tolist())
    get = model.attrs["rows"].get
    rows = numpy.array([get(key, -1) for key in found.tolist()], dtype="int32")
    trained: Ints1d = model.ops.xp.asarray(numpy.flatnonzero(rows >= 0))
    rows = model.ops.xp.asarray(rows)[trained]
    Y = Y.astype(E.dtype, copy=False)
    Y[trained, :nV] += E[rows]

    def backprop(dY: Floats2d) -> None:
        model.ops.scatter_add(gradient_of(model, "E"), rows, dY[trained, :nV])

    return Y, backprop


def _give_rows(model: Model[Words, Floats2d], keys: List[int]) -> None:
    rows, limit = model.attrs["rows"], len(model.get_param("E"))
    for key in keys:
        if len(rows) >= limit:
            return
        rows.setdefault(key, len(rows))


def _source(table: Optional[VectorTable], words: Words) -> Any:
    return cast(Vocab, words.vocab).vectors if table is None else table


def _where(table: Optional[VectorTable]) -> str:
    return "the vocab" if table is None else f"'{table.path}'"


def _check_shape(
    table: Optional[VectorTable], model: Model[Words, Floats2d], rows: int, width: int
) -> None:
    nV, nR = model.get_dim("nV"), model.maybe_get_dim("nR")
    if width != nV:
        where = _where(table)
        raise ValueError(Errors.VECTORS_WIDTH.format(where=where, given=width, expected=nV))
    if table is not None and nR is not None and rows != nR:
        raise ValueError(Errors.VECTORS_ROWS.format(path=table.path, given=rows, expected=nR))


def init(
    table: Optional[VectorTable],
    trained_words: int,
    model: Model[Words, Floats2d],
    X: Optional[Words] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    if X is None:
        raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim="nV"))
    source = _source(table, X)
    if 0 in source.data.shape:
        raise ValueError(Errors.NO_VECTORS.format(where=_where(table)))
    if trained_words and source.mode != Mode.default:
        raise ValueError(Errors.TRAINED_FLORET.format(trained_words=trained_words))
    nR, nV = source.data.shape
    if table is not None:
        model.set_dim("nR", nR)
    model.set_dim("nV", nV)
    model.set_dim("nO", nV + 1)
    if trained_words:
        model.set_param("E", model.ops.alloc2f(trained_words, nV))
        model.attrs["rows"] = {}
