"""The baseline that knows no context: each word gets the tag it has most often in training."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Sequence

import srsly
from spacy.language import Language
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example

OUTSIDE = "O"
FILE = "tags.json"


class MostFrequentTag:
    """A component with nothing to train but a table. Words are told apart by case; an unknown word
    is O, and of tags that are equally frequent the one that comes first in training is taken.
    Tokens without annotation teach nothing."""

    def __init__(self) -> None:
        self.tags: Dict[str, str] = {}

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language, **settings: Any
    ) -> None:
        """Fill the table from the training documents."""
        counts: Dict[str, Counter[str]] = defaultdict(Counter)
        for example in get_examples():
            for token in example.reference:
                if token.ent_iob:
                    label = f"-{token.ent_type_}" if token.ent_type_ else ""
                    counts[token.text][token.ent_iob_ + label] += 1
        self.tags = {word: found.most_common(1)[0][0] for word, found in counts.items()}

    def __call__(self, doc: Doc) -> Doc:
        tags = [self.tags.get(token.text, OUTSIDE) for token in doc]
        doc.set_ents([Span(doc, *found) for found in repaired(tags)])
        return doc

    def score(self, examples: Iterable[Example], **settings: Any) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): spaCy's scores of entities."""
        return get_ner_prf(examples)

    def to_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> None:
        """Write the table."""
        path.mkdir(exist_ok=True)
        srsly.write_json(path / FILE, self.tags)

    def from_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> "MostFrequentTag":
        """Read the table."""
        self.tags = srsly.read_json(path / FILE)
        return self


@Language.factory("most_frequent_tag", default_score_weights={"ents_f": 1.0})
def make_most_frequent_tag(nlp: Language, name: str) -> MostFrequentTag:
    """The factory, as configs name it."""
    return MostFrequentTag()


def repaired(tags: Sequence[str]) -> List[tuple[int, int, str]]:
    """Read entities off IOB tags that may be illegal. As conlleval does, an I- that does not follow
    a tag of its own label starts an entity.

    tags (Sequence[str]): O, B- or I- and a label.
    RETURNS (List[tuple[int, int, str]]): Start, end (exclusive) and label.
    """
    found: List[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        letter, _, label = tag.partition("-")
        if letter == OUTSIDE:
            continue
        if letter == "I" and found and found[-1][1:] == (i, label):
            found[-1] = (found[-1][0], i + 1, label)
        else:
            found.append((i, i + 1, label))
    return found
