"""An embedding table with a row for each word of the training text, and one for all others."""

from collections import Counter
from functools import partial
from typing import Callable, Iterable, Optional, Tuple

from spacy.tokens import Doc
from thinc.api import Model, uniform_init

from ..errors import Errors
from ..types import Floats2d, Ints1d, Words
from .gradients import gradient_of

UNKNOWN = 0  # row of all words without one of their own


def word_table(width: int, min_count: int = 1) -> Model[Words, Floats2d]:
    """Embed words by their exact text. The words are kept as text in `attrs["rows"]`, so no two
    ever share a row by accident, and are stored with the model.

    A layer sees a sample of the data when it is initialized, but this one has to know all words.
    So it has an attribute `read_training_docs`, a function of itself and of Docs: `lstm_ner` hands
    all training Docs to every layer of its model that has one, before it initializes them.

    width (int): Width of the table.
    min_count (int): Words of which the training text has fewer are unknown.
    RETURNS (Model[Words, Floats2d]): One vector a word.
    """
    return Model(
        "word_table",
        forward,
        init=init,
        params={"E": None},
        dims={"nO": width},
        attrs={"rows": None, "read_training_docs": partial(read_training_docs, min_count)},
    )


def read_training_docs(min_count: int, model: Model[Words, Floats2d], docs: Iterable[Doc]) -> None:
    """Give every word of the training text a row, in alphabetical order.

    min_count (int): How often a word has to occur.
    model (Model[Words, Floats2d]): Made by `word_table`.
    docs (Iterable[Doc]): All training Docs.
    """
    counts = Counter(token.text for doc in docs for token in doc)
    words = sorted(word for word, count in counts.items() if count >= min_count)
    model.attrs["rows"] = {word: row for row, word in enumerate(words, start=UNKNOWN + 1)}


def forward(
    model: Model[Words, Floats2d], words: Words, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], None]]:
    E: Floats2d = model.get_param("E")
    row_of = model.attrs["rows"].get
    rows: Ints1d = model.ops.asarray1i([row_of(text, UNKNOWN) for text in words.texts or []])

    def backprop(dY: Floats2d) -> None:
        model.ops.scatter_add(gradient_of(model, "E"), rows, dY)

    return E.take(rows, axis=0), backprop


def init(
    model: Model[Words, Floats2d], X: Optional[Words] = None, Y: Optional[Floats2d] = None
) -> None:
    rows = model.attrs["rows"]
    if rows is None:
        raise ValueError(Errors.NO_TRAINING_WORDS.format(layer="WordIds"))
    model.set_param("E", uniform_init(model.ops, (len(rows) + 1, model.get_dim("nO"))))
