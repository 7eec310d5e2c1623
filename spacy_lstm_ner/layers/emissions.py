"""Emissions: the unnormalised score of every tag at every token."""

from typing import Callable, Optional, Tuple

from thinc.api import Model

from ..errors import Errors
from ..types import Packed
from .initializers import glorot_blocks_init


def Emissions(nO: Optional[int] = None, nI: Optional[int] = None) -> Model[Packed, Packed]:
    """A linear layer on packed rows.

    nO (Optional[int]): Tags; None: set later, by `layers.resize`.
    nI (Optional[int]): Input width; None: read off sample data.
    RETURNS (Model[Packed, Packed]): From `(N, nI)` to `(N, nO)`.
    """
    return Model(
        "emissions",
        forward,
        init=init,
        params={"W": None, "b": None},
        dims={"nO": nO, "nI": nI},
    )


def forward(
    model: Model[Packed, Packed], Xp: Packed, is_train: bool
) -> Tuple[Packed, Callable[[Packed], Packed]]:
    W, b = model.get_param("W"), model.get_param("b")
    X = Xp.data.reshape(-1, model.get_dim("nI"))

    def backprop(dYp: Packed) -> Packed:
        model.inc_grad("W", dYp.data.T @ X)
        model.inc_grad("b", dYp.data.sum(axis=0))
        return Packed(dYp.data @ W, Xp.layout)

    return Packed(X @ W.T + b, Xp.layout), backprop


def init(
    model: Model[Packed, Packed], X: Optional[Packed] = None, Y: Optional[Packed] = None
) -> None:
    if X is not None:
        model.set_dim("nI", X.data.shape[1])
    for dim in ("nI", "nO"):
        if not model.has_dim(dim):
            raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim=dim))
    nO, nI = model.get_dim("nO"), model.get_dim("nI")
    model.set_param("W", glorot_blocks_init(model.ops, nO, nI))
    model.set_param("b", model.ops.alloc1f(nO))
