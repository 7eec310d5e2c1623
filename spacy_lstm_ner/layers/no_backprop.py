"""What a prediction gives in place of a backward pass."""

from typing import Any, Callable

from thinc.api import Model

from ..errors import Errors


def no_backprop(model: Model[Any, Any]) -> Callable[[Any], Any]:
    """The backward pass of a prediction, which has kept nothing to go back by.

    model (Model): The layer, for its name.
    RETURNS (Callable[[Any], Any]): Raises a RuntimeError when called.
    """

    def backprop(dY: Any) -> Any:
        raise RuntimeError(Errors.NOT_TRAINING.format(layer=model.name))

    return backprop
