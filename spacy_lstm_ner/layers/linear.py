"""A linear layer. thinc's own multiplies through BLIS, which is several times slower than
numpy's BLAS on recent CPUs and knows single precision only."""

from typing import Callable, Optional, Tuple

from thinc.api import Model

from ..errors import Errors
from ..types import Floats2d
from .initializers import glorot_blocks_init


def Linear(nO: Optional[int] = None, nI: Optional[int] = None) -> Model[Floats2d, Floats2d]:
    """Multiply with a weight matrix and add a bias.

    nO (Optional[int]): Output width; None: set later, by `layers.resize.resized`.
    nI (Optional[int]): Input width; None: read off sample data.
    RETURNS (Model[Floats2d, Floats2d]): From `(N, nI)` to `(N, nO)`.
    """
    return Model(
        "linear",
        forward,
        init=init,
        params={"W": None, "b": None},
        dims={"nO": nO, "nI": nI},
    )


def forward(
    model: Model[Floats2d, Floats2d], X: Floats2d, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
    W, b = model.get_param("W"), model.get_param("b")

    def backprop(dY: Floats2d) -> Floats2d:
        model.inc_grad("W", dY.T @ X)
        model.inc_grad("b", dY.sum(axis=0))
        return dY @ W

    Y = X @ W.T
    Y += b
    return Y, backprop


def init(
    model: Model[Floats2d, Floats2d],
    X: Optional[Floats2d] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    if X is not None:
        model.set_dim("nI", X.shape[1])
    for dim in ("nI", "nO"):
        if not model.has_dim(dim):
            raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim=dim))
    nO, nI = model.get_dim("nO"), model.get_dim("nI")
    model.set_param("W", glorot_blocks_init(model.ops, nO, nI))
    model.set_param("b", model.ops.alloc1f(nO))
