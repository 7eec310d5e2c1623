"""Locked (variational) dropout: one mask for all tokens of a sequence."""

from typing import Callable, Tuple

from thinc.api import Model

from ..errors import Errors
from ..types import Floats2d, Packed


def LockedDropout(rate: float = 0.0) -> Model[Packed, Packed]:
    """Drop the same units at every token of a sequence, so that a recurrent layer cannot
    average the noise away (Gal & Ghahramani 2016).

    rate (float): Share of units set to zero in training; `training.dropout` overwrites it.
    RETURNS (Model[Packed, Packed]): The layer. It does nothing at prediction.
    RAISES (ValueError): If the rate is not in [0, 1).
    """
    if not 0 <= rate < 1:
        raise ValueError(Errors.RATE.format(name="dropout", value=rate))
    return Model("locked_dropout", forward, attrs={"dropout_rate": rate})


def forward(
    model: Model[Packed, Packed], Xp: Packed, is_train: bool
) -> Tuple[Packed, Callable[[Packed], Packed]]:
    rate: float = model.attrs["dropout_rate"]
    if not is_train or rate <= 0 or not len(Xp.data):  # a batch without Docs has no width either
        return Xp, lambda dYp: dYp
    layout = Xp.layout
    masks: Floats2d = model.ops.get_dropout_mask((len(layout.last_rows), Xp.data.shape[1]), rate)
    mask = masks[layout.ranks].astype(Xp.data.dtype)  # (N, width)

    def backprop(dYp: Packed) -> Packed:
        return Packed(dYp.data * mask, layout)

    return Packed(Xp.data * mask, layout), backprop
