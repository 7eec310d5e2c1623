"""Words to characters."""

from functools import partial
from typing import Callable, Tuple

import numpy
from thinc.api import Model

from ..errors import Errors
from ..ops.packing import pack_layout
from ..types import Packed, Words
from .gradients import no_gradient


def spell(max_length: int) -> Model[Words, Packed]:
    """Give the code points of each word as a sequence. *Shape of data:* `(N,)`, uint64.

    max_length (int): Of longer words, half of these characters are taken from the front and half
        from the end.
    RETURNS (Model[Words, Packed]): The layer; it has no gradient.
    RAISES (ValueError): If max_length is not above 0.
    """
    if max_length < 1:
        rule = "a number >= 1"
        raise ValueError(Errors.SIZE.format(name="max_length", value=max_length, rule=rule))
    return Model("spell", partial(forward, max_length))


def both_ends(text: str, max_length: int) -> str:
    """Shorten a long word, in which the begin and the end say most.

    text (str): The word.
    max_length (int): Characters to keep, half of them from the front and half from the end.
    RETURNS (str): The word, or what is left of it.
    """
    if len(text) <= max_length:
        return text
    back = max_length // 2
    return text[: max_length - back] + text[len(text) - back :]


def forward(
    max_length: int, model: Model[Words, Packed], words: Words, is_train: bool
) -> Tuple[Packed, Callable[[Packed], None]]:
    texts = [both_ends(text, max_length) for text in words.texts or []]
    layout = pack_layout(model.ops.xp, [len(text) for text in texts])
    codes = numpy.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="uint32")
    return Packed(
        model.ops.xp.asarray(codes.astype("uint64"))[layout.flat_rows], layout
    ), no_gradient
