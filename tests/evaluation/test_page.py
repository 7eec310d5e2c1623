import json
import re
from html.parser import HTMLParser

import pytest

from spacy_lstm_ner.evaluation.compare import KINDS
from spacy_lstm_ner.evaluation.page import LOOKS, Mark, PageDoc, PageMatch, percent, render_page

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


TEXT = "Ann met Bob in Rome on Monday near the old town."
MATCHES = [
    PageMatch("correct", (Mark(0, 3, "PER"),), (Mark(0, 3, "PER"),)),
    PageMatch("label", (Mark(8, 11, "PER"),), (Mark(8, 11, "ORG"),), 0.934),
    PageMatch("missed", (Mark(15, 19, "GPE"),), ()),
    PageMatch("spurious", (), (Mark(23, 29, "DATE"),)),
    # The best fit comes first, the text has them in another order.
    PageMatch("split", (Mark(35, 47, "LOC"),), (Mark(39, 47, "GPE"), Mark(35, 38, "LOC"))),
]
DOCS = [
    PageDoc("Document 4", "en", TEXT, TEXT, MATCHES),
    PageDoc("Document 2", "de", "Nichts.", "Nichts.", []),
]


def make_page(docs=DOCS, title="Two documents"):
    return render_page(title, "Facts & figures.", "<p>Tables</p>", docs, "documents")


@pytest.fixture
def page():
    return Page(make_page())


def test_every_entity_is_marked_on_its_side(page):
    expected = []
    for side in ("gold", "predicted"):
        for match in MATCHES:
            for mark in sorted(getattr(match, side)):
                sign = LOOKS[match.kind].sign
                text = f"{TEXT[mark.start : mark.end]}\xa0{mark.label}\xa0{sign}"
                expected.append((match.kind, text))
    # The marks of a side stand in the order of its text; those of gold come first.
    assert [(attrs["data-kind"], text) for attrs, text in page.marks] == expected
    assert all(attrs["class"] == attrs["data-kind"] for attrs, _ in page.marks)


def test_marks_that_count(page):
    """One for each match: the first gold entity, or the prediction that belongs to none."""
    counted = [(attrs["class"], text[:3]) for attrs, text in page.marks if "data-counts" in attrs]
    gold = [("correct", "Ann"), ("label", "Bob"), ("missed", "Rom"), ("split", "the")]
    assert counted == [*gold, ("spurious", "Mon")]


def test_a_merged_entity_counts_once():
    merged = PageMatch("merged", (Mark(8, 11, "PER"), Mark(0, 3, "PER")), (Mark(0, 11, "PER"),))
    page = Page(make_page([PageDoc("x", "en", TEXT, TEXT, [merged])]))
    counted = [(attrs["class"], text[:3]) for attrs, text in page.marks if "data-counts" in attrs]
    assert counted == [("merged", "Bob")]


def test_the_text_between_the_marks_is_kept(page):
    text = page.text.replace("\xa0", " ")
    assert "Ann PER ✓ met Bob PER ≠ in Rome GPE − on Monday near the old town LOC ÷." in text
    assert "Ann PER ✓ met Bob ORG ≠ in Rome on Monday DATE + near the LOC ÷ old town GPE ÷." in text


def test_errors_are_listed_in_words(page):
    listed = page.text.replace("\n", " ")
    assert "missed gold: Rome GPE predicted: nothing" in listed
    assert "spurious gold: nothing predicted: Monday DATE" in listed
    assert "label gold: Bob PER predicted: Bob ORG confidence 0.93" in listed
    assert "split gold: the old town LOC predicted: the LOC, old town GPE" in listed
    assert len(page.all("li")) == 4


def test_filters_name_all_labels_and_kinds(page):
    labels = [attrs["value"] for attrs in page.all("option")]
    assert labels == ["", "DATE", "GPE", "LOC", "ORG", "PER"]
    assert [attrs["value"] for attrs in page.all("input")] == list(KINDS[:-1])
    labels_of = {tuple(json.loads(attrs["data-labels"])) for attrs, _ in page.marks}
    assert labels_of == {("PER",), ("ORG", "PER"), ("GPE",), ("DATE",), ("GPE", "LOC")}


