"""Entities and lines that cannot be learned from as they stand."""

from dataclasses import dataclass, field
from typing import Iterator, List, Sequence

import numpy
from spacy.attrs import ORTH
from spacy.tokens import Doc
from spacy.training import Example

from .mentions import Mention, mention
from .problems import Problem


@dataclass
class Misfits:
    """Entities of one part that cannot be learned, by reason.

    misaligned (List[Mention]): Their ends are not ends of the pipeline's tokens.
    unread (List[Mention]): Lines that were left out or changed when the file was read.
    white_space (List[Mention]): They begin or end with white space.
    crossing (List[Mention]): A sentence starts inside them.
    """

    misaligned: List[Mention] = field(default_factory=list)
    unread: List[Mention] = field(default_factory=list)
    white_space: List[Mention] = field(default_factory=list)
    crossing: List[Mention] = field(default_factory=list)


def find_misfits(part: str, docs: Sequence[Doc]) -> Misfits:
    """Find the entities that white space or a sentence start spoils. Those that do not align are
    found where the data is read: see `misaligned_in_example` and `problem_in_text`.

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


def problem_in_text(part: str, problem: Problem) -> Mention:
    """Point at what a reader could not take over from a file as it stands.

    part (str): The part of the data.
    problem (Problem): What the reader reported.
    RETURNS (Mention): Its line and text; where it is no span, what was done in place of a context.
    """
    context = problem.context or problem.message
    return Mention(part, problem.line, problem.text, problem.label, context)
