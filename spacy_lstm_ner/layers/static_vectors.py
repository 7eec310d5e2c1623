"""Words to static vectors, with what training adds to them."""

from collections import Counter
from functools import partial
from typing import Any, Callable, Dict, Iterable, Optional, Tuple, cast

import numpy
from spacy.tokens import Doc
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import Model

from ..errors import Errors
from ..types import Floats2d, Ints1d, Words
from .gradients import gradient_of, no_gradient
from .vector_tables import VectorTable, find_vectors, normalized
from .words import Reads, token_keys

NAMES = Reads([], vectors=True, texts=False)


def static_vectors(
    table: Optional[VectorTable] = None, trained_words: int = 0, normalize: bool = False
) -> Model[Words, Floats2d]:
    """Look up the static vector of each word; the last column is 1 where there is none, so that
    the layers above know.

    Vectors can be trained on: the words with a vector that are most frequent in the training text
    get a row of `E` each, zero at its start, which is added to the vector. All other words keep
    their vectors untouched. (A hashed table would add to them what was learned about others.)
    Weight decay pulls a vector back to where it came from. Rows are given before training, in an
    order that the text alone decides, so that a run that goes on, and workers that learn together,
    have the same: for this, the layer has an attribute `read_training_docs`, as `word_table` has.

    table (Optional[VectorTable]): The table to look in; None: the vocab's own.
    trained_words (int): Words whose vectors are trained on, at most.
    normalize (bool): Bring the table's vectors to a root mean square of 1.
    RETURNS (Model[Words, Floats2d]): From words to `(nW, nV + 1)`.
    """
    # The digest is that of training: when the model is loaded, another table may be at the path.
    attrs: Dict[str, Any] = {} if table is None else {"table": table, "digest": None}
    if trained_words:
        # The rows of E by the words' keys, and what gives them.
        attrs["rows"] = None
        attrs["read_training_docs"] = partial(read_training_docs, trained_words)
    return Model(
        "static_vectors",
        partial(forward, normalize),
        init=init,
        params={"E": None} if trained_words else {},
        dims={"nV": None, "nO": None, **({} if table is None else {"nR": None})},
        attrs=attrs,
    )


def forward(
    normalize: bool, model: Model[Words, Floats2d], words: Words, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    nV, table = model.get_dim("nV"), model.attrs.get("table")
    _check_shape(table, model, *_source(table, words).data.shape)
    Y, found = find_vectors(model.ops, cast(Vocab, words.vocab), words.names, table)
    if normalize:
        Y[:, :nV] = normalized(model.ops, Y[:, :nV])
    if not model.has_param("E"):
        return Y, no_gradient
    E: Floats2d = model.get_param("E")
    get = model.attrs["rows"].get
    rows = numpy.array([get(key, -1) for key in found.tolist()], dtype="int32")
    trained: Ints1d = model.ops.xp.asarray(numpy.flatnonzero(rows >= 0))
    rows = model.ops.xp.asarray(rows)[trained]
    Y = Y.astype(E.dtype, copy=False)
    Y[trained, :nV] += E[rows]

    def backprop(dY: Floats2d) -> None:
        model.ops.scatter_add(gradient_of(model, "E"), rows, dY[trained, :nV])

    return Y, backprop


def read_training_docs(
    trained_words: int, model: Model[Words, Floats2d], docs: Iterable[Doc]
) -> None:
    """Give rows of `E` to the words with a vector, the most frequent first.

    trained_words (int): Rows, at most.
    model (Model[Words, Floats2d]): Made by `static_vectors`.
    docs (Iterable[Doc]): All training Docs.
    """
    of_names: Counter = Counter()
    for doc in docs:
        vocab = doc.vocab
        of_names.update(map(tuple, token_keys([doc], NAMES).tolist()))
    counts: Counter = Counter()
    if of_names:
        names = numpy.array(list(of_names), dtype="uint64")
        Y, found = find_vectors(model.ops, vocab, names, model.attrs.get("table"))
        is_found = model.ops.to_numpy(Y[:, -1]) == 0
        for key, count, has_vector in zip(found.tolist(), of_names.values(), is_found.tolist()):
            if has_vector:
                counts[key] += count
    keys = sorted(counts, key=lambda key: (-counts[key], key))
    model.attrs["rows"] = {key: row for row, key in enumerate(keys[:trained_words])}


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
    if table is not None and model.attrs["digest"] not in (None, table.digest):
        raise ValueError(Errors.VECTORS_OTHER.format(path=table.path))


def init(
    model: Model[Words, Floats2d], X: Optional[Words] = None, Y: Optional[Floats2d] = None
) -> None:
    if X is None:
        raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim="nV"))
    table = model.attrs.get("table")
    source = _source(table, X)
    if 0 in source.data.shape:
        raise ValueError(Errors.NO_VECTORS.format(where=_where(table)))
    nR, nV = source.data.shape
    if table is not None:
        model.set_dim("nR", nR)
        model.attrs["digest"] = table.digest
    model.set_dim("nV", nV)
    model.set_dim("nO", nV + 1)
    if "rows" in model.attrs:
        rows = model.attrs["rows"]
        if rows is None:
            raise ValueError(Errors.NO_TRAINING_WORDS.format(layer="StaticVectors(trained_words)"))
        if source.mode != Mode.default:
            raise ValueError(Errors.TRAINED_FLORET)
        model.set_param("E", model.ops.alloc2f(len(rows), nV))
