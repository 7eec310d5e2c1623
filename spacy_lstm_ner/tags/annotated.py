"""Which labels a Doc is annotated for, kept on the Doc.

They stand in the attributes of an empty span group, which `Doc.to_bytes`, `Doc.copy` and every
`DocBin` keep; `user_data` would be lost where a DocBin is written without `store_user_data`.
"""

from typing import Iterable, Optional, Tuple

from spacy.tokens import Doc, SpanGroup

from ..errors import Errors

KEY = "annotated_labels"


def set_annotated_labels(doc: Doc, labels: Optional[Iterable[str]]) -> None:
    """Say which labels a Doc is annotated for. Its tokens without an entity are not entities of
    these labels, and may be entities of any other.

    doc (Doc): The annotated Doc, changed in place.
    labels (Optional[Iterable[str]]): The labels; None for all labels that there are, which is
        also what a Doc says by itself.
    RAISES (ValueError): If a label is no string, or is empty.
    """
    if labels is None:
        doc.spans.pop(KEY, None)
        return
    labels = [labels] if isinstance(labels, str) else list(labels)
    for label in labels:
        if not isinstance(label, str) or not label:
            raise ValueError(Errors.LABEL_TYPE.format(label=label, type=type(label).__name__))
    doc.spans[KEY] = SpanGroup(doc, name=KEY, attrs={"labels": sorted(set(labels))})


def annotated_labels(doc: Doc) -> Optional[Tuple[str, ...]]:
    """The labels that a Doc is annotated for.

    doc (Doc): The annotated Doc.
    RETURNS (Optional[Tuple[str, ...]]): The labels; None if it does not say, and so is annotated
        for all.
    RAISES (ValueError): If the Doc's span group has lost its attributes.
    """
    if KEY not in doc.spans:
        return None
    attrs = doc.spans[KEY].attrs
    if "labels" not in attrs:
        raise ValueError(Errors.LABELS_LOST.format(key=KEY, text=doc.text[:50]))
    return tuple(attrs["labels"])
