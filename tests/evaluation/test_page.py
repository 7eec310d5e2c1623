import re
from html.parser import HTMLParser

import pytest

from spacy_lstm_ner.evaluation.compare import KINDS
from spacy_lstm_ner.evaluation.page import LOOKS, Mark, PageDoc, PagePair, percent, render_page

EVIL = "<script>alert('1 & 2')</script> \"q\" Rome $title"
VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """Checks that tags close in order; keeps marks, list items, attributes and the text."""

    def __init__(self, html):
        super().__init__()
        self.open, self.seen, self.marks, self.text = [], [], [], ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "mark" and "data-kind" in dict(attrs):
            self.marks.append([dict(attrs), ""])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "mark" in self.open and self.marks:
            self.marks[-1][1] += data

    def all(self, tag):
        return [attrs for seen, attrs in self.seen if seen == tag]


def make_metrics(labels):
    counts = dict.fromkeys(["gold", "predicted", *KINDS], 7)
    return {
        "ents_p": 0.5,
        "ents_r": None,
        "ents_f": 0.25,
        "ents_per_type": {label: {"p": 0.125, "r": 1.0, "f": 0.0} for label in labels},
        "counts": counts,
        "counts_per_type": dict.fromkeys(labels, counts),
        "docs": 12,
        "words": 3456,
        "speed": 1.0,
    }


TEXT = "Ann met Bob in Rome on Monday near the old town."
PAIRS = [
    PagePair("correct", Mark(0, 3, "PER"), Mark(0, 3, "PER")),
    PagePair("wrong_label", Mark(8, 11, "PER"), Mark(8, 11, "ORG")),
    PagePair("missed", Mark(15, 19, "GPE"), None),
    PagePair("spurious", None, Mark(23, 29, "DATE")),
    PagePair("wrong_boundary", Mark(39, 47, "LOC"), Mark(35, 47, "GPE")),
]
DOCS = [PageDoc(4, "en", TEXT, TEXT, PAIRS), PageDoc(2, "de", "Nichts.", "Nichts.", [])]


@pytest.fixture
def page():
    return Page(render_page("Two documents", DOCS, make_metrics(["PER"])))


def test_every_entity_is_marked_on_its_side(page):
    expected = []
    for side in ("gold", "predicted"):
        for pair in PAIRS:
            mark = getattr(pair, side)
            if mark is not None:
                text = f"{TEXT[mark.start : mark.end]}\xa0{mark.label}\xa0{LOOKS[pair.kind].sign}"
                expected.append((pair.kind, text))
    # The marks of a side stand in the order of its text; those of gold come first.
    assert [(attrs["data-kind"], text) for attrs, text in page.marks] == expected
    assert all(attrs["class"] == attrs["data-kind"] for attrs, _ in page.marks)


def test_the_text_between_the_marks_is_kept(page):
    text = page.text.replace("\xa0", " ")
    assert "Ann PER ✓ met Bob PER ≠ in Rome GPE − on Monday near the old town LOC [ ]." in text
    assert "Ann PER ✓ met Bob ORG ≠ in Rome on Monday DATE + near the old town GPE [ ]." in text


def test_errors_are_listed_in_words(page):
    listed = page.text.replace("\n", " ")
    assert "missed gold: Rome GPE predicted: nothing" in listed
    assert "spurious gold: nothing predicted: Monday DATE" in listed
    assert "wrong boundary gold: old town LOC predicted: the old town GPE" in listed
    assert len(page.all("li")) == 4


def test_filters_name_all_labels_and_kinds(page):
    labels = [attrs["value"] for attrs in page.all("option")]
    assert labels == ["", "DATE", "GPE", "LOC", "ORG", "PER"]
    assert [attrs["value"] for attrs in page.all("input")] == list(KINDS[:-1])
    labels_of = {(a.get("data-gold"), a.get("data-predicted")) for a, _ in page.marks}
    assert labels_of == {
        ("PER", "PER"),
        ("PER", "ORG"),
        ("GPE", None),
        (None, "DATE"),
        ("LOC", "GPE"),
    }


def test_what_is_not_counted_has_its_sign_if_there_is_any():
    doc = PageDoc(1, "en", "Rome", "Rome", [PagePair("not_counted", None, Mark(0, 4, "GPE"))])
    page = Page(render_page("x", [doc], make_metrics([])))
    assert "not_counted" in {attrs["value"] for attrs in page.all("input")}
    assert "0 errors, 0 correct" in page.text


def test_summary(page):
    text = " ".join(page.text.split())
    assert "12 documents, 3,456 words. Shown: 2, those with most errors first." in text
    rows = re.findall(r"(All labels|PER)([\d.–]+)", text)
    assert rows == [("All labels", "50.0–25.0" + "7" * 7), ("PER", "12.5100.00.0" + "7" * 7)]


def test_everything_is_escaped():
    pair = PagePair("wrong_label", Mark(0, len(EVIL), EVIL), Mark(0, 8, EVIL))
    doc = PageDoc(1, EVIL, EVIL, EVIL, [pair])
    html = render_page(EVIL, [doc], make_metrics([EVIL]))
    page = Page(html)
    assert "alert('" not in html and "<script>alert" not in html
    assert len(page.all("script")) == 1
    assert page.text.count(EVIL) >= 8  # title, heading, option, summary, texts, labels
    assert page.marks[0][0]["data-gold"] == EVIL
    assert {attrs["lang"] for attrs in page.all("p") if "lang" in attrs} == {EVIL}


def test_self_contained_and_accessible(page):
    html = render_page("Two documents", DOCS, make_metrics(["PER"]))
    assert not re.search(r"https?:|//|@import|url\(|src=", html)
    assert page.all("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all(
        "meta"
    )
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1
    ids = [attrs["id"] for _, attrs in page.seen if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["aria-labelledby"] for attrs in page.all("article")} <= set(ids)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_kinds_differ_without_colour():
    """WCAG: text 4.5 to 1, borders 3 to 1. Each kind has a border and a sign of its own."""
    html = render_page("x", [], make_metrics([]))
    rules = {kind: re.search(rf"\.{kind} {{([^}}]*)}}", html).group(1) for kind in KINDS}
    shapes = set()
    for rule in rules.values():
        fill, edge = (
            "#" + "".join(2 * c for c in colour) if len(colour) == 3 else "#" + colour
            for colour in re.findall(r"#(\w+)", rule)
        )
        assert contrast("#1a1a1a", fill) > 7
        assert contrast(edge, fill) > 3 and contrast(edge, "#ffffff") > 3
        shapes.add(re.sub(r"#\w+", "", rule))
    assert len({LOOKS[kind].sign for kind in KINDS}) == len(KINDS)
    assert len(shapes) >= len(KINDS) - 1  # what is not counted is a plain box in grey


@pytest.mark.parametrize(
    "score, text", [(None, "–"), (0.0, "0.0"), (0.98765, "98.8"), (1, "100.0")]
)
def test_percent(score, text):
    assert percent(score) == text
