"""Counts of one part of the data: documents, tokens, labels, tags, lengths."""

from collections import Counter
from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional, Sequence

import numpy
from spacy.attrs import ENT_IOB
from spacy.tokens import Doc

MISSING = 0  # value of ENT_IOB on a token without annotation


@dataclass
class Lengths:
    """How long things are, in tokens; all 0 if there are none.

    min (int): The shortest.
    median (int): Half of them are not longer.
    p95 (int): 95 of 100 are not longer.
    max (int): The longest.
    """

    min: int = 0
    median: int = 0
    p95: int = 0
    max: int = 0


@dataclass
class Counts:
    """What one part of the data holds.

    docs (int): Documents.
    sentences (Optional[int]): Sentences of the documents where they are set, None if nowhere.
    tokens (int): Tokens of the annotation.
    words (int): Distinct tokens among them.
    missing (int): Tokens without annotation, neither entity nor O.
    entities (int): Entities.
    labels (Dict[str, int]): Entities of each label, the most frequent first.
    docs_with (Dict[str, int]): Documents that have an entity of each label.
    tags (Dict[str, int]): Tokens of each BILUO tag, `O` included.
    doc_lengths (Lengths): Tokens of a document.
    ent_widths (Lengths): Tokens of an entity.
    """

    docs: int
    sentences: Optional[int]
    tokens: int
    words: int
    missing: int
    entities: int
    labels: Dict[str, int]
    docs_with: Dict[str, int]
    tags: Dict[str, int]
    doc_lengths: Lengths
    ent_widths: Lengths


def count(docs: Sequence[Doc]) -> Counts:
    """Count what one part of the data holds.

    docs (Sequence[Doc]): Its Docs.
    RETURNS (Counts): The counts.
    """
    ents = [ent for doc in docs for ent in doc.ents]
    widths = [len(ent) for ent in ents]
    lengths = [len(doc) for doc in docs]
    n_missing = sum(int((doc.to_array(ENT_IOB) == MISSING).sum()) for doc in docs)
    split = [doc for doc in docs if doc.has_annotation("SENT_START")]
    tags: Counter[str] = Counter()
    for ent in ents:
        tags.update(_tags_of(len(ent), ent.label_))
    tags["O"] = sum(lengths) - sum(widths) - n_missing
    return Counts(
        docs=len(docs),
        sentences=sum(len(list(doc.sents)) for doc in split) if split else None,
        tokens=sum(lengths),
        words=len({token.orth for doc in docs for token in doc}),
        missing=n_missing,
        entities=len(ents),
        labels=dict(Counter(ent.label_ for ent in ents).most_common()),
        docs_with=dict(Counter(label for doc in docs for label in _labels_of(doc)).most_common()),
        tags=dict(tags.most_common()),
        doc_lengths=_lengths(lengths),
        ent_widths=_lengths(widths),
    )


def _labels_of(doc: Doc) -> List[str]:
    return sorted({ent.label_ for ent in doc.ents})


def _tags_of(width: int, label: str) -> Dict[str, int]:
    if width == 1:
        return {f"U-{label}": 1}
    return {f"B-{label}": 1, f"I-{label}": width - 2, f"L-{label}": 1}


def _lengths(values: Iterable[int]) -> Lengths:
    array = numpy.array(list(values))
    if not array.size:
        return Lengths()
    median, p95 = numpy.percentile(array, [50, 95], method="inverted_cdf")
    return Lengths(int(array.min()), int(median), int(p95), int(array.max()))
