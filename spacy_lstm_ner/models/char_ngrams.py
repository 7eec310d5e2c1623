"""Words from their character n-grams, which know endings and stems from few examples."""

from thinc.api import Model

from ..errors import Errors
from ..layers.ngram_table import ngram_table
from ..types import Floats2d, Words


def CharNgrams(
    width: int,
    *,
    rows: int = 20000,
    min_size: int = 2,
    max_size: int = 4,
    dropout_scale: float = 1.0,
    max_length: int = 40,
) -> Model[Words, Floats2d]:
    """Add up the vectors of a word's character n-grams (Wieting et al. 2016; Bojanowski et al.
    2017), in lower case, and divide by the root of their number, so that long words do not get
    long vectors. For the `ngrams` of `WordEmbed`, which runs it once for each distinct word.

    width (int): Output width.
    rows (int): Rows of the table; a hash function gives each n-gram one of them, which it may
        share with others.
    min_size (int): Characters of the shortest n-grams. The begin and the end of a word count as a
        character each.
    max_size (int): Characters of the longest n-grams.
    dropout_scale (float): In training, n-grams are left out of words at the dropout rate in force
        times this, from 0 to 1, so that no word is known by one of its n-grams alone.
    max_length (int): Of longer words, half of these characters are taken from the front and half
        from the end.
    RETURNS (Model[Words, Floats2d]): One vector of `width` a word.
    RAISES (ValueError): If a number is outside its limits.
    """
    check_sizes(width=width, rows=rows, min_size=min_size, max_size=max_size, max_length=max_length)
    if not 0 <= dropout_scale <= 1:
        rule = "a number from 0 to 1"
        raise ValueError(Errors.SIZE.format(name="dropout_scale", value=dropout_scale, rule=rule))
    return ngram_table(width, rows, min_size, max_size, dropout_scale, max_length)


def check_sizes(*, width: int, rows: int, min_size: int, max_size: int, max_length: int) -> None:
    """RAISES (ValueError): If a number is outside its limits."""
    least = {"width": 1, "rows": 1, "min_size": 1, "max_size": min_size, "max_length": 1}
    given = {"width": width, "rows": rows, "min_size": min_size, "max_size": max_size}
    for name, value in {**given, "max_length": max_length}.items():
        if value < least[name]:
            rule = f"a number >= min_size, {min_size}" if name == "max_size" else "a number >= 1"
            raise ValueError(Errors.SIZE.format(name=name, value=value, rule=rule))
