"""A report on errors as JSON."""

from typing import Any, Dict, Iterable, List, Optional

from .compare import Match
from .counts import Counts
from .error_report import ErrorReport, register_of
from .sentences import Sentence

DIGITS = 4  # of probabilities


def report_as_json(report: ErrorReport) -> Dict[str, Any]:
    """All of a report, as JSON has it.

    report (ErrorReport): The report.
    RETURNS (Dict[str, Any]): See docs/errors.md.
    """

    def parts(counts: Optional[Dict[str, Counts]]) -> Optional[Dict[str, Any]]:
        return counts and {part: of_part.in_full() for part, of_part in counts.items()}

    return {
        "docs": len(report.references),
        "kinds": report.matches,
        "total": report.total.in_full(),
        "labels": parts(report.labels),
        "registers": parts(report.registers),
        "seen": parts(report.seen),
        "confusion": report.confusion,
        "sentences": [_sentence_as_json(report, sentence) for sentence in report.sentences],
    }


def _sentence_as_json(report: ErrorReport, sentence: Sentence) -> Dict[str, Any]:
    doc = report.references[sentence.doc]
    comparison = report.comparisons[sentence.doc]
    span = doc[sentence.start : sentence.end]
    known = report.probabilities and report.probabilities[sentence.doc]
    confidences = {
        error.match: error.confidence for error in sentence.errors if error.confidence is not None
    }

    def entities(side: str, places: Iterable[int]) -> List[Dict[str, Any]]:
        listed = []
        for place in places:
            start, end, label = getattr(comparison, side)[place]
            ent = doc[start:end]
            record = {"start": ent.start_char, "end": ent.end_char, "label": label}
            record["text"] = ent.text
            if known:
                record["probability"] = round(getattr(known, side)[place], DIGITS)
            listed.append(record)
        return listed

    def match(found: Match) -> Dict[str, Any]:
        kind, gold, predicted = found
        record: Dict[str, Any] = {
            "kind": kind,
            "gold": entities("gold", gold),
            "predicted": entities("predicted", predicted),
        }
        if found in confidences:
            record["confidence"] = round(confidences[found], DIGITS)
        return record

    return {
        "doc": sentence.doc + 1,
        "id": doc.user_data.get("id"),
        "register": register_of(doc),
        "sentence": sentence.number,
        "start": span.start_char,
        "end": span.end_char,
        "text": span.text,
        "matches": [match(found) for found in sentence.matches],
    }
