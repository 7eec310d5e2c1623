"""What the tokens without an entity say: that they are none, of some labels, or nothing."""

from typing import Optional, Sequence

from spacy.tokens import Doc

from ..tags.annotated import annotated_labels, set_annotated_labels


def limit_known(
    doc: Doc, labels: Optional[Sequence[str]] = None, *, positives_only: bool = False
) -> None:
    """Say that an annotation is less than complete.

    doc (Doc): The annotated Doc, changed in place.
    labels (Optional[Sequence[str]]): The labels that it is annotated for, if it does not say so
        itself. None: all.
    positives_only (bool): Whether only its entities (and blocked tokens) are known, so that all
        other tokens count as missing annotation.
    RAISES (ValueError): If a label is empty.
    """
    if labels is not None and annotated_labels(doc) is None:
        set_annotated_labels(doc, labels)
    if positives_only:
        blocked = [doc[t.i : t.i + 1] for t in doc if t.ent_iob == 3 and not t.ent_type]
        doc.set_ents(list(doc.ents), blocked=blocked, default="missing")
