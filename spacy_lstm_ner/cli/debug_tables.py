"""Tables of what `debug-data` finds, 80 columns wide."""

from itertools import islice
from typing import Iterable, List, Optional, Sequence

from wasabi import msg

from ..data.coverage import Unseen, VectorCoverage
from ..data.report import Report
from ..data.stats import Lengths
from ..data.verdict import Problem
from .debug_examples import show_disagreements, show_misfits, show_overlaps
from .excerpts import clip

SHOWN = 5


def show_report(report: Report, *, verbose: bool) -> None:
    """Print all findings.

    report (Report): The findings.
    verbose (bool): Show all examples, not the first 5.
    """
    limit = None if verbose else SHOWN
    _show_counts(report)
    _show_labels(report)
    _show_tags(report, list(report.counts) if verbose else list(report.counts)[:1])
    show_misfits(report, limit)
    show_disagreements(report, limit)
    show_overlaps(report, limit)
    _show_unseen(report)
    _show_vectors(report, limit)


def show_problems(problems: Sequence[Problem]) -> None:
    """Print what is wrong, or that nothing is.

    problems (Sequence[Problem]): The errors and warnings.
    """
    msg.divider("Summary")
    for problem in problems:
        if problem.level == "error":
            msg.fail(problem.message)
        else:
            msg.warn(problem.message)
    n_errors = sum(problem.level == "error" for problem in problems)
    numbers = f"{n_errors} errors, {len(problems) - n_errors} warnings"
    if n_errors:
        msg.fail(numbers)
    else:
        msg.good(numbers)


def _show_counts(report: Report) -> None:
    msg.divider("Counts")
    counts = list(report.counts.values())
    rows = [
        ["documents", *(str(part.docs) for part in counts)],
        ["sentences", *(_known(part.sentences) for part in counts)],
        ["tokens", *(str(part.tokens) for part in counts)],
        ["distinct tokens", *(str(part.words) for part in counts)],
        ["without annotation", *(str(part.missing) for part in counts)],
        ["entities", *(str(part.entities) for part in counts)],
        ["tokens a document", *(_range(part.doc_lengths) for part in counts)],
        ["tokens an entity", *(_range(part.ent_widths) for part in counts)],
    ]
    _table(rows, ["", *report.counts])
    msg.text("Lengths: shortest, median, 95 % are not longer, longest.")


def _show_labels(report: Report) -> None:
    msg.divider("Entities of each label")
    labels = dict.fromkeys(label for part in report.counts.values() for label in part.labels)
    rows = [
        [clip(label, 30), *(str(part.labels.get(label, 0)) for part in report.counts.values())]
        for label in labels
    ]
    _table(rows, ["label", *report.counts])


def _show_tags(report: Report, parts: Iterable[str]) -> None:
    for part in parts:
        counts = report.counts[part]
        msg.divider(f"Tokens of each tag in {part}")
        rows = [
            [clip(label, 30), *(str(counts.tags.get(f"{kind}-{label}", 0)) for kind in "BILU")]
            for label in counts.labels
        ]
        _table(rows, ["label", *"BILU"])
        msg.text(f"O: {counts.tags['O']}")


def _show_unseen(report: Report) -> None:
    if report.unseen:
        msg.divider("Entity strings that train does not have")
        rows = [[part, *_new(unseen)] for part, unseen in report.unseen.items()]
        _table(rows, ["part", "strings", "new", "", "entities", "new", ""])


def _show_vectors(report: Report, limit: Optional[int]) -> None:
    found = {part: vectors for part, vectors in report.vectors.items() if vectors is not None}
    if found:
        msg.divider("Words with a vector")
        rows = [[part, *_found(vectors)] for part, vectors in found.items()]
        _table(rows, ["part", "tokens", "found", "", "types", "found", ""])
        for part, vectors in found.items():
            frequent = islice(vectors.frequent.items(), limit)
            words = ", ".join(f"{word} ({number})" for word, number in frequent)
            msg.text(f"Most frequent without one in {part}: {words}")


def _new(unseen: Unseen) -> List[str]:
    return [
        *_share(unseen.strings, unseen.new_strings),
        *_share(unseen.entities, unseen.new_entities),
    ]


def _found(vectors: VectorCoverage) -> List[str]:
    return [
        *_share(vectors.tokens, vectors.tokens_found),
        *_share(vectors.types, vectors.types_found),
    ]


def _share(total: int, number: int) -> List[str]:
    return [str(total), str(number), f"{100 * number / max(total, 1):.1f} %"]


def _known(value: Optional[int]) -> str:
    return "not set" if value is None else str(value)


def _range(lengths: Lengths) -> str:
    return f"{lengths.min} {lengths.median} {lengths.p95} {lengths.max}"


def _table(rows: List[List[str]], header: List[str]) -> None:
    msg.table(rows, header=header, divider=True, aligns=["l"] + ["r"] * (len(header) - 1))
