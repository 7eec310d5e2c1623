"""Which findings are errors and which are warnings.

An error is always a mistake in the data: training or scoring on it is pointless or wrong. A
warning can be on purpose: training works, but learns or measures less than it seems to.
"""

from dataclasses import dataclass
from typing import Iterator, List, Literal

from ..errors import Errors, Warnings
from .report import Report

RARE = 10  # entities of a label in training below which it is hardly learned
FEW = 50  # below which it is learned badly
FEW_DOCS = 100  # documents in training below which hardly anything is learned


@dataclass(frozen=True)
class Problem:
    """Something wrong with the data.

    level (Literal["error", "warning"]): How bad it is.
    message (str): What was found, the rule, how to mend it.
    """

    level: Literal["error", "warning"]
    message: str


def judge(report: Report) -> List[Problem]:
    """Tell what is wrong.

    report (Report): The findings.
    RETURNS (List[Problem]): The errors, then the warnings.
    """
    errors = [*_empty(report), *_untrained(report), *_white_space(report)]
    warnings = [
        *_few(report),
        *_rare(report),
        *_misfits(report),
        *_disagreements(report),
        *_duplicates(report),
    ]
    return [Problem("error", message) for message in errors] + [
        Problem("warning", message) for message in warnings
    ]


def _empty(report: Report) -> Iterator[str]:
    for part, counts in report.counts.items():
        if not counts.docs:
            yield Errors.DATA_NO_DOCS.format(part=part)
        elif not counts.entities:
            yield Errors.DATA_NO_ENTITIES.format(part=part, docs=counts.docs)


def _untrained(report: Report) -> Iterator[str]:
    if "train" in report.counts:
        known = report.counts["train"].labels
        for part, counts in report.counts.items():
            new = {label: n for label, n in counts.labels.items() if label not in known}
            if new:
                yield Errors.DATA_NEW_LABELS.format(part=part, labels=_listed(new))


def _white_space(report: Report) -> Iterator[str]:
    for part, misfits in report.misfits.items():
        if misfits.white_space:
            yield Errors.DATA_WHITE_SPACE.format(part=part, number=len(misfits.white_space))


def _few(report: Report) -> Iterator[str]:
    if "train" in report.counts:
        counts = report.counts["train"]
        if 0 < counts.docs < FEW_DOCS:
            yield Warnings.DATA_FEW_DOCS.format(docs=counts.docs, limit=FEW_DOCS)
        everywhere = [label for label, docs in counts.docs_with.items() if docs == counts.docs]
        if everywhere:
            yield Warnings.DATA_EVERYWHERE.format(labels=", ".join(everywhere))


def _rare(report: Report) -> Iterator[str]:
    if "train" in report.counts:
        labels = report.counts["train"].labels
        rare = {label: n for label, n in labels.items() if n < RARE}
        few = {label: n for label, n in labels.items() if RARE <= n < FEW}
        if rare:
            yield Warnings.DATA_RARE.format(limit=RARE, labels=_listed(rare))
        if few:
            yield Warnings.DATA_FEW.format(limit=FEW, labels=_listed(few))


def _misfits(report: Report) -> Iterator[str]:
    for part, misfits in report.misfits.items():
        if misfits.misaligned:
            yield Warnings.DATA_MISALIGNED.format(part=part, number=len(misfits.misaligned))
        if misfits.unread:
            yield Warnings.DATA_UNREAD.format(part=part, number=len(misfits.unread))
        if misfits.crossing:
            yield Warnings.DATA_CROSSING.format(part=part, number=len(misfits.crossing))


def _disagreements(report: Report) -> Iterator[str]:
    if report.conflicts:
        fewer = sum(len(conflict.fewer) for conflict in report.conflicts)
        yield Warnings.DATA_CONFLICTS.format(strings=len(report.conflicts), number=fewer)
    if report.unlabelled:
        places = sum(len(entry.places) for entry in report.unlabelled)
        yield Warnings.DATA_UNLABELLED.format(strings=len(report.unlabelled), number=places)


def _duplicates(report: Report) -> Iterator[str]:
    for overlap in report.overlaps:
        if overlap.exact or overlap.near:
            yield Warnings.DATA_DUPLICATES.format(
                part=overlap.part,
                other=overlap.other,
                exact=len(overlap.exact),
                near=len(overlap.near),
            )


def _listed(labels: dict[str, int]) -> str:
    return ", ".join(f"{label} ({number})" for label, number in labels.items())
