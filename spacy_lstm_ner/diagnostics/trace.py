"""What recurrent layers and tags of a pipeline do on one text, as plain arrays."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

from spacy.attrs import NORM
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model, set_dropout_rate, to_numpy

from ..errors import Errors
from ..layers.watch import token_layers, watched
from ..ops.gradients import Gradients
from ..types import Constraints, Floats1d, Floats2d, Layout, Packed
from .gates import CellTrace, arrays_of


@dataclass(eq=False)
class LayerTrace:
    """One recurrent layer in one direction.

    component (str): Name of the component that it belongs to.
    level (int): Its place in the stack, 1 above the word vectors.
    cell (str): "lstm", "gru", "rnn" or "irnn".
    direction (str): "l2r" or "r2l".
    arrays (Dict[str, Floats2d]): "i", "f", "g", "o", "c" and "h" of an LSTM, "r", "z", "n" and "h"
        of a GRU, "h" of the others, in the order of the text, whatever the direction.
        *Shape:* `(tokens, nH)` each.
    """

    component: str
    level: int
    cell: str
    direction: str
    arrays: Dict[str, Floats2d]


@dataclass(eq=False)
class TagTrace:
    """What the tagger makes of it. Letters as in `types.TagScores`.

    names (List[str]): The tags.
    emissions (Floats2d): Score of each tag at each token. *Shape:* `(tokens, nK)`.
    marginals (Floats2d): Probability of each tag at each token. *Shape:* `(tokens, nK)`.
    start (Floats1d): Score of each tag at the first token. *Shape:* `(nK,)`.
    transitions (Floats2d): `transitions[previous, next]`. *Shape:* `(nK, nK)`.
    end (Floats1d): Score of each tag at the last token. *Shape:* `(nK,)`.
    allowed (Constraints): Which of these may be at all.
    """

    names: List[str]
    emissions: Floats2d
    marginals: Floats2d
    start: Floats1d
    transitions: Floats2d
    end: Floats1d
    allowed: Constraints


@dataclass(eq=False)
class Trace:
    """What a component does on one text.

    words (List[str]): The tokens.
    layers (List[LayerTrace]): Recurrent layers over tokens, the lowest first, l2r before r2l. Those
        that spell single words are not among them.
    tags (Optional[TagTrace]): None if the component is no `lstm_ner`.
    """

    words: List[str]
    layers: List[LayerTrace]
    tags: Optional[TagTrace]


def trace(nlp: Language, doc: Doc, name: str = "lstm_ner") -> Trace:
    """Look inside a component while it reads a text. Nothing in the pipeline or the Doc changes.

    The component meets the Doc's tokens as it does in the pipeline: what the components before it
    say of them is there, its own entities are not. If it listens to a shared tok2vec, the layers
    of that one are shown too.

    nlp (Language): A trained pipeline.
    doc (Doc): The text; at least one token.
    name (str): The component: an `lstm_ner`, or any one that holds, or listens to, an
        `LSTMEncoder`.
    RETURNS (Trace): All arrays in the order of the text, on the CPU.
    RAISES (ValueError): If there is no such component, it has no weights yet, or the Doc is empty.
    """
    if name not in nlp.pipe_names:
        names = ", ".join(nlp.pipe_names) or "none"
        raise ValueError(Errors.TRACE_COMPONENT.format(name=name, names=names))
    if not len(doc):
        raise ValueError(Errors.TRACE_EMPTY)
    pipe = nlp.get_pipe(name)
    tags = _tags(pipe, _as_met(nlp, doc, name)) if hasattr(pipe, "analyse") else None
    sources = [*_listened_to(nlp, pipe), name]
    layers = [layer for source in sources for layer in _layers(nlp, doc, source)]
    return Trace([token.text for token in doc], layers, tags)


def _as_met(nlp: Language, doc: Doc, name: str) -> Doc:
    """The tokens of a Doc as a component meets them."""
    words, spaces = [token.text for token in doc], [bool(token.whitespace_) for token in doc]
    copy = Doc(nlp.vocab, words=words, spaces=spaces)
    norms: Any = doc.to_array([NORM])  # "ca" in "can't" has the norm "can"
    copy.from_array([NORM], norms.reshape(-1, 1))
    return nlp(copy, disable=nlp.pipe_names[nlp.pipe_names.index(name) :])


def _listened_to(nlp: Language, pipe: Any) -> Iterator[str]:
    """Names of the components that a component has its vectors from."""
    nodes = {id(node) for node in pipe.model.walk()}
    for name, other in nlp.pipeline:
        if any(id(listener) in nodes for listener in getattr(other, "listeners", [])):
            yield name


def _tags(pipe: Any, doc: Doc) -> TagTrace:
    analysis = pipe.analyse([doc])
    scores, rules, (marginals,) = analysis.scores, analysis.constraints, analysis.marginals()
    return TagTrace(
        names=analysis.tagset.names,
        emissions=to_numpy(scores.emissions.data[scores.emissions.layout.packed_rows]),
        marginals=marginals,
        start=to_numpy(scores.start),
        transitions=to_numpy(scores.transitions),
        end=to_numpy(scores.end),
        allowed=Constraints(*map(to_numpy, (rules.start, rules.transitions, rules.end))),
    )


def _layers(nlp: Language, doc: Doc, name: str) -> List[LayerTrace]:
    """The traces of a training pass. It runs on a copy of the model, and all that is not recurrent
    runs in it as in a prediction: no dropout, no word that training would add, no gradient."""
    pipe: Any = nlp.get_pipe(name)
    model = pipe.model
    if not hasattr(pipe, "analyse") and model.has_ref("tok2vec"):
        model = model.get_ref("tok2vec")  # what is above it may not run without gold
    if not _over_tokens(model):
        return []
    model = set_dropout_rate(model.copy(), 0.0)
    layers = _over_tokens(model)
    _predict_all_but(model, layers)
    notes = _Notes(name, len(doc), layers)
    with watched(model, notes):
        model.begin_update([_as_met(nlp, doc, name)])
    return notes.found


def _over_tokens(model: Model[Any, Any]) -> Set[int]:
    return {layer.id for layer in token_layers(model)}


def _predict_all_but(model: Model[Any, Any], layers: Set[int]) -> None:
    """Let the largest parts of a model that hold none of some layers predict in training too."""
    for part in model.layers:
        if any(node.id in layers for node in part.walk()):
            _predict_all_but(part, layers)
        else:
            part._func = partial(_predict, part._func)


def _predict(
    forward: Callable[..., Tuple[Any, Any]], model: Model[Any, Any], X: Any, is_train: bool
) -> Tuple[Any, Any]:
    return forward(model, X, False)


class _Notes:
    """Writes down the training passes of some layers."""

    def __init__(self, component: str, length: int, layers: Set[int]) -> None:
        self.component = component
        self.length = length
        self.layers = layers
        self.found: List[LayerTrace] = []

    def forward(self, layer: Model[Packed, Packed], layout: Layout, trace: CellTrace) -> None:
        if layer.id not in self.layers or layout.lengths.tolist() != [self.length]:
            return
        cell, _, direction = layer.name.partition("-")
        level = 1 + sum(below.direction == direction for below in self.found)
        order = layout.reversed_rows if direction == "r2l" else layout.packed_rows
        order = to_numpy(order)
        arrays = {name: rows[order] for name, rows in arrays_of(trace).items()}
        self.found.append(LayerTrace(self.component, level, cell, direction, arrays))

    def backprop(
        self, layer: Model[Packed, Packed], layout: Layout, gradients: Gradients
    ) -> None: ...
