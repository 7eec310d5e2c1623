"""Predicted entities in tokens of the gold document."""

from typing import List

from spacy.training import Example

from ..tags.spans import TagSpan


def predicted_spans(example: Example) -> List[TagSpan]:
    """Align predicted entities to gold tokens, as spaCy's scorer does: an entity becomes all gold
    tokens from the first to the last that it has a part of, so two may share a token.

    example (Example): Gold and predicted Doc.
    RETURNS (List[TagSpan]): One for each of `example.predicted.ents`; empty, from 0 to 0, for one
        that has no part of a gold token.
    """
    to_gold = example.alignment.x2y
    spans = []
    for ent in example.predicted.ents:
        tokens = to_gold[ent.start : ent.end]
        start, end = (int(tokens[0]), int(tokens[-1]) + 1) if len(tokens) else (0, 0)
        spans.append(TagSpan(start, end, ent.label_))
    return spans
