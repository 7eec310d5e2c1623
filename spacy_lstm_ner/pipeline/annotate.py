"""From decoded tags to `Doc.ents`."""

from typing import Sequence

from spacy.tokens import Doc, Span

from ..tags.spans import TagSpan


def set_ents(doc: Doc, spans: Sequence[TagSpan]) -> None:
    """Write entities to a Doc. Preset entities (with their ids) and blocked tokens stay as they
    are; a span that touches one of them is the preset entity itself and is not written again.
    Tokens that were missing become O.

    doc (Doc): The Doc, changed in place.
    spans (Sequence[TagSpan]): What the component found, without overlaps.
    """
    taken = [False] * len(doc)
    for ent in doc.ents:
        taken[ent.start : ent.end] = [True] * len(ent)
    ents = [
        Span(doc, span.start, span.end, label=span.label) for span in spans if not taken[span.start]
    ]
    for span in spans:
        taken[span.start : span.end] = [True] * (span.end - span.start)
    missing = [
        doc[token.i : token.i + 1] for token in doc if not taken[token.i] and token.ent_iob == 0
    ]
    doc.set_ents(ents, outside=missing, default="unmodified")
