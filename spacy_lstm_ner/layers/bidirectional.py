"""Two directions side by side."""

from typing import Callable, Optional, Tuple

from thinc.api import Model

from ..types import Packed


def bidirectional(l2r: Model[Packed, Packed], r2l: Model[Packed, Packed]) -> Model[Packed, Packed]:
    """Run both layers on the same input and join their outputs, l2r first.

    l2r (Model[Packed, Packed]): Reads first token to last.
    r2l (Model[Packed, Packed]): Reads last token to first.
    RETURNS (Model[Packed, Packed]): The pair; its output is as wide as both together.
    """
    return Model(
        "bidirectional",
        forward,
        init=init,
        layers=[l2r, r2l],
        dims={"nO": l2r.get_dim("nO") + r2l.get_dim("nO"), "nI": l2r.maybe_get_dim("nI")},
    )


def forward(
    model: Model[Packed, Packed], Xp: Packed, is_train: bool
) -> Tuple[Packed, Callable[[Packed], Packed]]:
    l2r, r2l = model.layers
    nH = l2r.get_dim("nO")
    Yp_l2r, bp_l2r = l2r(Xp, is_train)
    Yp_r2l, bp_r2l = r2l(Xp, is_train)

    def backprop(dYp: Packed) -> Packed:
        dXp_r2l = bp_r2l(Packed(dYp.data[:, nH:], Xp.layout))
        dXp_l2r = bp_l2r(Packed(dYp.data[:, :nH], Xp.layout))
        return Packed(dXp_l2r.data + dXp_r2l.data, Xp.layout)

    Y = model.ops.xp.concatenate([Yp_l2r.data, Yp_r2l.data], axis=1)
    return Packed(Y, Xp.layout), backprop


def init(
    model: Model[Packed, Packed], X: Optional[Packed] = None, Y: Optional[Packed] = None
) -> None:
    for layer in model.layers:
        layer.initialize(X=X)
    model.set_dim("nI", model.layers[0].get_dim("nI"))
