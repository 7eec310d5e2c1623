"""Words from their characters: filters that look for groups of letters."""

from typing import Sequence

from thinc.api import HashEmbed, Model, chain

from ..layers.convolution import MaxConvolution
from ..layers.packing import on_rows
from ..layers.spell import spell
from ..types import Floats2d, Words


def CharCNN(
    width: int,
    *,
    char_width: int = 25,
    rows: int = 500,
    window_sizes: Sequence[int] = (3,),
    max_length: int = 40,
) -> Model[Words, Floats2d]:
    """Look for groups of letters in every word and say how well the best match of each fits (dos
    Santos & Zadrozny 2014; Ma & Hovy 2016). For the `chars` of `WordEmbed`, which runs it once for
    each distinct word.

    width (int): Output width: filters, as many of each window size.
    char_width (int): Width of the characters' vectors.
    rows (int): Rows of the characters' hashed table.
    window_sizes (Sequence[int]): Characters that a filter sees at once.
    max_length (int): Of longer words, half of these characters are taken from the front and half
        from the end.
    RETURNS (Model[Words, Floats2d]): One vector of `width` a word.
    RAISES (ValueError): If the width is not a multiple of the number of window sizes, these are
        not different numbers above 0, or max_length is not above 0.
    """
    return chain(
        spell(max_length),
        on_rows(HashEmbed(char_width, rows, seed=0)),
        MaxConvolution(width, list(window_sizes), char_width),
    )
