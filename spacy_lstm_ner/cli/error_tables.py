"""What `spacy lstm-ner errors` prints, 80 columns wide."""

from textwrap import fill
from typing import Iterable

import typer
from wasabi import msg

from ..evaluation.compare import ERRORS, KINDS
from ..evaluation.error_report import NONE, ErrorReport
from ..evaluation.errors_page import order_note, part_rows, sentence_heading, sentence_matches
from ..evaluation.page import LOOKS, Mark, PageMatch
from ..evaluation.sentences import Sentence
from .excerpts import ENTITY, clip, cut_middle, excerpt
from .parts import NAME, WIDTH, print_parts

SPACING = 2  # columns between those of the confusion matrix
HEADS = (12, 7, 5)  # columns of a label above it: the most that fit
CONFUSIONS = 15  # pairs of labels that are listed where the matrix is too wide
SENTENCES = 5
LISTED = 8  # errors of a sentence that are shown
QUOTED = 200  # characters of the entities of an error, on each side


def print_report(report: ErrorReport) -> None:
    """Print all tables and the worst sentences.

    report (ErrorReport): The findings.
    """
    _print_kinds(report)
    msg.divider("By label")
    print_parts(part_rows(report.labels, report.total))
    if report.registers is not None:
        msg.divider("By register")
        print_parts(part_rows(report.registers))
    if report.seen is not None:
        msg.divider("By what training shows of text and label")
        print_parts(part_rows(report.seen))
    _print_confusion(report)
    if report.sentences:
        msg.divider("Worst sentences")
        msg.text(order_note(report))
    for sentence in report.sentences[:SENTENCES]:
        _print_sentence(report, sentence)


def _print_kinds(report: ErrorReport) -> None:
    msg.divider("Kinds")
    n_errors = sum(report.matches[kind] for kind in ERRORS)
    rows = []
    for kind in KINDS:
        number, look = report.matches[kind], LOOKS[kind]
        if number or kind != "not_counted":
            share = f"{100 * number / max(n_errors, 1):.1f} %" if kind in ERRORS else ""
            rows.append((look.sign, look.name, number, share, look.meaning))
    msg.table(
        rows, header=("", "", "times", "share", ""), aligns=("l", "l", "r", "r", "l"), max_col=40
    )
    msg.text(
        f"{len(report.references)} documents, {report.total.n_gold} gold and "
        f"{report.total.n_predicted} predicted entities, {n_errors} errors in "
        f"{len(report.sentences)} sentences. A split or merged error counts once here; the tables "
        "below count entities."
    )


def _print_confusion(report: ErrorReport) -> None:
    """As a matrix if it fits, else the most frequent confusions."""
    names = {name: "none" if name == NONE else clip(name, NAME) for name in report.confusion}
    rows = [
        (names[row], *(str(number or "·") for number in counts.values()))
        for row, counts in report.confusion.items()
    ]
    for head in HEADS:
        header = ("gold", *(clip(name, head) for name in names.values()))
        widths = [max(map(len, column)) for column in zip(header, *rows)]
        if sum(widths) + SPACING * (len(widths) - 1) <= WIDTH:
            msg.divider("Labels: gold in rows, predicted in columns")
            msg.table(rows, header=header, aligns=("l", *"r" * len(names)), spacing=SPACING)
            return
    msg.divider("Labels that are confused most often")
    confused = [
        (number, names[row], names[column])
        for row, counts in report.confusion.items()
        for column, number in counts.items()
        if number and row != column
    ]
    top = sorted(confused, key=lambda entry: -entry[0])[:CONFUSIONS]
    msg.table(top, header=("times", "gold", "predicted"), aligns=("r", "l", "l"))


def _print_sentence(report: ErrorReport, sentence: Sentence) -> None:
    text = report.references[sentence.doc][sentence.start : sentence.end].text
    matches = sentence_matches(report, sentence)
    errors = [match for match in matches if match.kind in ERRORS]
    around = [mark for match in errors[:LISTED] for mark in (*match.gold, *match.predicted)]
    typer.echo(f"\n{clip(sentence_heading(report, sentence), WIDTH)}")
    for side in ("gold", "predicted"):
        line = excerpt(text, [mark for match in matches for mark in getattr(match, side)], around)
        indent = " " * 13
        head = f"  {side}:".ljust(len(indent))
        typer.echo(fill(line, WIDTH, initial_indent=head, subsequent_indent=indent))
    for match in errors[:LISTED]:
        line = f"{LOOKS[match.kind].sign:>5} {_in_words(text, match)}"
        typer.echo(fill(line, WIDTH, initial_indent="", subsequent_indent=" " * 8))
    if len(errors) > LISTED:
        rest = len(errors) - LISTED
        typer.echo(
            f"{'…':>5} {rest} more {'error' if rest == 1 else 'errors'} (see --html, --json)"
        )


def _in_words(text: str, match: PageMatch) -> str:
    sure = "" if match.confidence is None else f" ({match.confidence:.2f})"
    gold, predicted = _quoted(text, match.gold), _quoted(text, match.predicted)
    return f"{LOOKS[match.kind].name}: {gold} → {predicted}{sure}"


def _quoted(text: str, marks: Iterable[Mark]) -> str:
    names = [
        f"{cut_middle(text[mark.start : mark.end], ENTITY)} {mark.label}" for mark in sorted(marks)
    ]
    return clip(", ".join(names) or "nothing", QUOTED)
