"""Annotation that disagrees with itself: one string under several labels, or found unlabelled."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Mapping, Set, Tuple

from spacy.attrs import ENT_IOB, ORTH
from spacy.tokens import Doc, Span

from ..tags.annotated import annotated_labels
from .mentions import Mention, PartDocs, mention

OUTSIDE = 2  # value of ENT_IOB on a token that is known to be in no entity
AT_LEAST = 2  # a string labelled only once says little about its other occurrences

Form = Tuple[int, ...]  # ORTH of each token: the string as written


@dataclass
class Conflict:
    """A string that occurs under several labels.

    text (str): The string.
    labels (Dict[str, int]): Its occurrences under each label, the most frequent first.
    fewer (List[Mention]): The occurrences under other labels than the most frequent.
    """

    text: str
    labels: Dict[str, int]
    fewer: List[Mention] = field(default_factory=list)


@dataclass
class Unlabelled:
    """A string that is labelled most of the time and not always.

    text (str): The string.
    label (str): Its most frequent label.
    labelled (int): How often it is an entity.
    places (List[Mention]): Where all of its tokens are O.
    """

    text: str
    label: str
    labelled: int
    places: List[Mention] = field(default_factory=list)


def find_conflicts(parts: PartDocs) -> List[Conflict]:
    """Find the strings that occur under several labels.

    parts (PartDocs): The Docs of each part; all parts are compared together.
    RETURNS (List[Conflict]): Those strings, the ones with most occurrences under other labels
        than the most frequent first.
    """
    labels = _labels_of_forms(parts)
    found: Dict[Form, Conflict] = {}
    for part, number, doc in _numbered(parts):
        for form, ent in _forms(doc):
            if len(labels[form]) > 1:
                ranked = dict(labels[form].most_common())
                conflict = found.setdefault(form, Conflict(ent.text, ranked))
                if ent.label_ != next(iter(ranked)):
                    conflict.fewer.append(mention(part, number, ent))
    return sorted(found.values(), key=lambda conflict: -len(conflict.fewer))


def find_unlabelled(parts: PartDocs) -> List[Unlabelled]:
    """Find the occurrences without label of strings that are entities at least twice, and more
    often than not; not in Docs that are not annotated for that label. One pass over the tokens:
    at each that is O, only the widths of known strings beginning with it are tried.

    parts (PartDocs): The Docs of each part; all parts are compared together.
    RETURNS (List[Unlabelled]): Those strings, the ones most often left without label first.
    """
    labels = _labels_of_forms(parts)
    often = {form: counts for form, counts in labels.items() if counts.total() >= AT_LEAST}
    widths: Dict[int, Set[int]] = defaultdict(set)
    for form in often:
        widths[form[0]].add(len(form))
    found: Dict[Form, List[Tuple[str, int, Doc, int]]] = defaultdict(list)
    for part, number, doc in _numbered(parts):
        known = annotated_labels(doc)
        for form, start in _outside(doc, often, widths):
            if known is None or often[form].most_common(1)[0][0] in known:
                found[form].append((part, number, doc, start))
    unlabelled = []
    for form, spots in found.items():
        label, labelled = often[form].most_common(1)[0][0], often[form].total()
        if len(spots) < labelled:
            places = [
                mention(part, number, doc[start : start + len(form)])
                for part, number, doc, start in spots
            ]
            unlabelled.append(Unlabelled(places[0].text, label, labelled, places))
    return sorted(unlabelled, key=lambda entry: -len(entry.places))


def _outside(
    doc: Doc, forms: Mapping[Form, Counter[str]], widths: Mapping[int, Set[int]]
) -> Iterator[Tuple[Form, int]]:
    """Every occurrence of the forms all of whose tokens are O, with its first token."""
    rows = doc.to_array([ORTH, ENT_IOB])
    orths, outside = rows[:, 0].tolist(), (rows[:, 1] == OUTSIDE).tolist()
    for start, orth in enumerate(orths):
        for width in widths.get(orth, ()):
            form = tuple(orths[start : start + width])
            if len(form) == width and form in forms and all(outside[start : start + width]):
                yield form, start


def _labels_of_forms(parts: PartDocs) -> Dict[Form, Counter[str]]:
    labels: Dict[Form, Counter[str]] = defaultdict(Counter)
    for _, _, doc in _numbered(parts):
        for form, ent in _forms(doc):
            labels[form][ent.label_] += 1
    return labels


def _forms(doc: Doc) -> Iterator[Tuple[Form, Span]]:
    orths = doc.to_array(ORTH).tolist()
    for ent in doc.ents:
        yield tuple(orths[ent.start : ent.end]), ent


def _numbered(parts: PartDocs) -> Iterator[Tuple[str, int, Doc]]:
    for part, docs in parts.items():
        for number, doc in enumerate(docs, start=1):
            yield part, number, doc
