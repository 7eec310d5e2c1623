"""The sentences with errors, the worst first."""

from dataclasses import dataclass
from typing import List, NamedTuple, Optional, Sequence

from spacy.tokens import Doc

from .compare import ERRORS, Match, extent
from .counts import Comparison


class Probabilities(NamedTuple):
    """How probable a component finds the entities of one document, each with its label.

    gold (List[float]): Of each gold entity.
    predicted (List[float]): Of each predicted one.
    """

    gold: List[float]
    predicted: List[float]


class Error(NamedTuple):
    """A match that is an error.

    match (Match): The entities.
    confidence (Optional[float]): How sure the component is of what it did: the probability of
        what it predicted (of the most probable piece if split), or, if it missed an entity, that
        the entity is not there. None if it does not say.
    """

    match: Match
    confidence: Optional[float]


@dataclass
class Sentence:
    """A sentence with errors.

    doc (int): Place of its document, from 0.
    number (Optional[int]): Which sentence of its document it is, from 1; None if it is the whole.
    start (int): Its first token in the gold document.
    end (int): The token after its last.
    matches (List[Match]): All its entities.
    errors (List[Error]): Those that are errors.
    """

    doc: int
    number: Optional[int]
    start: int
    end: int
    matches: List[Match]
    errors: List[Error]

    @property
    def weight(self) -> float:
        """The sum of the errors' confidences; an error without one counts as 1."""
        return sum(1.0 if it.confidence is None else it.confidence for it in self.errors)


def worst_sentences(
    references: Sequence[Doc],
    comparisons: Sequence[Comparison],
    probabilities: Optional[Sequence[Probabilities]] = None,
) -> List[Sentence]:
    """Find the sentences with errors: what a model is sure of and wrong about tells most.

    Sentences are those of the gold document; where it has none, it is one sentence. Two that an
    entity or a match stretches over count as one.

    references (Sequence[Doc]): The gold documents.
    comparisons (Sequence[Comparison]): The same documents, compared.
    probabilities (Optional[Sequence[Probabilities]]): Of the same documents, if known.
    RETURNS (List[Sentence]): By falling weight, then in the order of the data.
    """
    found: List[Sentence] = []
    for number, (reference, comparison) in enumerate(zip(references, comparisons)):
        known = probabilities[number] if probabilities is not None else None
        starts = _sentence_starts(reference, comparison)
        for place, (start, end) in enumerate(zip(starts, [*starts[1:], len(reference)]), start=1):
            matches = [
                match
                for match in comparison.matches
                if start <= extent(match, comparison.gold, comparison.predicted)[0] < end
            ]
            errors = [
                Error(match, _confidence(match, known)) for match in matches if match.kind in ERRORS
            ]
            if errors:
                which = place if len(starts) > 1 else None
                found.append(Sentence(number, which, start, end, matches, errors))
    return sorted(found, key=lambda sentence: -sentence.weight)


def _sentence_starts(reference: Doc, comparison: Comparison) -> List[int]:
    starts = {0}
    if reference.has_annotation("SENT_START"):
        starts |= {token.i for token in reference if token.is_sent_start}
    for match in comparison.matches:
        start, end = extent(match, comparison.gold, comparison.predicted)
        starts -= set(range(start + 1, end))
    return sorted(starts)


def _confidence(match: Match, known: Optional[Probabilities]) -> Optional[float]:
    if known is None:
        return None
    if match.kind == "missed":
        return 1.0 - known.gold[match.gold[0]]
    return max(known.predicted[j] for j in match.predicted)
