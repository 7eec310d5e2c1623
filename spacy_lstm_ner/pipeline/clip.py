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
    with_grads = [
        (node, name) for node in model.walk() for name in node.param_names if node.has_grad(name)
    ]
    squares = [float(model.ops.xp.square(node.get_grad(name)).sum()) for node, name in with_grads]
    norm = math.sqrt(math.fsum(squares))
    if norm > limit:
        for node, name in with_grads:
            node.set_grad(name, node.get_grad(name) * (limit / norm))
    return norm
