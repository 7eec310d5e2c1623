"""How far back in time gradients reach, in the recurrent layers of a component.

The gradient of the loss enters a tagger at each token, through its emissions. The part that enters
at token t alone, here loss(t), goes back to the hidden states of the tokens that were read before,
and `‖∂loss(t)/∂h(t-k)‖` says what a layer can still learn from the token k steps before t (Bengio,
Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013).
"""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Protocol, Sequence, Set, Tuple

import numpy
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Model, get_array_module, set_dropout_rate, to_numpy
from thinc.backends import ParamServer

from ..errors import Errors
from ..layers.watch import token_layers, watched
from ..ops.gradients import Gradients
from ..types import Floats1d, Floats2d, Ints1d, Layout, Packed, TagScores


class Tagging(Protocol):
    """What a component needs to be measured: its model and its loss, as `lstm_ner` has them."""

    model: Model[List[Doc], TagScores]

    def get_loss(
        self, examples: Sequence[Example], scores: TagScores
    ) -> Tuple[float, TagScores]: ...


@dataclass(frozen=True, eq=False)
class LayerFlow:
    """What reaches the hidden states of one recurrent layer, read in one direction.

    layer (int): Number of the layer, 1 for the lowest.
    name (str): Its cell and direction, such as "lstm-l2r".
    state (str): "h", or "c" for the cells of an LSTM.
    norms (Floats2d): `‖∂loss(t)/∂h(t-k)‖`, or that of c, of each text and k, t-k counted in the
        order of reading; NaN before the first token. *Shape:* `(nTexts, k_max + 1)`, float64.
    clipped (float): Share of the numbers handed back through time that `bptt_clip` limited.
    """

    layer: int
    name: str
    state: str
    norms: Floats2d
    clipped: float


def measure_flow(
    pipe: Tagging, examples: Sequence[Example], *, k_max: int = 50, seed: int = 0
) -> List[LayerFlow]:
    """Measure one token t of each text, without dropout: at random where k_max tokens stand before
    and behind it, in the middle of shorter texts. The component is left as it was, down to the
    gradients that it may hold.

    pipe (Tagging): The component.
    examples (Sequence[Example]): Annotated texts, best of 2 k_max + 1 tokens or more; all are one
        batch. Those without tokens are left out.
    k_max (int): How far back to look, in tokens.
    seed (int): Seed of the choice of t.
    RETURNS (List[LayerFlow]): The layers that read tokens, lowest first; an LSTM is there twice.
    RAISES (ValueError): If there are no tokens, or no recurrent layer reads them.
    """
    examples = [example for example in examples if len(example.predicted)]
    if not examples:
        raise ValueError(Errors.FLOW_NO_TOKENS)
    lengths = numpy.array([len(example.predicted) for example in examples])
    ts = _choose(lengths, k_max, seed)
    layers = {layer.id for layer in token_layers(pipe.model)}
    if not layers:
        raise ValueError(Errors.FLOW_NO_LAYER)
    notes = _Notes(layers, lengths, ts, k_max)
    with _put_aside(pipe.model), watched(pipe.model, notes):
        set_dropout_rate(pipe.model, 0.0)
        scores, backprop = pipe.model.begin_update([example.predicted for example in examples])
        _, d_scores = pipe.get_loss(examples, scores)
        backprop(_only(d_scores, numpy.cumsum(lengths) - lengths + ts))
    return notes.layers()


def relative_flow(flows: Sequence[LayerFlow], state: str = "h") -> Dict[int, Floats1d]:
    """The medians, over all texts and both directions, of the norms in each layer, relative to the
    norm at t in the highest layer of the same direction. A median is moved neither by the few texts
    that dominate a mean nor by zeros, which a geometric mean cannot take.

    flows (Sequence[LayerFlow]): What `measure_flow` gave.
    state (str): "h", or "c" for the cells of an LSTM.
    RETURNS (Dict[int, Floats1d]): A curve for each layer that has such a state; NaN where no text
        reaches. *Shape:* `(k_max + 1,)`.
    """
    flows = [flow for flow in flows if flow.state == state]
    at_t = {flow.name: flow.norms[:, :1] for flow in flows}  # the highest layer comes last
    shares: Dict[int, List[Floats2d]] = {}
    for flow in flows:
        with numpy.errstate(divide="ignore", invalid="ignore"):
            share = flow.norms / at_t[flow.name]
        shares.setdefault(flow.layer, []).append(share[numpy.isfinite(share[:, 0])])
    return {layer: _medians(numpy.concatenate(parts)) for layer, parts in shares.items()}


