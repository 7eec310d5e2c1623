"""Distinct rows of a table of token attributes."""

from functools import lru_cache
from typing import Tuple

import numpy

from ..types import Ints1d, Keys2d


def distinct_rows(keys: Keys2d) -> Tuple[Keys2d, Ints1d]:
    """Each different row once, and where to find it for every row.

    Rows are compared through their `row_forms`.

    keys (Keys2d): Token attributes, on the CPU. *Shape:* `(N, nA)`, uint64.
    RETURNS (Tuple[Keys2d, Ints1d]): `words (nW, nA)` and `index (N,)` with
        `words[index] == keys`.
    """
    forms = row_forms(keys)
    order = forms.argsort()
    in_order = forms[order]
    is_new = numpy.ones(len(forms), dtype=bool)
    numpy.not_equal(in_order[1:], in_order[:-1], out=is_new[1:])
    index = numpy.empty(len(forms), dtype="int32")
    index[order] = numpy.cumsum(is_new) - 1
    return keys[order[is_new]], index


def row_forms(rows: Keys2d) -> Ints1d:
    """One 64-bit number for each row, a random linear form of its columns; two different rows
    share it about once in 2^64 pairs (spaCy's own string ids take the same chance).

    rows (Keys2d): Unsigned integers, on the CPU. *Shape:* `(N, columns)`.
    RETURNS (Ints1d): *Shape:* `(N,)`, uint64.
    """
    return rows @ _weights(rows.shape[1])


@lru_cache(maxsize=64)
def _weights(columns: int) -> Ints1d:
    random = numpy.random.RandomState(0).randint(0, 2**63, columns, dtype="uint64")
    return random * numpy.uint64(2) + numpy.uint64(1)  # odd, so that no bit of a column is lost
