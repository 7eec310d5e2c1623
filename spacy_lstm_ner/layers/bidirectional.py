"""Two directions side by side."""

from functools import partial
from typing import Callable, Optional, Tuple

from thinc.api import Model

from ..ops.kernels import Kernel, choose_kernel
from ..types import KernelName, Packed
from .no_backprop import no_backprop
from .recurrent import predict


def bidirectional(
    l2r: Model[Packed, Packed],
    r2l: Model[Packed, Packed],
    *,
    cell: str = "lstm",
    kernel: KernelName = "auto",
) -> Model[Packed, Packed]:
    """Run both layers on the same input and join their outputs, l2r first.

    l2r (Model[Packed, Packed]): A `Recurrent` layer that reads first token to last.
    r2l (Model[Packed, Packed]): One that reads last token to first.
    cell (str): The cell of both.
    kernel (KernelName): What computes predictions, see `ops.kernels.choose_kernel`.
    RETURNS (Model[Packed, Packed]): The pair; its output is as wide as both together.
    RAISES (ValueError): If there is no such kernel.
    """
    return Model(
        "bidirectional",
        partial(forward, kernel=choose_kernel(cell, kernel)),
        init=init,
        layers=[l2r, r2l],
        dims={"nO": l2r.get_dim("nO") + r2l.get_dim("nO"), "nI": l2r.maybe_get_dim("nI")},
    )


def forward(
    model: Model[Packed, Packed], Xp: Packed, is_train: bool, *, kernel: Kernel
) -> Tuple[Packed, Callable[[Packed], Packed]]:
    if not is_train:
        return predict(kernel, model.layers, ["l2r", "r2l"], Xp), no_backprop(model)
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
