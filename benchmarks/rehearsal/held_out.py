"""A corpus in which one label is not known yet."""

from random import Random
from typing import Iterable, List, NamedTuple, Sequence

from spacy.tokens import Doc

from spacy_lstm_ner.tags.annotated import set_annotated_labels


class Parts(NamedTuple):
    """The training documents of a corpus, cut in two.

    old (List[Doc]): Annotated with all labels but one.
    new (List[Doc]): Other documents, annotated with that one alone; all else is O.
    """

    old: List[Doc]
    new: List[Doc]


def hold_out(docs: Sequence[Doc], label: str, n_new: int, seed: int) -> Parts:
    """Let one label be learned later than the others.

    docs (Sequence[Doc]): Full annotation.
    label (str): The label that comes later.
    n_new (int): Documents to learn it from.
    seed (int): Seed of the choice of these.
    RETURNS (Parts): Copies.
    """
    shuffled = list(docs)
    Random(seed).shuffle(shuffled)
    return Parts(without(shuffled[n_new:], label), _only(shuffled[:n_new], label))


def without(docs: Iterable[Doc], label: str) -> List[Doc]:
    """Take one label out of the annotation.

    docs (Iterable[Doc]): The documents.
    label (str): The label.
    RETURNS (List[Doc]): Copies.
    """
    return [_with_ents(doc, [ent for ent in doc.ents if ent.label_ != label]) for doc in docs]


def declared(docs: Iterable[Doc], label: str) -> List[Doc]:
    """Say that documents are annotated for one label only, so that an O may be any other.

    docs (Iterable[Doc]): The documents.
    label (str): The label.
    RETURNS (List[Doc]): Copies.
    """
    copies = [doc.copy() for doc in docs]
    for doc in copies:
        set_annotated_labels(doc, [label])
    return copies


def unknown(docs: Iterable[Doc]) -> List[Doc]:
    """Say of each token outside an entity that it is not known whether it is in one: what spaCy's
    own `ner` can be told of documents that are annotated in part.

    docs (Iterable[Doc]): The documents.
    RETURNS (List[Doc]): Copies.
    """
    copies = [doc.copy() for doc in docs]
    for doc in copies:
        doc.set_ents(list(doc.ents), default="missing")
    return copies


def _only(docs: Iterable[Doc], label: str) -> List[Doc]:
    return [_with_ents(doc, [ent for ent in doc.ents if ent.label_ == label]) for doc in docs]


def _with_ents(doc: Doc, ents: Sequence) -> Doc:
    copy = doc.copy()
    spans = [copy[ent.start : ent.end] for ent in ents]
    for span, ent in zip(spans, ents):
        span.label_ = ent.label_
    copy.set_ents(spans, default="outside")
    return copy
