"""Distinct rows of a table of token attributes."""

from typing import Tuple

import numpy

from ..types import Ints1d, Keys2d


def distinct_rows(keys: Keys2d) -> Tuple[Keys2d, Ints1d]:
    """Each different row once, and where to find it for every row.

    Rows are compared through one 64-bit number each, a random linear form of their columns;
    two different rows of a batch share it about once in 2^64 pairs (spaCy's own string ids
    take the same chance).

    keys (Keys2d): Token attributes, on the CPU. *Shape:* `(N, nA)`, uint64.
    RETURNS (Tuple[Keys2d, Ints1d]): `words (nW, nA)` and `index (N,)` with
        `words[index] == keys`.
    """
    weights = numpy.random.RandomState(0).randint(1, 2**63, keys.shape[1], dtype="uint64")
    forms = (keys * (weights * numpy.uint64(2) + numpy.uint64(1))).sum(axis=1, dtype="uint64")
    _, first, index = numpy.unique(forms, return_index=True, return_inverse=True)
    return keys[first], index.reshape(-1).astype("int32")
