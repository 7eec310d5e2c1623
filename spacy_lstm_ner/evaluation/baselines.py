"""Predictions without a model, to hold those of models against."""

from typing import List, Mapping, Sequence

from spacy.tokens import Span
from spacy.training import Example

from ..tags.spans import spans_by_doc, spans_from_tags
from ..tags.tagset import TagSet
from .token_accuracy import OUTSIDE


def predict_most_frequent(
    examples: Sequence[Example], most_frequent_tags: Mapping[str, str]
) -> List[Example]:
    """Give every word the tag that it has most often in training, and read the entities off these
    tags as off those of a model without constraints.

    examples (Sequence[Example]): Gold documents; their predicted Docs are left as they are.
    most_frequent_tags (Mapping[str, str]): The IOB2 tag of each word, as `TagCounts` gives them;
        O for those left out.
    RETURNS (List[Example]): The same gold documents with copies that have these entities.
    """
    labels = sorted({tag.partition("-")[2] for tag in most_frequent_tags.values()} - {""})
    tagset = TagSet(tuple(labels), "iob2", constrained=False)
    ids = {name: number for number, name in enumerate(tagset.names)}
    docs = [example.predicted.copy() for example in examples]
    tags = [ids[most_frequent_tags.get(t.text, OUTSIDE)] for doc in docs for t in doc]
    spans = spans_from_tags(tags, [len(doc) for doc in docs], tagset)
    for doc, found in zip(docs, spans_by_doc(spans, len(docs), tagset)):
        doc.set_ents([Span(doc, ent.start, ent.end, ent.label) for ent in found])
    return [Example(doc, example.reference) for doc, example in zip(docs, examples)]
