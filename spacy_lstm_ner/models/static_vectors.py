"""Static vectors for the words of `WordEmbed`."""

from typing import Optional

from thinc.api import Model, chain

from ..errors import Errors
from ..layers.linear import Linear
from ..layers.static_vectors import static_vectors
from ..layers.vector_tables import VectorTable
from ..types import Floats2d, Words


def StaticVectors(
    *,
    path: Optional[str] = None,
    normalize: bool = False,
    width: Optional[int] = None,
    trained_words: int = 0,
) -> Model[Words, Floats2d]:
    """Give every word its vector of a table. For the `vectors` of `WordEmbed`, which looks up each
    distinct word once. A word that the table lacks goes by its lower-case form, then by that with 0
    for every digit, then by its form with a capital in front; if none is there, the vector is zero.
    One more column is 1 for words without a vector.

    path (Optional[str]): A folder that `spacy init vectors` wrote, or its `vocab` folder. The table
        is mapped into memory and not stored with the model: where the model is loaded it must be
        there too. None: the vectors of the vocab.
    normalize (bool): Bring each vector to a root mean square of 1, as RMSNorm does (Zhang &
        Sennrich 2019, equation 4): its direction counts, and the scale of the table does not.
    width (Optional[int]): Map the vectors to this width, by a linear layer that is learned; None:
        let them through as they are.
    trained_words (int): Train on the vectors of so many words, the most frequent of the training
        text, in a copy that is stored with the model; all others stay as they are. With this it
        cannot be part of a `tok2vec` that components share: it has to know that text beforehand,
        which `lstm_ner` shows to the layers of its own model.
    RETURNS (Model[Words, Floats2d]): One vector a word, of `width` or of the table's width + 1.
    RAISES (ValueError): If there is no table at the path, a number is below its limit, or, when
        it runs, the table's width, or the rows of one at a path, are not those of training.
    """
    if trained_words < 0:
        rule = "a number >= 0; 0 trains on none"
        raise ValueError(Errors.SIZE.format(name="trained_words", value=trained_words, rule=rule))
    if width is not None and width < 1:
        rule = "a number >= 1, or null to leave the vectors as they are"
        raise ValueError(Errors.SIZE.format(name="width", value=width, rule=rule))
    found = static_vectors(None if path is None else VectorTable(path), trained_words, normalize)
    return found if width is None else chain(found, Linear(width))
