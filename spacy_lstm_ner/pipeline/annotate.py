"""From decoded spans to `Doc.ents`, `Doc.spans` and `span._.confidence`."""

from typing import List, Sequence

import numpy
from spacy.tokens import Doc, Span, SpanGroup

from ..tags.spans import ScoredSpan
from .confidence import forget_confidences, set_confidence


def new_spans(doc: Doc, spans: Sequence[ScoredSpan]) -> List[ScoredSpan]:
    """Leave out the spans that touch a preset entity: they are this entity itself, which was no
    finding of the component's, so it is neither written again nor scored.

    doc (Doc): The Doc, before anything is written.
    spans (Sequence[ScoredSpan]): What the component found.
    RETURNS (List[ScoredSpan]): What is new.
    """
    preset = doc.ents
    if not preset:
        return list(spans)
    taken = _tokens_of(doc, preset)
    return [span for span in spans if not any(taken[span.start : span.end])]


def set_ents(doc: Doc, spans: Sequence[ScoredSpan]) -> None:
    """Write entities to a Doc. Preset entities (with their ids) and blocked tokens stay as they
    are; tokens that were missing become O.

    doc (Doc): The Doc, changed in place.
    spans (Sequence[ScoredSpan]): New entities, without overlaps.
    """
    ents = [Span(doc, span.start, span.end, label=span.label) for span in spans]
    if not doc.has_annotation("ENT_IOB"):
        doc.set_ents(ents, default="outside")
        return
    taken = _tokens_of(doc, [*doc.ents, *ents])
    missing = [
        doc[token.i : token.i + 1] for token in doc if not taken[token.i] and token.ent_iob == 0
    ]
    doc.set_ents(ents, outside=missing, default="unmodified")


def set_span_group(doc: Doc, key: str, spans: Sequence[ScoredSpan]) -> None:
    """Write spans with their probabilities to `doc.spans[key]` and its `attrs["scores"]`, as
    spaCy's `spancat` does.

    doc (Doc): The Doc, changed in place.
    key (str): The group.
    spans (Sequence[ScoredSpan]): The spans, with probabilities; they may overlap.
    """
    group = [Span(doc, span.start, span.end, label=span.label) for span in spans]
    scores = numpy.array([span.probability for span in spans], dtype="float64")
    doc.spans[key] = SpanGroup(doc, name=key, spans=group, attrs={"scores": scores})


def set_confidences(doc: Doc, component: str, spans: Sequence[ScoredSpan]) -> None:
    """Write the probabilities that `span._.confidence` reads, in place of what this component
    wrote before.

    doc (Doc): The Doc, changed in place.
    component (str): The component's name.
    spans (Sequence[ScoredSpan]): The spans, with probabilities.
    """
    forget_confidences(doc, component)
    for span in spans:
        set_confidence(doc[span.start : span.end], component, span.label, span.probability)


def _tokens_of(doc: Doc, ents: Sequence[Span]) -> List[bool]:
    taken = [False] * len(doc)
    for ent in ents:
        taken[ent.start : ent.end] = [True] * len(ent)
    return taken
