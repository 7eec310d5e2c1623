"""Looking on while recurrent layers work: for diagnostics, never in the way of a result."""

from contextlib import contextmanager
from functools import partial
from typing import Any, Iterator, List, Optional, Protocol

from thinc.api import Model

from ..ops.gradients import Gradients
from ..types import Layout, Packed


class RecurrentWatch(Protocol):
    """What wants to know about the passes of recurrent layers. Of a layer that reads r2l,
    sequences come in the order of reading, so row 0 is the last token. Arrays belong to the layer
    and must not be changed."""

    def forward(self, layer: Model[Packed, Packed], layout: Layout, trace: Any) -> None:
        """A layer has run in training.

        layer (Model[Packed, Packed]): The layer, made by `Recurrent`.
        layout (Layout): Where the tokens stand.
        trace (Any): What its cell keeps, such as `ops.lstm.LSTMTrace`.
        """

    def backprop(self, layer: Model[Packed, Packed], layout: Layout, gradients: Gradients) -> None:
        """A layer has gone back.

        layer (Model[Packed, Packed]): The layer, made by `Recurrent`.
        layout (Layout): Where the tokens stand.
        gradients (Gradients): What its cell gave.
        """


def recurrent_layers(model: Model[Any, Any]) -> List[Model[Packed, Packed]]:
    """The layers of a model that were made by `Recurrent`.

    model (Model): Any model, say that of a component.
    RETURNS (List[Model[Packed, Packed]]): The layers.
    """
    return [node for node in model.walk() if "Wh" in node.param_names]


def token_layers(model: Model[Any, Any]) -> List[Model[Packed, Packed]]:
    """The recurrent layers that read the tokens of texts, without those that spell single words.

    model (Model): Any model, say that of a component.
    RETURNS (List[Model[Packed, Packed]]): The layers.
    """
    embeddings = [node for node in model.walk() if "look_up_words" in node.attrs]
    in_words = {layer.id for node in embeddings for layer in recurrent_layers(node)}
    return [layer for layer in recurrent_layers(model) if layer.id not in in_words]


class _Link:
    """Between layers and a watch, so that copies made meanwhile do not report for ever."""

    def __init__(self, watch: RecurrentWatch) -> None:
        self.watch: Optional[RecurrentWatch] = watch

    def forward(self, layer: Model[Packed, Packed], layout: Layout, trace: Any) -> None:
        if self.watch is not None:
            self.watch.forward(layer, layout, trace)

    def backprop(self, layer: Model[Packed, Packed], layout: Layout, gradients: Gradients) -> None:
        if self.watch is not None:
            self.watch.backprop(layer, layout, gradients)


@contextmanager
def watched(model: Model[Any, Any], watch: RecurrentWatch) -> Iterator[None]:
    """Let every recurrent layer of a model report to a watch. Predictions are not reported: they
    keep nothing; ask for a training pass (`model.begin_update`) with a dropout rate of 0.

    model (Model): Any model, say that of a component.
    watch (RecurrentWatch): Who wants to know.
    """
    layers, link = recurrent_layers(model), _Link(watch)
    forwards = [layer._func for layer in layers]
    for layer in layers:
        layer._func = partial(layer._func, watch=link)
    try:
        yield
    finally:
        link.watch = None
        for layer, forward in zip(layers, forwards):
            layer._func = forward
