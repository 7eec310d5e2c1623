"""From Examples to gold masks: the tags that agree with the annotation."""

from typing import List, Optional, Sequence, Tuple

import numpy
from spacy.attrs import ENT_IOB, ENT_TYPE, IS_SPACE, ORTH, SPACY
from spacy.tokens import Span
from spacy.training import Example

from .annotated import annotated_labels
from .tagset import O, TagSet
from .tally import Doubts


def gold_mask(
    examples: Sequence[Example], tagset: TagSet, structural: numpy.ndarray
) -> Tuple[numpy.ndarray, Doubts]:
    """Mark the tags that agree with the annotation: one where it is known, all where it is
    missing. A token that is no entity may still be one of the labels that its Doc is not
    annotated for (`annotated_labels`).

    A gold entity that cannot be learned counts as missing and is reported: one that does not
    align with the tokens, begins or ends with white space (or holds any, where `structural_mask`
    rules that out), crosses a sentence start, or has a label that the component lacks. What is
    left always has a path.

    examples (Sequence[Example]): The batch.
    tagset (TagSet): The tags.
    structural (numpy.ndarray): Tags that the predicted Docs allow at all. *Shape:* `(N, nK)`.
    RETURNS (Tuple[numpy.ndarray, Doubts]): The mask `(N, nK)`, bool, in the order of the
        batch, and what in the annotation cannot be taken as it stands.
    """
    mask = numpy.zeros_like(structural)
    doubts = Doubts()
    begin = 0
    for example in examples:
        ents, is_outside = _ents_and_outside(example)
        labels = annotated_labels(example.reference)
        at, allowed = (array[begin : begin + len(is_outside)] for array in (mask, structural))
        at[~is_outside] = True
        at[is_outside] = _tags_of_outside(tagset, labels)
        learnable = []
        for ent in ents:
            reason = _why_not(ent, tagset, allowed)
            if reason:
                doubts.unlearnable.add(ent.text, reason)
                at[ent.start : ent.end] = True
            else:
                learnable.append(ent)
            if labels is not None and ent.label_ not in labels:
                doubts.undeclared.add(ent.text, ent.label_)
        for ent in learnable:
            tagset.set_span(at, ent.start, ent.end, ent.label_)
        aligned = {(ent.start_char, ent.end_char) for ent in ents}
        for ent in example.reference.ents:
            if (ent.start_char, ent.end_char) not in aligned:
                doubts.unlearnable.add(ent.text, "does not align with the tokens")
        begin += len(is_outside)
    return mask, doubts


def _ents_and_outside(example: Example) -> Tuple[List[Span], numpy.ndarray]:
    """Aligned entities, and which tokens are known to be in none of them. Where both Docs have the
    same tokens, as in most training, there is nothing to align.

    spaCy counts a white-space token without annotation as O, and a blocked one as missing. Here
    both are what they say: white space may stand inside an entity that nobody has marked yet, and
    a blocked token is in no entity.
    """
    iob, ent_type = example.reference.to_array([ENT_IOB, ENT_TYPE]).reshape(-1, 2).T
    tokens, gold_tokens = (
        doc.to_array([ORTH, SPACY]) for doc in (example.predicted, example.reference)
    )
    if numpy.array_equal(tokens, gold_tokens):
        return list(example.reference.ents), (iob == 2) | ((iob == 3) & (ent_type == 0))
    ents, tags = example.get_aligned_ents_and_ner()
    is_outside = numpy.array([tag == "O" for tag in tags], dtype=bool)
    is_space = example.predicted.to_array(IS_SPACE) == 1
    if is_space.any() or ((iob == 3) & (ent_type == 0)).any():
        iob, ent_type = (numpy.array(example.get_aligned(key)) for key in ("ENT_IOB", "ENT_TYPE"))
        is_outside[is_space & (iob != 2)] = False
        is_outside |= (iob == 3) & (ent_type == 0)
    return ents, is_outside


def _tags_of_outside(tagset: TagSet, labels: Optional[Sequence[str]]) -> numpy.ndarray:
    """Tags of a token that is no entity of these labels; None: of no label at all."""
    allowed = numpy.zeros(len(tagset), dtype=bool)
    if labels is not None:
        allowed[1:] = numpy.repeat(
            [label not in labels for label in tagset.labels], len(tagset.prefixes)
        )
    allowed[O] = True
    return allowed


def _why_not(ent: Span, tagset: TagSet, allowed: numpy.ndarray) -> Optional[str]:
    if ent.label_ not in tagset.labels:
        return f"unknown label {ent.label_}"
    if ent[0].is_space or ent[-1].is_space:
        return "begins or ends with white space"
    if not tagset.may_hold_space and any(token.is_space for token in ent):
        return "holds white space"
    ids = tagset.ids_of_span(len(ent), ent.label_)
    if not allowed[numpy.arange(ent.start, ent.end), ids].all():
        return "crosses a sentence start"
    return None
