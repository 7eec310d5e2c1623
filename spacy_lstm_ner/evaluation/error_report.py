"""The errors of a pipeline, counted by kind, label, register and by what training showed."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Dict, Iterable, List, Optional, Sequence, Set

from spacy.tokens import Doc

from ..tags.spans import TagSpan
from .compare import KINDS
from .counts import Comparison, Counts, by_label, count_entities, total_counts
from .sentences import Probabilities, Sentence, worst_sentences

NONE = ""  # stands for no entity in the confusion matrix: labels are never empty
NO_REGISTER = "(none)"
SEEN, OTHER_LABEL, UNSEEN = "seen", "other label", "unseen"

Confusion = Dict[str, Dict[str, int]]


@dataclass
class ErrorReport:
    """What `spacy lstm-ner errors` shows. Places are those of the documents.

    references (List[Doc]): The gold documents.
    comparisons (List[Comparison]): Their entities, gold against predicted.
    probabilities (Optional[List[Probabilities]]): How probable the entities are, if known.
    matches (Dict[str, int]): How often each kind occurs. A split or merged entity is one error.
    total (Counts): All entities.
    labels (Dict[str, Counts]): Those of each label.
    registers (Optional[Dict[str, Counts]]): Those of each `meta.register`; None if no document
        has one.
    seen (Optional[Dict[str, Counts]]): Those whose text training shows with the same label, only
        with other labels, and not at all; None if the training part is not given.
    confusion (Confusion): Gold labels, of each the predicted labels and how often.
    sentences (List[Sentence]): Sentences with errors, the worst first.
    """

    references: List[Doc]
    comparisons: List[Comparison]
    probabilities: Optional[List[Probabilities]]
    matches: Dict[str, int]
    total: Counts
    labels: Dict[str, Counts]
    registers: Optional[Dict[str, Counts]]
    seen: Optional[Dict[str, Counts]]
    confusion: Confusion
    sentences: List[Sentence]


def report_errors(
    references: List[Doc],
    comparisons: List[Comparison],
    probabilities: Optional[List[Probabilities]] = None,
    train: Optional[Iterable[Doc]] = None,
) -> ErrorReport:
    """Count errors and find the sentences that have most of them.

    references (List[Doc]): The gold documents.
    comparisons (List[Comparison]): The same documents, compared.
    probabilities (Optional[List[Probabilities]]): Of the same documents, if known.
    train (Optional[Iterable[Doc]]): The documents that the pipeline was trained on.
    RETURNS (ErrorReport): The findings.
    """
    kinds = Counter(match.kind for comparison in comparisons for match in comparison.matches)
    labels = count_entities(comparisons, by_label)
    return ErrorReport(
        references=references,
        comparisons=comparisons,
        probabilities=probabilities,
        matches={kind: kinds[kind] for kind in KINDS},
        total=total_counts(labels.values()),
        labels=labels,
        registers=_by_register(references, comparisons),
        seen=None if train is None else _by_training(references, comparisons, train),
        confusion=confusion_matrix(comparisons),
        sentences=worst_sentences(references, comparisons, probabilities),
    )


def confusion_matrix(comparisons: Iterable[Comparison]) -> Confusion:
    """Count which label was predicted for which gold label, whatever the bounds.

    In a match of several entities, the best fit is one pair; the rest is paired with nothing. So
    the row of a label adds up to its gold entities, its column to its predicted ones.

    comparisons (Iterable[Comparison]): The documents.
    RETURNS (Confusion): `matrix[gold][predicted]`, all labels and `NONE` on both sides.
    """
    pairs: Counter[Any] = Counter()
    for gold, predicted, matches in comparisons:
        for kind, of_gold, of_predicted in matches:
            if kind != "not_counted":
                for i, j in zip_longest(of_gold, of_predicted):
                    row = NONE if i is None else gold[i].label
                    pairs[row, NONE if j is None else predicted[j].label] += 1
    names = [*sorted({name for pair in pairs for name in pair if name != NONE}), NONE]
    return {row: {column: pairs[row, column] for column in names} for row in names}


def register_of(doc: Doc) -> Optional[str]:
    """RETURNS (Optional[str]): `meta.register` of the record that a Doc was read from, if any."""
    meta = doc.user_data.get("meta")
    register = meta.get("register") if isinstance(meta, dict) else None
    return None if register is None else str(register)


def _by_register(
    references: Sequence[Doc], comparisons: Sequence[Comparison]
) -> Optional[Dict[str, Counts]]:
    registers = [register_of(doc) for doc in references]
    if not any(registers):
        return None
    return count_entities(comparisons, lambda number, _: registers[number] or NO_REGISTER)


def _by_training(
    references: Sequence[Doc], comparisons: Sequence[Comparison], train: Iterable[Doc]
) -> Dict[str, Counts]:
    """An entity goes by its own text and label, on the predicted side too. Texts are compared
    character by character."""
    labels: Dict[str, Set[str]] = defaultdict(set)
    for doc in train:
        for ent in doc.ents:
            labels[ent.text].add(ent.label_)

    def part_of(number: int, entity: TagSpan) -> str:
        known = labels.get(references[number][entity.start : entity.end].text)
        if known is None:
            return UNSEEN
        return SEEN if entity.label in known else OTHER_LABEL

    counts = count_entities(comparisons, part_of)
    return {part: counts.get(part, Counts()) for part in (SEEN, OTHER_LABEL, UNSEEN)}
