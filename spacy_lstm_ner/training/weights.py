"""Weights in training and what the optimizer holds about them, as named arrays."""

from functools import partial
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy
from spacy.language import Language
from thinc.api import Model, Optimizer, PyTorchShim, Shim, torch2xp, xp2torch
from thinc.backends import get_array_ops
from thinc.optimizers import KeyT

from ..errors import Errors
from ..types import FloatsXd

Arrays = Dict[str, numpy.ndarray]
HELD = ("mom1", "mom2", "averages")  # by the optimizer, for each weight that has had a step


class Weight(NamedTuple):
    """A parameter of a layer.

    key (KeyT): Its name for the optimizer.
    get (Callable[[], FloatsXd]): Gives it.
    set (Callable[[FloatsXd], None]): Puts another one in its place.
    get_grad (Callable[[], Optional[FloatsXd]]): Gives its gradient; None: there was none yet, and
        the optimizer passes it by.
    set_grad (Callable[[FloatsXd], None]): Puts another gradient in its place.
    learns (Callable[[], bool]): Whether it may get a gradient. Layers of ours say
        that they never do by an attribute `learns` that is False.
    """

    key: KeyT
    get: Callable[[], FloatsXd]
    set: Callable[[FloatsXd], None]
    get_grad: Callable[[], Optional[FloatsXd]]
    set_grad: Callable[[FloatsXd], None]
    learns: Callable[[], bool]


class WeightsError(ValueError):
    """Arrays do not fit the weights."""


def trained_pipes(nlp: Language, frozen: List[str]) -> List[Tuple[str, Any]]:
    """The components that take steps, as `spacy train` chooses them.

    nlp (Language): The pipeline.
    frozen (List[str]): Components that do not learn.
    RETURNS (List[Tuple[str, Any]]): Their names and themselves.
    """
    pipes: List[Tuple[str, Any]] = list(nlp.pipeline)
    return [
        (name, pipe)
        for name, pipe in pipes
        if name not in frozen
        and getattr(pipe, "is_trainable", False)
        and pipe.model not in (True, False, None)
    ]


def find_weights(nlp: Language, frozen: List[str]) -> Dict[str, Weight]:
    """All weights that take steps.

    nlp (Language): The pipeline.
    frozen (List[str]): Components that do not learn.
    RETURNS (Dict[str, Weight]): By component, number of the layer and name.
    RAISES (ValueError): If there are weights that only their layer knows how to store.
    """
    found = {}
    for name, pipe in trained_pipes(nlp, frozen):
        for number, node in enumerate(pipe.model.walk()):
            for param, weight in _weights_of_node(node, name):
                found[f"{name}.{number}.{param}"] = weight
    return found


def weights_to_arrays(weights: Dict[str, Weight], optimizer: Optimizer) -> Arrays:
    """Raw weights, moments, averages, and gradients where one is not zero.

    weights (Dict[str, Weight]): The weights.
    optimizer (Optimizer): The optimizer.
    RETURNS (Arrays): On the CPU. They may share memory with the weights.
    """
    arrays = {}
    for name, weight in weights.items():
        arrays[f"weight/{name}"] = weight.get()
        for kind in HELD:
            held = getattr(optimizer, kind)
            if held is not None and weight.key in held:
                arrays[f"{kind}/{name}"] = held[weight.key]
        gradient = weight.get_grad()
        if gradient is not None and _is_zero(_to_numpy(gradient)):
            arrays[f"zero/{name}"] = numpy.empty(0)
        elif gradient is not None:
            arrays[f"grad/{name}"] = gradient
    return {name: _to_numpy(array) for name, array in arrays.items()}


def weights_from_arrays(weights: Dict[str, Weight], optimizer: Optimizer, arrays: Arrays) -> None:
    """The way back from `weights_to_arrays`.

    weights (Dict[str, Weight]): The weights of a pipeline that was made the same way.
    optimizer (Optimizer): A new optimizer.
    arrays (Arrays): What it gave.
    RAISES (WeightsError): If other weights are there, or of other shapes.
    """
    stored = {name[7:]: array for name, array in arrays.items() if name.startswith("weight/")}
    if stored.keys() != weights.keys():
        one = min(stored.keys() ^ weights.keys())
        place = "only in the checkpoint" if one in stored else "not in the checkpoint"
        raise WeightsError(f"{one} is {place}")
    for name, weight in weights.items():
        here = weight.get()
        if here.shape != stored[name].shape:
            raise WeightsError(f"{name} has the shape {here.shape}, not {stored[name].shape}")
        asarray = get_array_ops(here).asarray
        weight.set(asarray(stored[name]))
        for kind in HELD:
            if f"{kind}/{name}" in arrays:
                getattr(optimizer, kind)[weight.key] = asarray(arrays[f"{kind}/{name}"])
        if f"grad/{name}" in arrays:
            weight.set_grad(asarray(arrays[f"grad/{name}"]))
        if f"zero/{name}" in arrays:
            weight.set_grad(asarray(numpy.zeros(here.shape, dtype=stored[name].dtype)))


def _is_zero(gradient: numpy.ndarray) -> bool:
    """Whether `numpy.zeros` makes the same: signs of zeros and the order in memory count, as sums
    depend on them to the last bit."""
    in_order = gradient.flags.c_contiguous
    return in_order and not gradient.reshape(-1).view("uint8").any()


def _to_numpy(array: FloatsXd) -> numpy.ndarray:
    return get_array_ops(array).to_numpy(array)


def _weights_of_node(node: Model, name: str) -> Iterator[Tuple[str, Weight]]:
    for param in node.param_names:
        if node.has_param(param):
            yield (
                param,
                Weight(
                    (node.id, param),
                    partial(node.get_param, param),
                    partial(node.set_param, param),
                    partial(node.maybe_get_grad, param),
                    partial(node.set_grad, param),
                    partial(_learns, node),
                ),
            )
    for number, shim in enumerate(node.shims):
        if isinstance(shim, PyTorchShim):
            for param, weight in _weights_of_torch(shim):
                yield f"shim{number}.{param}", weight
        elif shim.to_bytes():
            raise ValueError(Errors.NOT_STORABLE.format(name=name, type=type(shim).__name__))


def _learns(node: Model) -> bool:
    return bool(node.attrs.get("learns", True))


def _weights_of_torch(shim: Shim) -> Iterator[Tuple[str, Weight]]:
    for param, tensor in [*shim._model.named_parameters(), *shim._model.named_buffers()]:
        yield (
            param,
            Weight(
                (shim.id, param),
                partial(_get_tensor, tensor),
                partial(_set_tensor, tensor),
                partial(_get_tensor_grad, tensor),
                partial(_set_tensor_grad, tensor),
                partial(getattr, tensor, "requires_grad"),
            ),
        )


def _get_tensor(tensor: Any) -> FloatsXd:
    return torch2xp(tensor.data)


def _set_tensor(tensor: Any, value: FloatsXd) -> None:
    tensor.data.copy_(xp2torch(value, device=tensor.device))


def _get_tensor_grad(tensor: Any) -> Optional[FloatsXd]:
    return None if tensor.grad is None else torch2xp(tensor.grad)


def _set_tensor_grad(tensor: Any, value: FloatsXd) -> None:
    tensor.grad = xp2torch(value, device=tensor.device)
