import re

from spacy_lstm_ner.evaluation.error_report import NONE, report_errors
from spacy_lstm_ner.evaluation.errors_page import render_errors_page, sentence_matches
from spacy_lstm_ner.evaluation.metrics import compare_example
from spacy_lstm_ner.evaluation.page import Mark, PageMatch
from spacy_lstm_ner.evaluation.page_tables import PartRow, confusion_table, parts_table
from spacy_lstm_ner.evaluation.sentences import Probabilities

from .helpers import make_doc, make_example
from .test_page import EVIL, Page

STARTS = [True, False, False, False, True, False, False, False, False]


def make_report(label="GPE", **more):
    example = make_example(
        predicted=[(0, 1, label), (4, 5, "X"), (6, 7, "X"), (8, 9, "X")],
        gold=[(0, 1, "X"), (4, 7, "X")],
        missing=[8],
        sent_starts=STARTS,
    )
    example.reference.user_data.update(id=label, meta={"register": label})
    known = [Probabilities(gold=[0.1, 0.2], predicted=[0.5, 0.25, 0.875, 0.3])]
    comparisons = [compare_example(example)]
    train = [make_doc([(0, 1, "X")])]
    return report_errors([example.reference], comparisons, known, train)


def rows_of(html, name):
    """The cells of all rows of this name."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [row[1:] for row in cells if row[0] == name]


def test_marks_count_from_the_start_of_their_sentence():
    report = make_report()
    first = next(it for it in report.sentences if it.start == 4)
    assert sentence_matches(report, first) == [
        PageMatch("split", (Mark(0, 12, "X"),), (Mark(0, 5, "X"), Mark(11, 12, "X")), 0.875),
        PageMatch("not_counted", (), (Mark(18, 21, "X"),), None),
    ]


def test_tables_and_sentences():
    html = render_errors_page("Title", make_report(), "en", limit=1)
    page = Page(html)
    text = " ".join(page.text.replace("\xa0", " ").split())
    assert "1 documents with 2 gold and 3 predicted entities, 2 errors in 2 sentences." in text
    assert "Shown: 1. Most errors first, each weighted" in text
    zeros = ["0.0"] * 3
    kinds = ["0", "1", "0", "0", "1", "0", "0", "0"]
    assert rows_of(html, "ALL")[0] == [*zeros, "2", "3", *kinds]
    by_label, by_register, confusion = rows_of(html, "GPE")
    assert by_label == [*zeros, "0", "1", *["0"] * 8]
    assert by_register == [*zeros, "2", "3", *kinds]
    assert confusion == ["·", "·", "·"]
    assert rows_of(html, "none")[-1] == ["·", "1", "·"]
    assert rows_of(html, "seen")[0] == [*zeros, "1", "0", "0", "1", *["0"] * 6]
    assert "Document 1, sentence 2 (GPE, GPE) 1 error, 0 correct" in text
    assert "split gold: jumps over a X predicted: jumps X, a X confidence 0.88" in text
    assert "sentence 1" not in text
    headings = ["Kinds of error", "By label", "By register", "By what training shows"]
    assert all(f"<h2>{heading}</h2>" in html for heading in headings)


def test_cells_are_shaded_by_their_share_of_the_row():
    confusion = {
        "A": {"A": 3, "B": 1, NONE: 0},
        "B": {"A": 0, "B": 0, NONE: 0},
        NONE: {"A": 1, "B": 2, NONE: 0},
    }
    html = confusion_table("Labels", "", confusion)
    cells = re.findall(r'<td( class=same)? style="--share: ([\d.]+)">([^<]*)</td>', html)
    bordered = [bool(same) for same, *_ in cells]
    assert bordered == [True, False, False, False, True, False, False, False, False]
    shares = [0.75, 0.25, 0.0, 0.0, 0.0, 0.0, 0.33, 0.67, 0.0]
    assert [float(share) for _, share, _ in cells] == shares
    assert [number for *_, number in cells] == ["3", "1", "·", "·", "·", "·", "1", "2", "·"]


def test_what_is_counted_agrees():
    """A merged error is one in the table of kinds and in the filter. The others count entities,
    and say so."""
    example = make_example(predicted=[(0, 5, "X")], gold=[(0, 1, "X"), (2, 5, "X")])
    report = report_errors([example.reference], [compare_example(example)])
    page = Page(render_errors_page("Title", report, "en", limit=9))
    assert sum("data-counts" in attrs for attrs, _ in page.marks) == report.matches["merged"] == 1
    assert report.labels["X"].in_short()["merged"] == 2
    assert "the other tables count entities" in page.text
    assert "a merged error counts for each of its gold ones" in page.text


def test_everything_is_escaped():
    html = render_errors_page(EVIL, make_report(EVIL), EVIL, limit=9)
    page = Page(html)
    assert "alert('" not in html and len(page.all("script")) == 1
    assert page.text.count(EVIL) >= 9


def test_tables_that_cannot_be_made_are_left_out():
    example = make_example([(0, 1, "X")], [(0, 1, "Y")])
    report = report_errors([example.reference], [compare_example(example)])
    html = render_errors_page("Title", report, "en", limit=9)
    assert "By register" not in html and "training" not in html
    assert "Those with most errors come first." in html
    assert "<h3" in html and "confidence" not in Page(html).text


def test_self_contained():
    html = render_errors_page("Title", make_report(), "en", limit=9)
    assert not re.search(r"https?:|//|@import|url\(|src=", html)


def test_scores_that_are_not_known():
    counts = dict.fromkeys(["gold", "predicted"], 1234)
    counts |= dict.fromkeys(
        ["correct", "label", "boundary", "both", "split", "merged", "missed", "spurious"], 7
    )
    html = parts_table("T", "", [PartRow("A<b>", {"p": 0.5, "r": None}, counts)])
    assert rows_of(html, "A&lt;b&gt;") == [["50.0", "–", "–", "1,234", "1,234", *["7"] * 8]]
