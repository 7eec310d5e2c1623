"""Words from what their spelling tells about their static vectors."""

from thinc.api import Model

from ..layers.vector_ngrams import vector_ngrams
from ..types import Floats2d, Words
from .char_ngrams import check_sizes


def VectorNgrams(
    *,
    width: int = 50,
    rows: int = 50000,
    min_size: int = 2,
    max_size: int = 5,
    max_length: int = 40,
) -> Model[Words, Floats2d]:
    """Guess the static vector of each word from its character n-grams, as a sum of vectors that
    were fitted to the words of the vocab's table, their vectors brought to one length (Zhao, Mudgal
    & Liang 2018). So a word that the table lacks is known to look like a surname or a village, and
    one that it has is known to look like a name that it is not.

    For the `ngrams` of `WordEmbed`, beside the vectors themselves, which runs it once for each
    distinct word. The fit takes place when the component is initialized, some seconds for 200,000
    words; training leaves it as it is, so that words of the training text look no other than those
    that come later. A trained model does not need the table for it.

    width (int): Output width, if the vectors are as wide as that: of wider ones, so many of their
        principal components are guessed.
    rows (int): Rows of the table of n-grams; a hash function gives each n-gram one of them, which
        it may share with others.
    min_size (int): Characters of the shortest n-grams. The begin and the end of a word count as a
        character each.
    max_size (int): Characters of the longest n-grams.
    max_length (int): Of longer words, half of these characters are taken from the front and half
        from the end.
    RETURNS (Model[Words, Floats2d]): One vector a word, of `width` or, if that is less, of the
        vectors' width.
    RAISES (ValueError): If a number is outside its limits, or, when it is initialized, the vocab
        has no vectors, or floret's.
    """
    check_sizes(width=width, rows=rows, min_size=min_size, max_size=max_size, max_length=max_length)
    return vector_ngrams(width, rows, min_size, max_size, max_length)
