"""Hashed embedding tables, one for each column of the words' keys."""

from functools import partial
from typing import Callable, List, Optional, Tuple

import numpy
from thinc.api import Model, Ops, uniform_init

from ..types import Floats2d, Ints2d, Keys2d, Words
from .gradients import gradient_of

HASHES = 4  # rows of a table that are added up for a key


def HashTables(width: int, rows: List[int]) -> Model[Words, Floats2d]:
    """Embed every column of the keys and join the results. A key has no row of its own: four hash
    functions name four rows, which are added up, so that two keys hardly ever share all of them
    (Bloom embeddings: Serrà & Karatzoglou 2017).

    It computes what thinc's `HashEmbed` with the seeds 1, 2 … does on each column, on one array
    that holds all tables, one below the other: one gather and one gradient instead of one a table.

    width (int): Width of each table.
    rows (List[int]): Rows of each table, in the order of the columns.
    RETURNS (Model[Words, Floats2d]): One vector of `width * len(rows)` a word.
    """
    return Model(
        "hash_tables",
        partial(forward, rows),
        init=partial(init, rows),
        params={"E": None},
        dims={"nO": width * len(rows), "nR": sum(rows)},
    )


def forward(
    rows: List[int], model: Model[Words, Floats2d], words: Words, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    E: Floats2d = model.get_param("E")
    nW, nO = len(words.keys), model.get_dim("nO")
    places = hashed_rows(model.ops, words.keys, rows)
    Y = E.take(places[0], axis=0)  # (nW * nA, width)
    for hashed in places[1:]:
        Y += E.take(hashed, axis=0)

    def backprop(dY: Floats2d) -> None:
        dE = gradient_of(model, "E")
        d_rows = model.ops.xp.ascontiguousarray(dY).reshape(Y.shape)
        for hashed in places:
            model.ops.scatter_add(dE, hashed, d_rows)

    return Y.reshape(nW, nO), backprop


def hashed_rows(ops: Ops, keys: Keys2d, rows: List[int]) -> Ints2d:
    """Which rows of the joined table each key owns.

    ops (Ops): Backend.
    keys (Keys2d): Keys of the words. *Shape:* `(nW, nA)`, uint64.
    rows (List[int]): Rows of each column's table. *Shape:* `(nA,)`.
    RETURNS (Ints2d): *Shape:* `(HASHES, nW * nA)`, int32, word by word.
    """
    places = ops.xp.empty((HASHES, len(keys), len(rows)), dtype="int32")
    above = 0
    for column, size in enumerate(rows):
        hashes = ops.hash(ops.xp.ascontiguousarray(keys[:, column]), column + 1)
        places[:, :, column] = (hashes % numpy.uint32(size)).T
        places[:, :, column] += above
        above += size
    return places.reshape(HASHES, -1)


def init(
    rows: List[int],
    model: Model[Words, Floats2d],
    X: Optional[Words] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    width = model.get_dim("nO") // len(rows)
    tables = [uniform_init(model.ops, (size, width)) for size in rows]
    model.set_param("E", model.ops.xp.concatenate(tables))
