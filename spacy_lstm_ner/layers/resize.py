"""More outputs for a layer that has learned something already."""

from typing import Any, Callable, Dict, TypeVar

from thinc.api import Model

ModelT = TypeVar("ModelT", bound=Model)


def resized(layer: ModelT, nO: int, init: Callable[[ModelT], None]) -> ModelT:
    """A copy of a layer with more outputs. What the layer has learned is in the copy; the new
    parts start as `init` makes them.

    It is a new layer because optimizers keep their moments by layer: those of the old shape do
    not fit the new one.

    layer (ModelT): The layer, initialized or not; left as it is.
    nO (int): Outputs of the copy, not fewer than the layer has.
    init (Callable[[ModelT], None]): Sets fresh parameters, by the layer's dimensions.
    RETURNS (ModelT): The copy. Swap it in with `replace_node`.
    """
    learned: Dict[str, Any] = {name: layer.maybe_get_param(name) for name in layer.param_names}
    new = layer.copy()
    for name in learned:
        new.set_param(name, None)  # thinc lets a dimension change only while none is set
    new.set_dim("nO", nO, force=True)
    if any(values is None for values in learned.values()):
        return new
    init(new)
    for name, old in learned.items():
        corner = tuple(slice(size) for size in old.shape)
        values: Any = new.get_param(name)
        values = values.astype(old.dtype)
        values[corner] = old
        new.set_param(name, values)
        if layer.has_grad(name):
            gradient = layer.ops.xp.zeros_like(values)
            gradient[corner] = layer.get_grad(name)
            new.set_grad(name, gradient)
    return new
