"""Word vectors from attributes, computed once for each distinct word of a batch."""

from pathlib import Path
from typing import Any, Dict, List, Optional

from spacy.tokens import Doc
from thinc.api import Model, concatenate

from ..errors import Errors
from ..layers.hash_tables import HashTables
from ..layers.once_per_word import once_per_word
from ..layers.words import Attr
from ..types import Floats2d, Words
from .static_vectors import StaticVectors


def WordEmbed(
    width: int,
    attrs: List[Attr],
    rows: List[int],
    include_static_vectors: bool = False,
    *,
    vectors: Optional[Dict[str, Any]] = None,
    chars: Optional[Model[Words, Floats2d]] = None,
    ngrams: Optional[Model[Words, Floats2d]] = None,
    word_dropout_scale: float = 0.0,
    kept_rows: int = 32768,
) -> Model[List[Doc], List[Floats2d]]:
    """Embed attributes of the tokens with hashed tables and join the results, once for each
    distinct row of attributes in the batch. It learns the same as an embedding that runs on every
    token, since the gradients of all occurrences are added up.

    There is no layer that mixes the parts, as in spaCy's `MultiHashEmbed`: the recurrent layer does
    that itself.

    width (int): Width of each table; the output is as wide as all parts together.
    attrs (List[Attr]): Token attributes such as NORM, PREFIX, SUFFIX, SHAPE; each gets a table.
    rows (List[int]): Rows of each table. *Shape:* as `attrs`.
    include_static_vectors (bool): Join the static vectors of the vocab too, through a learned
        linear map to `width`: short for one `StaticVectors` with this width.
    vectors (Optional[Dict[str, Any]]): Join static vectors of these tables too, each a
        `StaticVectors` under a name of your choice; they are joined in the order of their names,
        whatever the order of the config's blocks. (Not `Dict[str, Model]`, since spaCy checks the
        blocks of a config before it makes models of them.)
    chars (Optional[Model[Words, Floats2d]]): Join what a model such as `CharLSTM` makes of the
        words' characters too.
    ngrams (Optional[Model[Words, Floats2d]]): Join the words' character n-grams too: `CharNgrams`,
        or `VectorNgrams` beside static vectors.
    word_dropout_scale (float): In training, tokens get a random ORTH, NORM, LOWER and LEMMA at the
        dropout rate in force times this, as if the word was unknown; the rest stays.
    kept_rows (int): At prediction, at most so many words' vectors, or what the layer above makes
        of them, are kept between batches: four bytes times their width each (and some 150 for
        the word). 0: none.
    RETURNS (Model[List[Doc], List[Floats2d]]): One array of `(tokens, nO)` a Doc.
    RAISES (ValueError): If rows and attributes differ in number, there is nothing to embed, an
        attribute is unknown, a number is outside its limits, a block is no model, or a table of
        static vectors is read twice.
    """
    if len(rows) != len(attrs):
        names = ", ".join(str(attr) for attr in attrs)
        raise ValueError(Errors.ROWS_ATTRS.format(rows=len(rows), attrs=len(attrs), names=names))
    for name, value in (("width", width), ("rows", min(rows, default=1))):
        if value < 1:
            raise ValueError(Errors.SIZE.format(name=name, value=value, rule="a number >= 1"))
    parts: List[Model[Words, Floats2d]] = [HashTables(width, rows)] if rows else []
    static: Dict[str, Any] = {}
    if include_static_vectors:
        static["include_static_vectors"] = StaticVectors(width=width)
    static.update(_named_blocks(vectors))
    spelling: Dict[str, Any] = {} if chars is None else {"chars": chars}
    if ngrams is not None:
        spelling["ngrams"] = ngrams
    _check_blocks({**static, **spelling})
    _check_tables(static)
    parts += [*static.values(), *spelling.values()]
    if not parts:
        raise ValueError(Errors.NO_FEATURES)
    return once_per_word(
        _join(parts),
        attrs,
        include_static_vectors=bool(static),
        include_texts=bool(spelling),
        word_dropout_scale=word_dropout_scale,
        kept_rows=kept_rows,
    )


def _named_blocks(vectors: Any) -> Dict[str, Any]:
    """In the order of their names, in which they are joined."""
    if not isinstance(vectors, (dict, type(None))):
        raise ValueError(Errors.NO_BLOCK.format(name="vectors", value=vectors))
    return {f"vectors.{name}": part for name, part in sorted((vectors or {}).items())}


def _check_blocks(blocks: Dict[str, Any]) -> None:
    for name, part in blocks.items():
        if not isinstance(part, Model):
            raise ValueError(Errors.NO_BLOCK.format(name=name, value=part))


def _check_tables(static: Dict[str, Model[Words, Floats2d]]) -> None:
    """A second block on the same table gives nothing new: most likely its path was forgotten."""
    seen: Dict[Optional[Path], str] = {}
    for name, part in static.items():
        for node in part.walk():
            if node.name == "static_vectors":
                table = node.attrs.get("table")
                file = None if table is None else Path(table.data.filename).resolve()
                if file in seen:
                    where = "of the vocab" if table is None else f"at '{table.path}'"
                    raise ValueError(Errors.SAME_TABLE.format(a=seen[file], b=name, where=where))
                seen[file] = name


def _join(parts: List[Model[Words, Floats2d]]) -> Model[Words, Floats2d]:
    """Join the outputs. The width is known before initialization where that of each part is."""
    if len(parts) == 1:
        return parts[0]
    widths = [part.get_dim("nO") for part in parts if part.has_dim("nO")]
    joined: Model[Words, Floats2d] = concatenate(*parts)
    if len(widths) == len(parts):
        joined.set_dim("nO", sum(widths))
    return joined
