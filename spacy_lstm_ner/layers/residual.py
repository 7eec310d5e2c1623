"""Skip connections on packed rows (thinc's `residual` does not know `Packed`)."""

from typing import Callable, Optional, Tuple

from thinc.api import Model

from ..errors import Errors
from ..types import Packed


def residual(layer: Model[Packed, Packed]) -> Model[Packed, Packed]:
    """Add a layer's input to its output, so that gradients have a way around the layer.

    layer (Model[Packed, Packed]): A layer whose output is as wide as its input.
    RETURNS (Model[Packed, Packed]): The layer with the connection.
    """
    return Model("residual", forward, init=init, layers=[layer], dims={"nO": layer.get_dim("nO")})


def forward(
    model: Model[Packed, Packed], Xp: Packed, is_train: bool
) -> Tuple[Packed, Callable[[Packed], Packed]]:
    if Xp.data.shape[1] != model.get_dim("nO"):
        raise ValueError(
            Errors.WRONG_WIDTH.format(
                layer=model.name, expected=model.get_dim("nO"), given=Xp.data.shape[1]
            )
        )
    Yp, bp_layer = model.layers[0](Xp, is_train)

    def backprop(dYp: Packed) -> Packed:
        return Packed(dYp.data + bp_layer(dYp).data, Xp.layout)

    return Packed(Xp.data + Yp.data, Xp.layout), backprop


def init(
    model: Model[Packed, Packed], X: Optional[Packed] = None, Y: Optional[Packed] = None
) -> None:
    model.layers[0].initialize(X=X)
