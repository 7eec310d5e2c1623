"""Spans that are known not to be entities, as tokens and labels of a batch."""

from typing import Optional, Sequence, Tuple

import numpy
from spacy.tokens import Span
from spacy.training import Example

from ..types import SpanBatch
from .tagset import TagSet
from .tally import Tally


def negative_spans(
    examples: Sequence[Example], tagset: TagSet, known: numpy.ndarray, key: str
) -> Tuple[SpanBatch, Tally]:
    """Collect the spans of `reference.spans[key]`, each once: as for spaCy's `ner`, such a span is
    no entity with its label; it may be one with another label, and so may any part of it.

    Left out are those that `known` rules out already. Reported are those that teach nothing:
    they do not align with the tokens, the component lacks their label, or `known` says that they
    are entities.

    examples (Sequence[Example]): The batch.
    tagset (TagSet): The tags.
    known (numpy.ndarray): Tags that agree with everything else that is known, in the order of the
        batch. *Shape:* `(N, nK)`, bool.
    key (str): Name of the span group.
    RETURNS (Tuple[SpanBatch, Tally]): The spans, and those that teach nothing.
    """
    found, useless = set(), Tally()
    begin = 0
    for number, example in enumerate(examples):
        for gold in example.reference.spans.get(key, []):
            spans = example.get_aligned_spans_y2x([gold], allow_overlap=True)
            here = known[begin : begin + len(example.predicted)]
            reason = _why_useless(spans, gold.label_, tagset, here)
            if reason:
                useless.add(gold.text, reason)
                continue
            span = spans[0]
            if _may_be(span, tagset, here):
                found.add((number, span.start, span.end, tagset.labels.index(span.label_)))
        begin += len(example.predicted)
    columns = numpy.array(sorted(found), dtype="int64").reshape(-1, 4).T
    return SpanBatch(*columns), useless


def _may_be(span: Span, tagset: TagSet, known: numpy.ndarray) -> bool:
    """Whether what is known of a Doc leaves a span the tags of an entity."""
    path = numpy.ones_like(known)
    tagset.set_span(path, span.start, span.end, span.label_)
    return bool((path & known).any(axis=1).all())


def _why_useless(
    spans: Sequence[Span], label: str, tagset: TagSet, known: numpy.ndarray
) -> Optional[str]:
    if not label:
        return "without a label"
    if label not in tagset.labels:
        return f"unknown label {label}"
    if not spans:
        return "does not align with the tokens"
    span = spans[0]
    if _may_be(span, tagset, known) and (known[span.start : span.end].sum(axis=1) == 1).all():
        return "is an entity of the annotation"
    return None
