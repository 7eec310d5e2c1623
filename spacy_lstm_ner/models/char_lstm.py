"""Words from their characters: a bidirectional LSTM that spells each word."""

from thinc.api import HashEmbed, Model, chain

from ..layers.last_states import last_states
from ..layers.packing import on_rows
from ..layers.spell import spell
from ..layers.stack import RecurrentStack
from ..types import CellName, Floats2d, KernelName, Words


def CharLSTM(
    width: int,
    *,
    cell: CellName = "lstm",
    char_width: int = 25,
    rows: int = 500,
    max_length: int = 40,
    kernel: KernelName = "auto",
) -> Model[Words, Floats2d]:
    """Spell every word in both directions and take the last states (Lample et al. 2016). For the
    `chars` of `WordEmbed`, which runs it once for each distinct word.

    width (int): Output width; even, half for each direction.
    cell (CellName): "lstm", "gru", "rnn" (tanh), or "irnn" (ReLU, starts as the identity).
    char_width (int): Width of the characters' vectors.
    rows (int): Rows of the characters' hashed table.
    max_length (int): Of longer words, half of these characters are taken from the front and half
        from the end.
    kernel (KernelName): What computes predictions, as in LSTMTagger.
    RETURNS (Model[Words, Floats2d]): One vector of `width` a word.
    RAISES (ValueError): If the width is odd, or max_length is not above 0.
    """
    return chain(
        spell(max_length),
        on_rows(HashEmbed(char_width, rows, seed=0)),
        RecurrentStack(width, 1, nI=char_width, cell=cell, kernel=kernel),
        last_states(width),
    )
