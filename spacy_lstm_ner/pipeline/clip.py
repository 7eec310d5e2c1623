"""Clipping by the global norm, and what the optimizer clips tensor by tensor."""

import math
from typing import List, Tuple

import numpy
from thinc.api import Model

from ..types import FloatsXd


def clip_gradient(model: Model, limit: float) -> float:
    """Scale all gradients of a model down together, so that their joint Euclidean norm does not
    pass a limit (Pascanu, Mikolov & Bengio 2013).

    model (Model): The model, with gradients of a backward pass.
    limit (float): The greatest norm allowed; infinity to measure only.
    RETURNS (float): The norm before clipping.
    """
    gradients = _gradients(model)
    norm = math.sqrt(math.fsum(_squares(dW) for dW in gradients))
    if norm > limit:
        for dW in gradients:
            model.ops.xp.multiply(dW, limit / norm, out=dW)
    return norm


def count_clipped(model: Model, limit: float) -> Tuple[int, int]:
    """Count the gradients that thinc's optimizers will clip, each by its own norm (`grad_clip`).

    model (Model): The model, with the gradients that the optimizer will be given.
    limit (float): The optimizer's limit; 0: none.
    RETURNS (Tuple[int, int]): Gradients in all, and those that reach the limit.
    """
    gradients = _gradients(model)
    if not limit:
        return len(gradients), 0
    norm = model.ops.xp.linalg.norm
    return len(gradients), sum(bool(norm(dW) >= limit) for dW in gradients)


def drop_gradient(model: Model) -> None:
    """Set all gradients of a model to zero.

    model (Model): The model.
    """
    for dW in _gradients(model):
        dW.fill(0)


def _squares(dW: FloatsXd) -> float:
    """In double precision where single does not reach, for values above 1.8e19 or below 1e-23."""
    flat = dW.ravel()
    with numpy.errstate(over="ignore"):
        squares = float(flat.dot(flat))
    if not 0 < squares < math.inf:
        flat = flat.astype("float64")
        squares = float(flat.dot(flat))
    return squares


def _gradients(model: Model) -> List[FloatsXd]:
    return [
        node.get_grad(name)
        for node in model.walk()
        for name in node.param_names
        if node.has_grad(name)
    ]
