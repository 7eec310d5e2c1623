"""Maxout on top of our linear layer."""

from functools import partial
from typing import Callable, Tuple

from thinc.api import LayerNorm, Model, chain

from ..types import Floats2d
from .linear import Linear


def Maxout(nO: int, nI: int, *, nP: int) -> Model[Floats2d, Floats2d]:
    """The greatest of nP linear maps at each output (Goodfellow et al. 2013), then layer
    normalization (Ba, Kiros & Hinton 2016).

    nO (int): Output width.
    nI (int): Input width.
    nP (int): Pieces, at least one.
    RETURNS (Model[Floats2d, Floats2d]): From `(N, nI)` to `(N, nO)`.
    """
    pool: Model[Floats2d, Floats2d] = Model("maxout", partial(forward, nP))
    return chain(Linear(nO * nP, nI, blocks=nP), pool, LayerNorm(nO))


def forward(
    nP: int, model: Model[Floats2d, Floats2d], X: Floats2d, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
    pieces = X.reshape((X.shape[0], nP, -1))  # (N, nP, nO)
    Y = pieces.max(axis=1)

    def backprop(dY: Floats2d) -> Floats2d:
        # Of equal pieces, the first one learns.
        which = pieces.argmax(axis=1)[:, None]  # (N, 1, nO)
        at = model.ops.xp.arange(nP)[:, None] == which
        return (at * dY[:, None]).reshape(X.shape)

    return Y, backprop
