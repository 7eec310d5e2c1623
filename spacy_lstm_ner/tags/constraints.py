"""What a path of tags may look like: the scheme's rules, and the rules of each Doc.

| scheme | tag | may start | may be followed by | may end |
|--------|-----|-----------|--------------------|---------|
| BILUO | O, L-x, U-x | O, U-x yes; L-x no | O, B-any, U-any | yes |
| | B-x, I-x | B-x yes; I-x no | I-x, L-x | no |
| IOB2 | O | yes | O, B-any | yes |
| | B-x, I-x | B-x yes; I-x no | I-x, O, B-any | yes |

Tags that are not constrained may start, follow one another and end as they like.
"""

from functools import lru_cache
from itertools import accumulate
from typing import Iterable, Optional, Sequence, Union

import numpy
from spacy.attrs import ENT_IOB, ENT_TYPE, IS_SPACE, SENT_START
from spacy.tokens import Doc, Span

from ..types import Constraints
from .tagset import O, TagSet

ATTRS = [IS_SPACE, SENT_START, ENT_IOB, ENT_TYPE]


@lru_cache(maxsize=64)
def scheme_constraints(tagset: TagSet) -> Constraints:
    """The rules of the scheme, or none.

    tagset (TagSet): The tags.
    RETURNS (Constraints): Which tags may start, follow one another and end.
    """
    nK, letters = len(tagset), tagset.letters
    if not tagset.constrained:
        return Constraints(*(numpy.ones(shape, dtype=bool) for shape in (nK, (nK, nK), nK)))
    labels = [name.partition("-")[2] for name in tagset.names]
    same_label = numpy.equal.outer(labels, labels)
    opens, inside = numpy.isin(letters, ["O", "B", "U"]), numpy.isin(letters, ["B", "I"])
    closes = numpy.ones(nK, dtype=bool) if tagset.scheme == "iob2" else ~inside
    goes_on = inside[:, None] & ~opens[None, :] & same_label
    begins_anew = closes[:, None] & opens[None, :]
    return Constraints(start=opens, transitions=goes_on | begins_anew, end=closes)


def structural_mask(docs: Sequence[Doc], tagset: TagSet) -> numpy.ndarray:
    """Tags that a token may have by the look of the Doc: no entity begins or ends with white
    space, and none crosses a sentence start that is set (as in spaCy's `ner`). Where the rules are
    not those of BILUO, none holds white space at all; tags that are not constrained heed no
    sentence starts.

    docs (Sequence[Doc]): The batch.
    tagset (TagSet): The tags.
    RETURNS (numpy.ndarray): *Shape:* `(N, nK)`, bool, in the order of the batch.
    """
    return _structural_mask(_token_attrs(docs), _first_tokens(docs), tagset)


def prediction_mask(
    docs: Sequence[Doc],
    tagset: TagSet,
    rejected_key: Optional[str] = None,
    untrained: Sequence[str] = (),
) -> numpy.ndarray:
    """Tags that a token may have at prediction: the structural mask, with untrained labels and
    rejected spans forbidden, preset entities forced and blocked tokens forced to O. A plain O
    (`ent_iob` 2) is free, as is a missing one.

    A rejected span forbids its label on all of its tokens, and every label if it has none. A
    label that the component lacks forbids nothing that the component could say. A preset entity
    wins over everything else; one with a label that the component lacks is forced to O: the Doc
    keeps it, and nothing else is put over it. What is left always has a path.

    docs (Sequence[Doc]): The batch.
    tagset (TagSet): The tags.
    rejected_key (Optional[str]): Key in `doc.spans` of the rejected spans, for the Docs that have
        it. None: there are none.
    untrained (Sequence[str]): Labels of the component that it has not learned anything about.
    RETURNS (numpy.ndarray): *Shape:* `(N, nK)`, bool, in the order of the batch.
    """
    attrs, firsts = _token_attrs(docs), _first_tokens(docs)
    mask = _structural_mask(attrs, firsts, tagset)
    for label in untrained:
        mask[:, tagset.ids_of(label)] = False
    if rejected_key is not None:
        for first, doc in zip(firsts.tolist(), docs):
            if rejected_key in doc.spans:
                _forbid(mask[first : first + len(doc)], doc.spans[rejected_key], tagset)
    iob, ent_type = attrs[:, 2], attrs[:, 3]
    if not (iob & 1).any():  # no token in an entity (1, 3) or blocked (3)
        return mask
    is_entity = ent_type != 0
    _force_outside(mask, (iob == 3) & ~is_entity)
    in_ents = numpy.flatnonzero(is_entity)
    for place in set((numpy.searchsorted(firsts, in_ents, side="right") - 1).tolist()):
        doc = docs[place]
        at = mask[firsts[place] : firsts[place] + len(doc)]
        for ent in doc.ents:
            if ent.label_ in tagset.labels:
                tagset.set_span(at, ent.start, ent.end, ent.label_)
            else:
                _force_outside(at, slice(ent.start, ent.end))
    return mask


def _token_attrs(docs: Sequence[Doc]) -> numpy.ndarray:
    """Every token's `ATTRS`, in one pass over the Docs. *Shape:* `(N, 4)`, uint64."""
    arrays = [doc.to_array(ATTRS) for doc in docs]
    return numpy.concatenate(arrays) if arrays else numpy.zeros((0, len(ATTRS)), dtype="uint64")


def _first_tokens(docs: Sequence[Doc]) -> numpy.ndarray:
    """Row of each Doc's first token; of an empty Doc, where it would be. *Shape:* `(nB,)`."""
    ends = [0, *accumulate(map(len, docs))]
    return numpy.array(ends[:-1], dtype="int64")


def _structural_mask(attrs: numpy.ndarray, firsts: numpy.ndarray, tagset: TagSet) -> numpy.ndarray:
    rules, N = scheme_constraints(tagset), len(attrs)
    mask = numpy.ones((N, len(tagset)), dtype=bool)
    is_space, is_start = attrs[:, 0] == 1, attrs[:, 1] == 1
    if is_space.any():
        mask[is_space] &= _may_hold_space(tagset)
    if tagset.constrained and is_start.any():
        mask[is_start] &= rules.start
        is_start[firsts[firsts < N]] = False  # nothing stands before these
        mask[:-1][is_start[1:]] &= rules.end
    return mask


@lru_cache(maxsize=64)
def _may_hold_space(tagset: TagSet) -> numpy.ndarray:
    return numpy.isin(tagset.letters, ["O", "I"] if tagset.may_hold_space else ["O"])


def _forbid(mask: numpy.ndarray, spans: Iterable[Span], tagset: TagSet) -> None:
    """Take the labels of rejected spans out of the mask of one Doc."""
    for span in spans:
        if not span.label:
            mask[span.start : span.end, O + 1 :] = False
        elif span.label_ in tagset.labels:
            mask[span.start : span.end, tagset.ids_of(span.label_)] = False


def _force_outside(mask: numpy.ndarray, tokens: Union[numpy.ndarray, slice]) -> None:
    mask[tokens] = False
    mask[tokens, O] = True
