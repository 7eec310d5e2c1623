"""Words from their character n-grams, which know endings and stems from few examples."""

from functools import partial
from typing import Callable, Optional, Tuple

from thinc.api import Model, uniform_init

from ..errors import Errors
from ..layers.gradients import gradient_of
from ..layers.spell import both_ends
from ..ops.ngrams import char_ngrams
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
    whole = "a number >= 1"
    for name, value, fits, rule in (
        ("width", width, width >= 1, whole),
        ("rows", rows, rows >= 1, whole),
        ("min_size", min_size, min_size >= 1, whole),
        ("max_size", max_size, max_size >= min_size, f"a number >= min_size, {min_size}"),
        ("max_length", max_length, max_length >= 1, whole),
        ("dropout_scale", dropout_scale, 0 <= dropout_scale <= 1, "a number from 0 to 1"),
    ):
        if not fits:
            raise ValueError(Errors.SIZE.format(name=name, value=value, rule=rule))
    return Model(
        "char_ngrams",
        partial(forward, min_size, max_size, dropout_scale, max_length),
        init=partial(init, rows),
        params={"E": None},
        dims={"nO": width},
        attrs={"dropout_rate": 0.0},
    )


def forward(
    min_size: int,
    max_size: int,
    dropout_scale: float,
    max_length: int,
    model: Model[Words, Floats2d],
    words: Words,
    is_train: bool,
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    E: Floats2d = model.get_param("E")
    ops, xp = model.ops, model.ops.xp
    texts = [both_ends(text, max_length).lower() for text in words.texts or []]
    ngrams = char_ngrams(texts, min_size, max_size)
    owners = xp.asarray(ngrams.words)
    rows = (ops.hash(xp.asarray(ngrams.keys), 0)[:, 0] % len(E)).astype("int32")
    counts = xp.bincount(owners, minlength=len(texts))
    scales = (1 / xp.sqrt(xp.maximum(counts, 1))).astype(E.dtype)[:, None]  # (nW, 1)
    drop = dropout_scale * model.attrs["dropout_rate"] if is_train else 0.0
    if drop > 0:
        kept = xp.flatnonzero(xp.random.uniform(size=len(rows)) >= drop)
        rows, owners = rows[kept], owners[kept]
        scales /= max(1 - drop, 1e-6)  # at a rate of 1 nothing is kept
    Y = xp.zeros((len(texts), E.shape[1]), dtype=E.dtype)
    ops.scatter_add(Y, owners, E[rows])
    Y *= scales

    def backprop(dY: Floats2d) -> None:
        ops.scatter_add(gradient_of(model, "E"), rows, (dY * scales)[owners])

    return Y, backprop


def init(
    rows: int,
    model: Model[Words, Floats2d],
    X: Optional[Words] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    shape = (rows, model.get_dim("nO"))
    model.set_param("E", uniform_init(model.ops, shape, lo=-0.2, hi=0.2))
