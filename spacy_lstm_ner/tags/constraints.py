"""What a path of tags may look like: the scheme's rules, and the rules of each Doc.

| tag | may start | may be followed by | may end |
|-----|-----------|--------------------|---------|
| O, L-x, U-x | O, U-x yes; L-x no | O, B-any, U-any | yes |
| B-x, I-x | B-x yes; I-x no | I-x, L-x | no |
"""

from functools import lru_cache
from typing import List, Sequence

import numpy
from spacy.attrs import ENT_IOB, ENT_TYPE, IS_SPACE, SENT_START
from spacy.tokens import Doc

from ..types import Constraints
from .tagset import PREFIXES, O, TagSet


@lru_cache(maxsize=64)
def scheme_constraints(tagset: TagSet) -> Constraints:
    """The rules of BILUO.

    tagset (TagSet): The tags.
    RETURNS (Constraints): Which tags may start, follow one another and end.
    """
    prefix = _prefixes(tagset)
    label = numpy.repeat(numpy.arange(len(tagset.labels) + 1), [1, *[4] * len(tagset.labels)])
    opens, inside = numpy.isin(prefix, ["O", "B", "U"]), numpy.isin(prefix, ["B", "I"])
    same_label = label[:, None] == label[None, :]
    goes_on = inside[:, None] & ~opens[None, :] & same_label
    begins_anew = ~inside[:, None] & opens[None, :]
    return Constraints(start=opens, transitions=goes_on | begins_anew, end=~inside)


def structural_mask(docs: Sequence[Doc], tagset: TagSet) -> numpy.ndarray:
    """Tags that a token may have by the look of the Doc: no entity begins or ends with white
    space, and none crosses a sentence start that is set (as in spaCy's `ner`).

    docs (Sequence[Doc]): The batch.
    tagset (TagSet): The tags.
    RETURNS (numpy.ndarray): *Shape:* `(N, nK)`, bool, in the order of the batch.
    """
    prefix = _prefixes(tagset)
    may_hold_space = numpy.isin(prefix, ["O", "I"])
    opens, closes = numpy.isin(prefix, ["O", "B", "U"]), numpy.isin(prefix, ["O", "L", "U"])
    masks = []
    for doc in docs:
        mask = numpy.ones((len(doc), len(tagset)), dtype=bool)
        attrs = doc.to_array([IS_SPACE, SENT_START]).reshape(-1, 2)
        mask[attrs[:, 0] == 1] &= may_hold_space
        starts = numpy.flatnonzero(attrs[:, 1] == 1)
        mask[starts] &= opens
        mask[starts[starts > 0] - 1] &= closes
        masks.append(mask)
    return numpy.concatenate(masks) if masks else numpy.ones((0, len(tagset)), dtype=bool)


def prediction_mask(docs: Sequence[Doc], tagset: TagSet) -> numpy.ndarray:
    """Tags that a token may have at prediction: the structural mask, with preset entities forced
    and blocked tokens forced to O. A plain O (`ent_iob` 2) is free, as is a missing one.

    A preset entity with a label that the component lacks is forced to O: the Doc keeps it, and
    nothing else is put over it.

    docs (Sequence[Doc]): The batch.
    tagset (TagSet): The tags.
    RETURNS (numpy.ndarray): *Shape:* `(N, nK)`, bool, in the order of the batch.
    """
    mask = structural_mask(docs, tagset)
    begin = 0
    for doc in docs:
        iob, ent_type = doc.to_array([ENT_IOB, ENT_TYPE]).reshape(-1, 2).T
        blocked = numpy.flatnonzero((iob == 3) & (ent_type == 0))
        _force(mask, begin + blocked, [O] * len(blocked))
        if ent_type.any():
            for ent in doc.ents:
                known = ent.label_ in tagset.labels
                ids = tagset.ids_of_span(len(ent), ent.label_) if known else [O] * len(ent)
                _force(mask, begin + numpy.arange(ent.start, ent.end), ids)
        begin += len(doc)
    return mask


def _force(mask: numpy.ndarray, tokens: numpy.ndarray, tag_ids: List[int]) -> None:
    mask[tokens] = False
    mask[tokens, tag_ids] = True


def _prefixes(tagset: TagSet) -> numpy.ndarray:
    return numpy.array(["O", *PREFIXES * len(tagset.labels)])
