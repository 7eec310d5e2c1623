"""Clipping by the global norm."""

import math

from thinc.api import Model


def clip_gradient(model: Model, limit: float) -> float:
    """Scale all gradients of a model down together, so that their joint Euclidean norm does not
    pass a limit (Pascanu, Mikolov & Bengio 2013).

    model (Model): The model, with gradients of a backward pass.
    limit (float): The greatest norm allowed; infinity to measure only.
    RETURNS (float): The norm before clipping.
    """
    gradients = [
        node.get_grad(name)
        for node in model.walk()
        for name in node.param_names
        if node.has_grad(name)
    ]
    norm = math.sqrt(math.fsum(float(model.ops.xp.vdot(dW, dW)) for dW in gradients))
    if norm > limit:
        for dW in gradients:
            model.ops.xp.multiply(dW, limit / norm, out=dW)
    return norm
