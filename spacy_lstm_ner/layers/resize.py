"""More outputs for a layer that has learned something already."""

from typing import Any, Callable, Dict

from thinc.api import Model


def resize(model: Model, nO: int, init: Callable[[Model], None]) -> None:
    """Give a layer more outputs. What it has learned stays; the new parts start as `init` makes
    them.

    model (Model): The layer, initialized or not.
    nO (int): Outputs from now on, not fewer than before.
    init (Callable[[Model], None]): Sets fresh parameters, by the layer's dimensions.
    """
    learned: Dict[str, Any] = {name: model.maybe_get_param(name) for name in model.param_names}
    for name in learned:
        model.set_param(name, None)  # thinc lets a dimension change only while none is set
    model.set_dim("nO", nO, force=True)
    if any(values is None for values in learned.values()):
        return
    init(model)
    for name, old in learned.items():
        corner = tuple(slice(size) for size in old.shape)
        new: Any = model.get_param(name)
        new = new.astype(old.dtype)
        new[corner] = old
        model.set_param(name, new)
        if model.has_grad(name):
            gradient = model.ops.xp.zeros_like(new)
            gradient[corner] = model.get_grad(name)
            model.set_grad(name, gradient)
