"""Word vectors from word ids: the plain embedding of textbooks."""

from typing import List

from spacy.tokens import Doc
from thinc.api import Model

from ..errors import Errors
from ..layers.once_per_word import once_per_word
from ..layers.word_table import word_table
from ..types import Floats2d


def WordIds(
    width: int, *, min_count: int = 1, kept_rows: int = 32768
) -> Model[List[Doc], List[Floats2d]]:
    """Give every word of the training text (by its exact text, capitals and all) a vector of its
    own, and all other words one that they share. Nothing is hashed, and nothing but the word itself
    is read: a word that training has not met is told from no other.

    With `min_count = 1` training never meets an unknown word, so the shared vector stays the
    random one that it starts as. With 2 or more it is that of all rare words, and is trained.

    It has to know all words of the training text beforehand, which `lstm_ner` shows to the layers
    of its own model: it cannot be part of a `tok2vec` that components share.

    width (int): Width of the vectors.
    min_count (int): Words of which the training text has fewer are unknown.
    kept_rows (int): As in `WordEmbed`.
    RETURNS (Model[List[Doc], List[Floats2d]]): One array of `(tokens, width)` a Doc.
    RAISES (ValueError): If a number is below its limit.
    """
    for name, value in (("width", width), ("min_count", min_count)):
        if value < 1:
            raise ValueError(Errors.SIZE.format(name=name, value=value, rule="a number >= 1"))
    table = word_table(width, min_count)
    return once_per_word(table, [], include_texts=True, kept_rows=kept_rows)
