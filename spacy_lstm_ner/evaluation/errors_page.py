"""The page of `spacy lstm-ner errors`: tables, then the worst sentences."""

from typing import Dict, List, Optional

from .compare import ERRORS
from .counts import Counts
from .error_report import ErrorReport, register_of
from .page import Mark, PageDoc, PageMatch, render_page
from .page_tables import ALL, PARTS_NOTE, PartRow, confusion_table, kinds_table, parts_table
from .sentences import Sentence

SEEN_NOTE = (
    "Whether an entity's text is an entity in the training part: with this label, only with "
    "another label, or not at all."
)
KINDS_NOTE = (
    "A split or merged entity is one error, however many pieces it has, here and in the filters; "
    "the other tables count entities."
)
CONFUSION_NOTE = (
    "Of overlapping entities, the best fit is one pair, the rest is paired with none. A cell is "
    "shaded the more, the more of its row it has; the diagonal has a border."
)


def render_errors_page(title: str, report: ErrorReport, lang: str, limit: int) -> str:
    """Fill in the page.

    title (str): What was compared.
    report (ErrorReport): The findings.
    lang (str): Language code of the texts.
    limit (int): Sentences to show at most.
    RETURNS (str): The page. Everything from outside is escaped.
    """
    shown = report.sentences[:limit]
    n_errors = sum(report.matches[kind] for kind in ERRORS)
    facts = (
        f"{len(report.references):,} documents with {report.total.n_gold:,} gold and "
        f"{report.total.n_predicted:,} predicted entities, {n_errors:,} errors in "
        f"{len(report.sentences):,} sentences. Shown: {len(shown):,}. {order_note(report)}"
    )
    tables = [
        kinds_table("Kinds of error", KINDS_NOTE, report.matches),
        parts_table("By label", PARTS_NOTE, part_rows(report.labels, report.total)),
    ]
    if report.registers is not None:
        tables.append(parts_table("By register", "", part_rows(report.registers)))
    if report.seen is not None:
        tables.append(parts_table("By what training shows", SEEN_NOTE, part_rows(report.seen)))
    tables.append(
        confusion_table("Labels, gold against predicted", CONFUSION_NOTE, report.confusion)
    )
    docs = [_page_doc(report, sentence, lang) for sentence in shown]
    return render_page(title, facts, "\n".join(tables), docs, "worst sentences")


def order_note(report: ErrorReport) -> str:
    """RETURNS (str): How the sentences are ordered."""
    if report.probabilities is None:
        return "Those with most errors come first."
    return "Most errors first, each weighted with the model's confidence in it."


def part_rows(parts: Dict[str, Counts], total: Optional[Counts] = None) -> List[PartRow]:
    """The rows of a table.

    parts (Dict[str, Counts]): The parts of the data.
    total (Optional[Counts]): Their sum, for a first row.
    RETURNS (List[PartRow]): The rows.
    """
    every = parts if total is None else {ALL: total, **parts}
    return [PartRow(name, part.scores(), part.in_short()) for name, part in every.items()]


def sentence_heading(report: ErrorReport, sentence: Sentence) -> str:
    """RETURNS (str): Where a sentence stands: document, sentence, id and register, if known."""
    doc = report.references[sentence.doc]
    where = f"Document {sentence.doc + 1}"
    if sentence.number is not None:
        where += f", sentence {sentence.number}"
    known = [str(it) for it in (doc.user_data.get("id"), register_of(doc)) if it is not None]
    return f"{where} ({', '.join(known)})" if known else where


def _page_doc(report: ErrorReport, sentence: Sentence, lang: str) -> PageDoc:
    text = report.references[sentence.doc][sentence.start : sentence.end].text
    matches = sentence_matches(report, sentence)
    return PageDoc(sentence_heading(report, sentence), lang, text, text, matches)


def sentence_matches(report: ErrorReport, sentence: Sentence) -> List[PageMatch]:
    """The entities of a sentence, in characters from its start.

    report (ErrorReport): The findings.
    sentence (Sentence): One of its sentences.
    RETURNS (List[PageMatch]): The entities. A prediction on no gold token is left out: it has no
        place in the gold text, and is not counted.
    """
    doc, comparison = report.references[sentence.doc], report.comparisons[sentence.doc]
    confidences = {error.match: error.confidence for error in sentence.errors}
    origin = doc[sentence.start].idx

    def mark(start: int, end: int, label: str) -> Mark:
        span = doc[start:end]
        return Mark(span.start_char - origin, span.end_char - origin, label)

    found = []
    for match in sentence.matches:
        gold = tuple(mark(*comparison.gold[i]) for i in match.gold)
        spans = [comparison.predicted[j] for j in match.predicted]
        predicted = tuple(mark(*span) for span in spans if span.start < span.end)
        if gold or predicted:
            found.append(PageMatch(match.kind, gold, predicted, confidences.get(match)))
    return found
