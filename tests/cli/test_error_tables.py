"""The tables and sentences of `spacy lstm-ner errors` on a terminal."""

import pytest
from spacy.training import Example

from spacy_lstm_ner.cli.error_tables import LISTED, SENTENCES, print_report
from spacy_lstm_ner.cli.parts import print_parts
from spacy_lstm_ner.evaluation.compare import ERRORS
from spacy_lstm_ner.evaluation.error_report import report_errors
from spacy_lstm_ner.evaluation.metrics import compare_example
from spacy_lstm_ner.evaluation.page_tables import PartRow

from ..evaluation.helpers import make_doc, make_example


@pytest.mark.parametrize(
    "number, width", [(7, 15), (123, 15), (12_345, 12), (1_234_567, 8), (10**8, 8)]
)
def test_names_give_way_to_large_numbers(capsys, number, width):
    counts = dict.fromkeys(ERRORS, 123) | dict.fromkeys(("gold", "predicted", "correct"), number)
    print_parts([PartRow("A_VERY_LONG_LABEL_INDEED", dict.fromkeys("prf", 1.0), counts)])
    *_, row = capsys.readouterr().out.rstrip().splitlines()
    assert row.split()[0] == "A_VERY_LONG_LABEL_INDEED"[: width - 1] + "…"
    assert len(row) <= 80 or width == 8


def test_pieces_stand_in_the_order_of_the_text(capsys):
    """Whichever fits best."""
    example = make_example(predicted=[(0, 5, "X")], gold=[(0, 1, "X"), (2, 5, "X")])
    print_report(report_errors([example.reference], [compare_example(example)]))
    shown = " ".join(capsys.readouterr().out.split())
    assert "∪ merged: the X, brown fox jumps X → the quick brown fox jumps X" in shown


def test_documents_without_sentences_do_not_fill_pages(capsys):
    words = ["z" * 3000, *(["word"] * 49)] * 20
    gold = make_doc([(i, i + 1, "X") for i in range(0, 1000, 50)], words=words)
    example = Example(make_doc([(0, 1, "Y")], words=words), gold)
    many = [example] * SENTENCES
    print_report(report_errors([gold] * SENTENCES, [compare_example(it) for it in many]))
    shown = capsys.readouterr().out
    lines = shown.split("Worst sentences")[1].splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < SENTENCES * (2 * 14 + LISTED * 2 + 3)
    assert shown.count(f"… {20 - LISTED} more errors (see --html, --json)") == SENTENCES
