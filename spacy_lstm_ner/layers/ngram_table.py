"""Words to sums of what their character n-grams are embedded as."""

from functools import partial
from typing import Callable, Optional, Tuple

from thinc.api import Model, uniform_init

from ..ops.ngrams import char_ngrams
from ..types import Floats2d, Words
from .gradients import gradient_of
from .spell import both_ends


def ngram_table(
    width: int,
    rows: int,
    min_size: int,
    max_size: int,
    dropout_scale: float,
    max_length: int,
) -> Model[Words, Floats2d]:
    """Add up the vectors of a word's n-grams and divide by the root of their number. The arguments
    are those of `models.char_ngrams.CharNgrams`.

    width (int): Width of the vectors.
    rows (int): Rows of the table.
    min_size (int): Characters of the shortest n-grams.
    max_size (int): Characters of the longest n-grams.
    dropout_scale (float): Share of the dropout rate at which n-grams are left out.
    max_length (int): Characters of a word that are read.
    RETURNS (Model[Words, Floats2d]): One vector of `width` a word.
    """
    return Model(
        "ngram_table",
        partial(forward, min_size, max_size, dropout_scale, max_length),
        init=partial(init, rows),
        params={"E": None},
        dims={"nO": width},
        attrs={"dropout_rate": 0.0},
    )


def forward(
    min_size: int,
    max_size: int,
    dropout_scale: float,
    max_length: int,
    model: Model[Words, Floats2d],
    words: Words,
    is_train: bool,
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    E: Floats2d = model.get_param("E")
    ops, xp = model.ops, model.ops.xp
    texts = [both_ends(text, max_length).lower() for text in words.texts or []]
    ngrams = char_ngrams(texts, min_size, max_size)
    owners = xp.asarray(ngrams.words)
    rows = (ops.hash(xp.asarray(ngrams.keys), 0)[:, 0] % len(E)).astype("int32")
    counts = xp.bincount(owners, minlength=len(texts))
    scales = (1 / xp.sqrt(xp.maximum(counts, 1))).astype(E.dtype)[:, None]  # (nW, 1)
    drop = dropout_scale * model.attrs["dropout_rate"] if is_train else 0.0
    if drop > 0:
        kept = xp.flatnonzero(xp.random.uniform(size=len(rows)) >= drop)
        rows, owners = rows[kept], owners[kept]
        scales /= max(1 - drop, 1e-6)  # at a rate of 1 nothing is kept
    Y = xp.zeros((len(texts), E.shape[1]), dtype=E.dtype)
    ops.scatter_add(Y, owners, E[rows])
    Y *= scales

    def backprop(dY: Floats2d) -> None:
        ops.scatter_add(gradient_of(model, "E"), rows, (dY * scales)[owners])

    return Y, backprop


def init(
    rows: int,
    model: Model[Words, Floats2d],
    X: Optional[Words] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    shape = (rows, model.get_dim("nO"))
    model.set_param("E", uniform_init(model.ops, shape, lo=-0.2, hi=0.2))
