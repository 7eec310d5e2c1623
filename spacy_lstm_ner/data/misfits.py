"""Entities that cannot be learned as they stand: their tokens count as missing annotation."""

import re
from dataclasses import dataclass, field
from typing import Iterator, List, Sequence

import numpy
from spacy.attrs import ORTH
from spacy.tokens import Doc, Span
from spacy.training import Example

from .jsonl import Misaligned
from .mentions import Mention, mention
from .stats import MISSING


@dataclass
class Misfits:
    """Entities of one part that cannot be learned, by reason.

    misaligned (List[Mention]): Their ends are not ends of the pipeline's tokens.
    white_space (List[Mention]): They begin or end with white space.
    crossing (List[Mention]): A sentence starts inside them.
    """

    misaligned: List[Mention] = field(default_factory=list)
    white_space: List[Mention] = field(default_factory=list)
    crossing: List[Mention] = field(default_factory=list)


def find_misfits(part: str, docs: Sequence[Doc]) -> Misfits:
    """Find the entities that white space or a sentence start spoils. Those that do not align are
    found where the data is read: see `misaligned_in_example` and `misaligned_in_text`.

    part (str): The part of the data.
    docs (Sequence[Doc]): Its Docs.
    RETURNS (Misfits): The entities by reason.
    """
    misfits = Misfits()
    for number, doc in enumerate(docs, start=1):
        for ent in doc.ents:
            if ent[0].is_space or ent[-1].is_space:
                misfits.white_space.append(mention(part, number, ent))
            if any(token.is_sent_start for token in ent[1:]):
                misfits.crossing.append(mention(part, number, ent))
    return misfits


def misaligned_in_example(part: str, number: int, example: Example) -> Iterator[Mention]:
    """Find gold entities that do not align with the tokens that the pipeline makes.

    part (str): The part of the data.
    number (int): Number of the document in its part, from 1.
    example (Example): The annotation beside the pipeline's tokens.
    YIELDS (Mention): Each entity that does not align, in the words of the annotation.
    """
    made, gold = example.predicted.to_array(ORTH), example.reference.to_array(ORTH)
    if numpy.array_equal(made, gold):
        return
    for ent in example.reference.ents:
        if not example.get_aligned_spans_y2x([ent]):
            yield mention(part, number, ent)


def misaligned_in_text(part: str, doc: Doc, spans: Sequence[Misaligned]) -> Iterator[Mention]:
    """Point at the spans of a text that do not fit its tokens.

    part (str): The part of the data.
    doc (Doc): The tokens; those that such a span touches have no annotation.
    spans (Sequence[Misaligned]): The spans.
    YIELDS (Mention): Each span, with the context of the tokens that it touches.
    """
    for span in spans:
        touched = _touched(doc, span.tokens)
        context = mention(part, span.line, touched).context
        yield Mention(part, span.line, span.text, span.label, context)


def _touched(doc: Doc, text: str) -> Span:
    """The tokens that make up a text; where it occurs twice, those without annotation."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(text)})", doc.text)]
    found = [doc.char_span(start, start + len(text)) for start in starts]
    spans = [span for span in found if span is not None]
    missing = [span for span in spans if all(token.ent_iob == MISSING for token in span)]
    return (missing or spans)[0]
