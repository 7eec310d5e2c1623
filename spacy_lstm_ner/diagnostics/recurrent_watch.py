"""What recurrent layers do in training, in a few numbers."""

from contextlib import ExitStack, contextmanager
from typing import Dict, Iterator, List, Optional, Sequence, Set

import numpy
from thinc.api import Model

from ..layers.watch import token_layers, watched
from ..ops.gradients import Gradients
from ..types import Floats1d, Layout, Packed
from .gates import GATES, CellTrace, arrays_of, half_lives, keeping_gate, saturation


class TokenLayersWatch:
    """Counts what `bptt_clip` limits, and keeps what the cells kept of the last batch: no pass is
    run for it, and nothing is computed before it is asked for."""

    def __init__(self, layers: Set[int]) -> None:
        """Start to count.

        layers (Set[int]): Ids of the layers that count.
        """
        self._layers = layers
        self._traces: Dict[int, CellTrace] = {}
        self._handed = 0
        self._clipped = 0.0

    def forward(self, layer: Model[Packed, Packed], layout: Layout, trace: CellTrace) -> None:
        """See `layers.watch.RecurrentWatch`."""
        if layer.id in self._layers and len(layout.ranks):
            self._traces[layer.id] = trace

    def backprop(self, layer: Model[Packed, Packed], layout: Layout, gradients: Gradients) -> None:
        """See `layers.watch.RecurrentWatch`."""
        if layer.id in self._layers:
            handed = len(layout.previous_rows) * gradients.Y.shape[1]
            self._handed += handed
            self._clipped += handed * gradients.clipped

    def read(self) -> Dict[str, Optional[float]]:
        """Describe the batches since the last time.

        RETURNS (Dict[str, Optional[float]]): "bptt_clip_rate", the share of the numbers handed
            back through time that were over the limit; and of the last batch what
            `describe_states` says. None where there is no such thing.
        """
        rate = self._clipped / self._handed if self._handed else None
        self._handed, self._clipped = 0, 0.0
        return {"bptt_clip_rate": rate, **describe_states(list(self._traces.values()))}


@contextmanager
def watch_token_layers(models: Sequence[Model]) -> Iterator[TokenLayersWatch]:
    """Watch the layers of models that read tokens, together.

    models (Sequence[Model]): The models, say those of all components of a pipeline.
    RETURNS (Iterator[TokenLayersWatch]): The watch.
    """
    watch = TokenLayersWatch({layer.id for model in models for layer in token_layers(model)})
    with ExitStack() as stack:
        for model in models:
            stack.enter_context(watched(model, watch))
        yield watch


def describe_states(traces: List[CellTrace]) -> Dict[str, Optional[float]]:
    """Describe gates and hidden states.

    traces (List[CellTrace]): What cells kept of a training pass.
    RETURNS (Dict[str, Optional[float]]): "gate_saturation", the share of the values of all sigmoid
        gates below 0.1 or above 0.9; "half_life", the median over all units of the half-life of
        what they store (see `half_lives`), in tokens; "state_rms", the root mean square of the
        hidden states. None where there is no such thing.
    """
    layers = [arrays_of(trace) for trace in traces]
    gates = [layer[name].ravel() for layer in layers for name in GATES if name in layer]
    kept = [gate for gate in map(keeping_gate, layers) if gate is not None]
    lives: List[Floats1d] = [half_lives(gate) for gate in kept]
    states = [layer["h"].ravel() for layer in layers]
    return {
        "gate_saturation": saturation(numpy.concatenate(gates)) if gates else None,
        "half_life": float(numpy.median(numpy.concatenate(lives))) if lives else None,
        "state_rms": _rms(numpy.concatenate(states)) if states else None,
    }


def _rms(values: Floats1d) -> float:
    return float(numpy.sqrt(numpy.square(values, dtype="float64").mean()))
