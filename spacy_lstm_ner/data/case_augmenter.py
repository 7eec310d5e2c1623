"""Documents in other letter case, for `augmenter` in a config."""

import copy
import math
import re
from random import Random
from typing import Any, Callable, Iterator, Optional

from spacy.attrs import NORM, ORTH
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from ..errors import Errors

Recase = Callable[[str], str]


class CaseAugmenter:
    """Some documents come in lower case, some in capitals, some in title case, as chat, alerts and
    headlines do: `spacy-lstm-ner.case_augmenter.v1`.

    spaCy's `spacy.lower_case.v1` knows lower case alone. It also loses a document's user data, the
    ids of its entities, and the ids and attributes of its span groups (such as label sets), and
    misplaces or rejects annotation behind an "İ", which is two characters in lower case.
    """

    def __init__(
        self, lower: float = 0.0, upper: float = 0.0, title: float = 0.0, *, seed: int = 0
    ) -> None:
        """Make an augmenter.

        lower (float): Share of the documents that come in lower case.
        upper (float): Share that comes in capitals.
        title (float): Share that comes in title case: each word begins with a capital, and its
            other letters stay.
        seed (int): Seed of the choice, which goes on from one pass over a corpus to the next.
        RAISES (ValueError): If a share is below 0, or all together are above 1.
        """
        shares = [lower, upper, title]
        if min(shares) < 0 or math.fsum(shares) > 1:
            raise ValueError(Errors.SHARES.format(lower=lower, upper=upper, title=title))
        self._choices = list(zip(shares, (lower_case, upper_case, title_case)))
        self._rng = Random(seed)

    def __call__(self, nlp: Language, example: Example) -> Iterator[Example]:
        """Give an Example as it is, or the same in other case.

        nlp (Language): The pipeline. Its tokenizer makes the predicted Doc of the new text, unless
            the old one has tokens that are not the tokenizer's: then these stay.
        example (Example): The Example; not changed.
        YIELDS (Example): One Example.
        """
        recase = self._choose()
        if recase is None:
            yield example
            return
        predicted = recased(example.predicted, recase)
        words = [token.text for token in example.predicted]
        if words == [token.text for token in nlp.make_doc(example.predicted.text)]:
            predicted = nlp.make_doc(predicted.text)
        yield Example(predicted, recased(example.reference, recase))

    def _choose(self) -> Optional[Recase]:
        at = self._rng.random()
        for share, recase in self._choices:
            if at < share:
                return recase
            at -= share
        return None


def recased(doc: Doc, recase: Recase) -> Doc:
    """A Doc in other letter case, with the same tokens and annotation. What follows from the
    letters (norm, shape, affixes) follows from the new ones.

    doc (Doc): The Doc; not changed.
    recase (Recase): Changes a text and keeps its length.
    RETURNS (Doc): A new Doc.
    """
    record = doc.to_dict(exclude=["tensor", "user_data"])
    head = record["array_head"]
    kept = [column for column, attr in enumerate(head) if attr not in (ORTH, NORM)]
    record["array_head"] = [head[column] for column in kept]
    record["array_body"] = record["array_body"].reshape(len(doc), len(head))[:, kept]
    record["text"] = recase(doc.text)
    new = Doc(doc.vocab).from_dict(record)
    new.user_data = {key: _copied(value) for key, value in doc.user_data.items()}
    return new


def _copied(value: Any) -> Any:
    """A copy, or the value itself if it holds what cannot be copied, such as a Token or a Span."""
    try:
        return copy.deepcopy(value)
    except (NotImplementedError, TypeError):
        return value


def lower_case(text: str) -> str:
    """Lower case. A letter that would become two ("İ") stays as it is, here and below, so that
    offsets into the text hold."""
    return re.sub(r"\S+", lambda word: _with_length(word[0], str.lower), text)


def upper_case(text: str) -> str:
    """Capitals; "ß" stays."""
    return re.sub(r"\S+", lambda word: _with_length(word[0], str.upper), text)


def title_case(text: str) -> str:
    """A capital at the begin of each word between white space, behind brackets and quotes."""
    return re.sub(r"(?<!\S)[^\w\s]*\w", lambda start: _with_length(start[0], str.title), text)


def _with_length(word: str, change: Recase) -> str:
    changed = change(word)
    if len(changed) == len(word):
        return changed
    letters = [(letter, change(letter)) for letter in word]
    return "".join(new if len(new) == 1 else old for old, new in letters)