def count_texts(flows: Sequence[LayerFlow]) -> Ints1d:
    """How many norms each k has, in one layer over both directions.

    flows (Sequence[LayerFlow]): What `measure_flow` gave.
    RETURNS (Ints1d): *Shape:* `(k_max + 1,)`.
    """
    norms = numpy.concatenate(
        [flow.norms for flow in flows if flow.layer == 1 and flow.state == "h"]
    )
    counts: Ints1d = (~numpy.isnan(norms)).sum(axis=0)
    return counts


def half_life(curve: Floats1d) -> float:
    """In how many tokens a curve first falls to half of what it was at k = 1, read off a straight
    line between two k on a log scale. At k = 0 the gradient has not gone through time yet: an LSTM
    keeps more in its cell than in h, so that its curve falls once and slowly afterwards.

    curve (Floats1d): Norms by k, from 0 on.
    RETURNS (float): Infinity if it stays above, NaN if there is nothing at k = 1.
    """
    if len(curve) < 2 or not curve[1] > 0:
        return float("nan")
    share = curve[1:] / curve[1]
    below = numpy.flatnonzero(share <= 0.5)
    if not len(below):
        return float("inf")
    k = int(below[0])
    if share[k] == 0:
        return float(k)
    above = numpy.log(share[k - 1] / 0.5)
    return float(k - 1 + above / (above - numpy.log(share[k] / 0.5)))


class _Notes:
    """Keeps the norms of some layers."""

    def __init__(self, layers: Set[int], lengths: Ints1d, ts: Ints1d, k_max: int) -> None:
        self.ids = layers
        self.lengths = lengths
        self.ts = ts
        self.k_max = k_max
        self.found: List[Tuple[str, str, Floats2d, float]] = []  # highest layer first

    def forward(self, layer: Model[Packed, Packed], layout: Layout, trace: Any) -> None:
        pass

    def backprop(self, layer: Model[Packed, Packed], layout: Layout, gradients: Gradients) -> None:
        if layer.id not in self.ids:
            return
        ts = self.lengths - 1 - self.ts if layer.name.endswith("r2l") else self.ts
        at = ts[:, None] - numpy.arange(self.k_max + 1)
        rows = (numpy.cumsum(self.lengths) - self.lengths)[:, None] + at.clip(0)
        for state, dH in (("h", gradients.Y), ("c", gradients.C)):
            if dH is not None:
                by_token = to_numpy(dH[layout.packed_rows]).astype("float64")
                norms = numpy.linalg.norm(by_token, axis=1)[rows]
                norms = numpy.where(at >= 0, norms, numpy.nan)
                self.found.append((layer.name, state, norms, gradients.clipped))

    def layers(self) -> List[LayerFlow]:
        flows: List[LayerFlow] = []
        for name, state, norms, clipped in reversed(self.found):
            layer = 1 + sum((flow.name, flow.state) == (name, state) for flow in flows)
            flows.append(LayerFlow(layer, name, state, norms, clipped))
        return sorted(flows, key=lambda flow: (flow.layer, flow.name, flow.state != "h"))


def _choose(lengths: Ints1d, k_max: int, seed: int) -> Ints1d:
    edge = numpy.minimum(k_max, (lengths - 1) // 2)
    ts: Ints1d = numpy.random.RandomState(seed).randint(edge, lengths - edge)
    return ts


def _only(d_scores: TagScores, tokens: Ints1d) -> TagScores:
    """The gradient that enters at some tokens, without that of transitions, start and end."""
    emissions = d_scores.emissions
    xp = get_array_module(emissions.data)
    rows = emissions.layout.packed_rows[xp.asarray(tokens)]
    data = xp.zeros_like(emissions.data)
    data[rows] = emissions.data[rows]
    nothing = (xp.zeros_like(a) for a in (d_scores.start, d_scores.transitions, d_scores.end))
    return TagScores(Packed(data, emissions.layout), *nothing)


@contextmanager
def _put_aside(model: Model[Any, Any]) -> Iterator[None]:
    """Let a model forget, at the end, gradients and dropout rates that were set since."""
    nodes = list(model.walk())
    kept = [(node._params, node.attrs.get("dropout_rate")) for node in nodes]
    for node in nodes:
        names = [name for name in node.param_names if node.has_param(name)]
        node._params = ParamServer({(node.id, name): node.get_param(name) for name in names})
    try:
        yield
    finally:
        for node, (params, rate) in zip(nodes, kept):
            node._params = params
            if rate is not None:
                node.attrs["dropout_rate"] = rate


def _medians(norms: Floats2d) -> Floats1d:
    columns = (column[~numpy.isnan(column)] for column in norms.T)
    return numpy.array([numpy.median(c) if len(c) else numpy.nan for c in columns])
