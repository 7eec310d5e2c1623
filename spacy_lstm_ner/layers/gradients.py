"""What backward passes of layers on data have in common."""

from typing import Any

from thinc.api import Model

from ..types import Floats2d


def gradient_of(model: Model[Any, Any], name: str) -> Floats2d:
    """The gradient of a table, to add to in place: a batch touches few of its rows, so an array of
    its size for each batch would be mostly zeros.

    model (Model): The layer.
    name (str): Name of the parameter.
    RETURNS (Floats2d): Zeros where there was none. *Shape:* that of the parameter.
    """
    if not model.has_grad(name):
        model.set_grad(name, model.ops.xp.zeros_like(model.get_param(name)))
    gradient: Floats2d = model.get_grad(name)
    return gradient


def no_gradient(dY: Any) -> None:
    """The backward pass of a layer that reads data (characters, static vectors): nothing is learned
    below it.

    dY (Any): The gradient of what the layer gave.
    """
