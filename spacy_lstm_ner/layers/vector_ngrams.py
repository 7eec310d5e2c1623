"""Words to what their spelling tells about their static vectors."""

import warnings
from functools import partial
from typing import Callable, List, Optional, Tuple, cast

import numpy
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import Model, Ops

from ..errors import Errors, Warnings
from ..ops.fit_ngrams import fit_ngrams
from ..types import Floats2d, Words
from .gradients import no_gradient
from .ngram_table import add_up, find_rows
from .vector_tables import gather_vectors, normalized

RIDGE, STEPS = 3.0, 5  # as good as more steps on words that were held out
MAX_WORDS = 200_000  # of larger tables, so many at equal distances are fitted


def vector_ngrams(
    width: int, rows: int, min_size: int, max_size: int, max_length: int
) -> Model[Words, Floats2d]:
    """Add up the vectors of a word's n-grams. They are fitted to the vocab's table of static
    vectors when the layer is initialized, and stay as they are: nothing of them is learned from the
    training text. The arguments are those of `models.vector_ngrams.VectorNgrams`.

    width (int): Most components of the static vectors that are guessed.
    rows (int): Rows of the table of n-grams.
    min_size (int): Characters of the shortest n-grams.
    max_size (int): Characters of the longest n-grams.
    max_length (int): Characters of a word that are read.
    RETURNS (Model[Words, Floats2d]): One vector a word.
    """
    return Model(
        "vector_ngrams",
        partial(forward, min_size, max_size, max_length),
        init=partial(init, width, rows, min_size, max_size, max_length),
        params={"E": None},
        dims={"nO": None},
        attrs={"learns": False},  # workers that train together need not send its gradient
    )


def forward(
    min_size: int,
    max_size: int,
    max_length: int,
    model: Model[Words, Floats2d],
    words: Words,
    is_train: bool,
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    E: Floats2d = model.get_param("E")
    found = find_rows(model.ops, words.texts or [], len(E), min_size, max_size, max_length)
    return add_up(model.ops, E, found), no_gradient


def init(
    width: int,
    rows: int,
    min_size: int,
    max_size: int,
    max_length: int,
    model: Model[Words, Floats2d],
    X: Optional[Words] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    if X is None:
        raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim="nO"))
    texts, vectors = _read_table(model.ops, cast(Vocab, X.vocab))
    targets = _main_components(model.ops, normalized(model.ops, vectors), width)
    found = find_rows(model.ops, texts, rows, min_size, max_size, max_length)
    E = fit_ngrams(model.ops, *found, targets, rows, ridge=RIDGE, steps=STEPS)
    model.set_param("E", E)
    model.set_dim("nO", E.shape[1])


def _read_table(ops: Ops, vocab: Vocab) -> Tuple[List[str], Floats2d]:
    """The words of a table that have a letter, and their vectors."""
    table, strings = vocab.vectors, vocab.strings
    if table.mode != Mode.default:
        raise ValueError(Errors.FITTED_FLORET)
    if 0 in table.data.shape:
        raise ValueError(Errors.NO_VECTORS.format(where="the vocab"))
    known = [(strings[key], row) for key, row in table.key2row.items() if key in strings]
    n_keys, n_unknown = len(table.key2row), len(table.key2row) - len(known)
    spelled = [(text, row) for text, row in known if row >= 0 and any(map(str.isalpha, text))]
    if not spelled:
        raise ValueError(Errors.NO_SPELLED_WORDS.format(n_keys=n_keys))
    if n_unknown:
        warnings.warn(Warnings.UNKNOWN_KEYS.format(n=n_unknown, n_keys=n_keys), stacklevel=2)
    places = numpy.linspace(0, len(spelled) - 1, min(len(spelled), MAX_WORDS)).astype("int64")
    chosen = [spelled[place] for place in places.tolist()]
    vectors = gather_vectors(ops, table.data, numpy.array([row for _, row in chosen]))
    if not ops.xp.isfinite(vectors).all():
        raise ValueError(Errors.VECTORS_NOT_FINITE)
    return [text for text, _ in chosen], vectors


def _main_components(ops: Ops, vectors: Floats2d, width: int) -> Floats2d:
    """Less their mean, and of vectors that are wider the components in which they differ most, so
    that the fit costs no more than for short ones."""
    centred = vectors - vectors.mean(axis=0)
    if centred.shape[1] <= width:
        return centred
    _, axes = ops.xp.linalg.eigh(centred.T @ centred)  # by rising variance
    return ops.xp.ascontiguousarray(centred @ axes[:, -width:])
