"""`span._.confidence`: how sure a component is of a span.

The probabilities stand in `doc.user_data` under spaCy's own kind of key, so `to_bytes`,
`DocBin(store_user_data=True)`, `to_json(underscore=["confidence"])` and `as_doc` keep them:
`("._.", "confidence", start, end)` (in characters) → `{component: {label: probability}}`.
"""

from typing import Any, Dict, Optional

from spacy.tokens import Doc, Span

from ..errors import Errors

NAME = "confidence"
Confidences = Dict[str, Dict[str, float]]


def register_confidence() -> None:
    """Make `span._.confidence` known to spaCy; again is harmless.

    RAISES (ValueError): If someone else has an extension of this name.
    """
    if not Span.has_extension(NAME):
        Span.set_extension(NAME, getter=get_confidence, setter=_set_all)
    elif Span.get_extension(NAME)[2] is not get_confidence:
        raise ValueError(Errors.EXTENSION_CLASH.format(name=NAME))


def get_confidence(span: Span) -> Optional[float]:
    """The probability of a span with its label, from the component that wrote it last.

    span (Span): Any span.
    RETURNS (Optional[float]): None if no component has scored this very span with this label.
    """
    found: Confidences = span.doc.user_data.get(_key(span), {})
    for by_label in reversed(list(found.values())):
        if span.label_ in by_label:
            return by_label[span.label_]
    return None


def set_confidence(span: Span, component: str, label: str, probability: Any) -> None:
    """Write down how sure a component is of a span.

    span (Span): Where it is.
    component (str): The component's name.
    label (str): The label it found.
    probability (Any): How probable that is, a number.
    """
    found: Confidences = span.doc.user_data.setdefault(_key(span), {})
    found.setdefault(component, {})[label] = probability


def forget_confidences(doc: Doc, component: str) -> None:
    """Take away what a component wrote.

    doc (Doc): The Doc, changed in place.
    component (str): The component's name.
    """
    keys = [key for key in doc.user_data if key[:2] == ("._.", NAME)]
    for key in keys:
        doc.user_data[key].pop(component, None)
        if not doc.user_data[key]:
            del doc.user_data[key]


def _set_all(span: Span, found: Confidences) -> None:
    """What `Doc.from_json` calls with what `Doc.to_json` wrote."""
    span.doc.user_data[_key(span)] = found


def _key(span: Span) -> Any:
    return ("._.", NAME, span.start_char, span.end_char)