def test_what_is_not_counted_has_its_sign_if_there_is_any():
    match = PageMatch("not_counted", (), (Mark(0, 4, "GPE"),))
    page = Page(make_page([PageDoc("Document 1", "en", "Rome", "Rome", [match])]))
    assert "not_counted" in {attrs["value"] for attrs in page.all("input")}
    assert "0 errors, 0 correct" in page.text


def test_two_predictions_in_one_gold_token():
    """Gold tokens may be longer: then both predictions lie on the same text."""
    marks = (Mark(0, 4, "GPE"), Mark(0, 4, "ORG"))
    doc = PageDoc("x", "en", "Rome!", "Rome!", [PageMatch("split", (), marks)])
    assert "Rome GPE ÷Rome ORG ÷!" in Page(make_page([doc])).text.replace("\xa0", " ")


def test_everything_is_escaped():
    match = PageMatch("label", (Mark(0, len(EVIL), EVIL),), (Mark(0, 8, EVIL),))
    html = render_page(EVIL, EVIL, "", [PageDoc(EVIL, EVIL, EVIL, EVIL, [match])], "documents")
    page = Page(html)
    assert "alert('" not in html and "<script>alert" not in html
    assert len(page.all("script")) == 1
    assert page.text.count(EVIL) >= 9  # title, heading, facts, name, option, texts, labels
    assert json.loads(page.marks[0][0]["data-labels"]) == [EVIL]
    assert {attrs["lang"] for attrs in page.all("p") if "lang" in attrs} == {EVIL}


def test_self_contained_and_accessible(page):
    html = make_page()
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


def blend(under, over, share):
    """A colour over another that shines through."""
    pairs = [(int(under[i : i + 2], 16), int(over[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(b * (1 - share) + t * share):02x}" for b, t in pairs)


def colours(css):
    """Six digits each."""
    return [
        "#" + ("".join(2 * c for c in colour) if len(colour) == 3 else colour)
        for colour in re.findall(r"#(\w+)", css)
    ]


def forms():
    """The styles of the page in light and in dark."""
    html = make_page([])
    rules = html[html.index("<style>") : html.index("</style>")]
    light, dark = rules.split("@media screen and (prefers-color-scheme: dark) {", 1)
    dark = dark[: dark.index("\n}")]
    return {"light": light, "dark": dark}


@pytest.mark.parametrize("form", ["light", "dark"])
def test_everything_is_legible(form):
    """WCAG: text 4.5 to 1, borders 3 to 1."""
    rules = forms()[form]
    paper, ink, soft, _, focus = colours(re.search(r":root {([^}]*)}", rules).group(1))
    assert contrast(ink, paper) > 7 and contrast(soft, paper) > 4.5 and contrast(focus, paper) > 3
    for kind in KINDS:
        fill, edge = colours(re.search(rf"\.{kind} {{([^}}]*)}}", rules).group(1))
        assert contrast(ink, fill) > 7
        assert contrast(edge, fill) > 3 and contrast(edge, paper) > 3
    levels = re.search(r"--shade: (\d+) (\d+) (\d+)", rules).groups()
    shade = "#" + "".join(f"{int(level):02x}" for level in levels)
    deepest = re.search(r"var\(--share\) \* (\d+)%", forms()["light"] + forms()["dark"]).group(1)
    assert contrast(ink, blend(paper, shade, int(deepest) / 100)) > 4.5


def test_kinds_differ_without_colour():
    """Each has a border and a sign of its own."""
    light = forms()["light"]
    rules = [re.search(rf"\.{kind} {{([^}}]*)}}", light).group(1) for kind in KINDS]
    shapes = {re.sub(r"#\w+", "", rule) for rule in rules}
    assert len({LOOKS[kind].sign for kind in KINDS}) == len(KINDS)
    assert len(shapes) >= len(KINDS) - 1  # what is not counted is a plain box in grey


def test_text_of_the_other_direction_does_not_mix_with_what_stands_beside_it():
    (isolated,) = re.findall(r"\n([\w ,]+) { unicode-bidi: isolate; }", make_page())
    assert {"mark", "mark b", "li b", "q"} <= set(isolated.split(", "))


@pytest.mark.parametrize(
    "score, text", [(None, "–"), (0.0, "0.0"), (0.98765, "98.8"), (1, "100.0")]
)
def test_percent(score, text):
    assert percent(score) == text
