"""The baseline that knows no context: each word gets the tag it has most often in training."""

from collections import Counter, defaultdict
from typing import DefaultDict, Dict

from spacy.tokens import Doc

from .token_accuracy import OUTSIDE, gold_tags


class TagCounts:
    """How often each word has each IOB2 tag. Tokens without annotation teach nothing."""

    def __init__(self) -> None:
        self._counts: DefaultDict[str, Counter[str]] = defaultdict(Counter)

    def add(self, doc: Doc) -> None:
        """Count the tokens of a document.

        doc (Doc): The gold Doc.
        """
        for token, tag in zip(doc, gold_tags(doc)):
            if tag is not None:
                self._counts[token.text][tag] += 1

    def most_frequent(self) -> Dict[str, str]:
        """The most frequent tag of each word, told apart by case. Of tags that are equally
        frequent, O is taken, else the first in alphabetical order, so that the order of the
        documents does not matter.

        RETURNS (Dict[str, str]): Words whose tag is not O, in alphabetical order. All others, and
            unknown words, have O.
        """
        table = {}
        for word, counts in sorted(self._counts.items()):
            tag = min(counts, key=lambda tag: (-counts[tag], tag != OUTSIDE, tag))
            if tag != OUTSIDE:
                table[word] = tag
        return table
