"""Word vectors from attributes, computed once for each distinct word of a batch."""

from functools import partial
from typing import Any, Callable, List, Tuple

from spacy.tokens import Doc
from thinc.api import HashEmbed, Model, chain, concatenate

from ..errors import Errors
from ..layers.linear import Linear
from ..layers.maxout import Maxout
from ..layers.once_per_word import Attr, once_per_word
from ..types import Floats2d, Ints1d, Words


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
    mix = chain(joined, Maxout(width, width * len(parts), nP=maxout_pieces))
    return once_per_word(mix, attrs, width, include_static_vectors=include_static_vectors)


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
