"""Words to sums of what their character n-grams are embedded as."""

from functools import partial
from typing import Callable, NamedTuple, Optional, Sequence, Tuple

from thinc.api import Model, Ops, uniform_init

from ..ops.ngrams import char_ngrams
from ..types import Floats2d, Ints1d, Words
from .gradients import gradient_of
from .spell import both_ends


class NgramRows(NamedTuple):
    """The rows of a table that stand for the n-grams of some words.

    rows (Ints1d): One for each n-gram. *Shape:* `(nG,)`, int32.
    owners (Ints1d): The word that each n-gram stands in. *Shape:* `(nG,)`, int32.
    scales (Floats2d): For each word, one divided by the root of the number of its n-grams.
        *Shape:* `(nW, 1)`, float32.
    """

    rows: Ints1d
    owners: Ints1d
    scales: Floats2d


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
    found = find_rows(ops, words.texts or [], len(E), min_size, max_size, max_length)
    drop = dropout_scale * model.attrs["dropout_rate"] if is_train else 0.0
    if drop > 0:
        rows, owners, scales = found
        kept = xp.flatnonzero(xp.random.uniform(size=len(rows)) >= drop)
        scales = scales / max(1 - drop, 1e-6)  # at a rate of 1 nothing is kept
        found = NgramRows(rows[kept], owners[kept], scales)

    def backprop(dY: Floats2d) -> None:
        d_rows = (dY * found.scales.astype(dY.dtype))[found.owners]
        ops.scatter_add(gradient_of(model, "E"), found.rows, d_rows)

    return add_up(ops, E, found), backprop


def add_up(ops: Ops, E: Floats2d, found: NgramRows) -> Floats2d:
    """Add up the rows of each word, and scale the sum.

    ops (Ops): Backend.
    E (Floats2d): The table.
    found (NgramRows): The rows.
    RETURNS (Floats2d): *Shape:* `(nW, width)`.
    """
    scales = found.scales.astype(E.dtype)
    Y = ops.xp.zeros((len(scales), E.shape[1]), dtype=E.dtype)
    ops.scatter_add(Y, found.owners, E[found.rows])
    Y *= scales
    return Y


def find_rows(
    ops: Ops, texts: Sequence[str], n_rows: int, min_size: int, max_size: int, max_length: int
) -> NgramRows:
    """Give the n-grams of some words their rows, by a hash function.

    ops (Ops): Backend.
    texts (Sequence[str]): The words, in any case.
    n_rows (int): Rows of the table.
    min_size (int): Characters of the shortest n-grams.
    max_size (int): Characters of the longest n-grams.
    max_length (int): Characters of a word that are read.
    RETURNS (NgramRows): The rows.
    """
    xp = ops.xp
    ngrams = char_ngrams(
        [both_ends(text, max_length).lower() for text in texts], min_size, max_size
    )
    owners = xp.asarray(ngrams.words)
    rows = (ops.hash(xp.asarray(ngrams.keys), 0)[:, 0] % n_rows).astype("int32")
    counts = xp.bincount(owners, minlength=len(texts))
    scales = (1 / xp.sqrt(xp.maximum(counts, 1))).astype("float32")[:, None]
    return NgramRows(rows, owners, scales)


def init(
    rows: int,
    model: Model[Words, Floats2d],
    X: Optional[Words] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    shape = (rows, model.get_dim("nO"))
    model.set_param("E", uniform_init(model.ops, shape, lo=-0.2, hi=0.2))
