"""Numerical gradients in float64, and layers to take them of."""

from typing import Callable, List, Optional

import numpy
from thinc.api import Model

from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.types import Packed

LIMIT = 1e-6  # greatest relative error


def numeric_gradient(
    loss: Callable[[], float], x: numpy.ndarray, eps: float = 1e-5
) -> numpy.ndarray:
    """Central differences of a loss by every value of x, which is changed in place and back."""
    assert x.dtype == numpy.float64
    gradient = numpy.empty_like(x)
    for place in numpy.ndindex(x.shape):
        keep = x[place]
        x[place] = keep + eps
        above = loss()
        x[place] = keep - eps
        below = loss()
        x[place] = keep
        gradient[place] = (above - below) / (2 * eps)
    return gradient


def relative_error(exact: numpy.ndarray, other: numpy.ndarray) -> float:
    """Norm of the difference over the norm of the exact one."""
    scale = numpy.linalg.norm(exact)
    return float(numpy.linalg.norm(exact - other) / scale) if scale else numpy.linalg.norm(other)


def to_float64(model: Model) -> Model:
    """Give all parameters of an initialized model double precision, and none of them zero, so
    that no gradient is tested at a special place."""
    rng = numpy.random.RandomState(7)
    for node in model.walk():
        for name in node.param_names:
            values = node.get_param(name).astype("float64")
            node.set_param(name, values + 0.1 * rng.normal(size=values.shape))
    return model


def packed(lengths: List[int], width: int, seed: int = 0, dtype: str = "float64") -> Packed:
    """Random vectors on packed rows."""
    data = numpy.random.RandomState(seed).normal(size=(sum(lengths), width)).astype(dtype)
    return Packed(data, pack_layout(numpy, lengths))


def check_packed_layer(
    layer: Model[Packed, Packed], Xp: Packed, seed: Optional[int] = None
) -> None:
    """Compare all gradients of a layer on packed rows with numerical ones.

    seed (Optional[int]): Set before every pass, to get the same dropout masks each time.
    """
    numpy.random.seed(0)
    layer.initialize(X=Xp)
    to_float64(layer)

    def forward():
        if seed is not None:
            numpy.random.seed(seed)
        return layer(Xp, is_train=True)

    Yp, backprop = forward()
    dY = numpy.random.RandomState(1).normal(size=Yp.data.shape)
    dX = backprop(Packed(dY.copy(), Xp.layout)).data

    def loss() -> float:
        return float((forward()[0].data * dY).sum())

    assert relative_error(numeric_gradient(loss, Xp.data), dX) < LIMIT
    check_params(layer, loss)


def check_params(model: Model, loss: Callable[[], float]) -> None:
    """Compare the gradients that a backward pass has left in a model with numerical ones."""
    checked = 0
    for node in model.walk():
        for name in node.param_names:
            exact = numeric_gradient(loss, node.get_param(name))
            error = relative_error(exact, node.get_grad(name))
            assert error < LIMIT, (node.name, name, error)
            assert numpy.abs(exact).max() > 0, (node.name, name, "has no influence at all")
            checked += 1
    assert checked
