"""Which of many spans, overlapping ones included, turn out right."""

from typing import Sequence, Tuple

import numpy
from spacy.training import Example

from ..tags.annotated import annotated_labels
from ..types import Ints1d, SpanBatch

RIGHT, WRONG, NOT_COUNTED = 1, 0, -1


def outcomes(examples: Sequence[Example], spans: SpanBatch, labels: Sequence[str]) -> Ints1d:
    """Hold spans against the gold annotation. As in `compare.py`, a span is right if it has the
    tokens and the label of a gold span, and is not counted if it touches a token without
    annotation, or no gold token at all. Nor is it if the Doc is not annotated for its label.

    examples (Sequence[Example]): Gold Docs, and predicted ones that the spans are of.
    spans (SpanBatch): The spans, sorted by sequence: the place of their Example.
    labels (Sequence[str]): The labels by number.
    RETURNS (Ints1d): RIGHT, WRONG or NOT_COUNTED. *Shape:* `(nSpans,)`.
    """
    found = numpy.full(len(spans.starts), NOT_COUNTED)
    bounds = numpy.searchsorted(spans.sequences, numpy.arange(len(examples) + 1))
    for example, begin, end in zip(examples, bounds, bounds[1:]):
        gold = {(ent.start, ent.end, ent.label_) for ent in example.reference.ents}
        is_annotated = [token.ent_iob != 0 for token in example.reference]
        known = annotated_labels(example.reference)
        starts, ends = _in_gold_tokens(example, spans.starts[begin:end], spans.ends[begin:end])
        for i, start, stop in zip(range(begin, end), starts.tolist(), ends.tolist()):
            label = labels[spans.labels[i]]
            is_known = known is None or label in known
            if start < stop and is_known and all(is_annotated[start:stop]):
                found[i] = RIGHT if (start, stop, label) in gold else WRONG
    return found


def _in_gold_tokens(example: Example, starts: Ints1d, ends: Ints1d) -> Tuple[Ints1d, Ints1d]:
    """Bounds of predicted spans in gold tokens; start and end are equal if there are none."""
    aligned = example.alignment.x2y
    gold_tokens = numpy.append(aligned.data, 0)
    offsets = numpy.append(0, numpy.cumsum(aligned.lengths))
    is_some = offsets[starts] < offsets[ends]
    first, last = gold_tokens[offsets[starts]], gold_tokens[offsets[ends] - 1]
    return numpy.where(is_some, first, 0), numpy.where(is_some, last + 1, 0)
