"""One self-contained HTML page with gold against predicted entities.

Layout, colours and filters are in `page.html`; here its texts are filled in.
"""

from html import escape
from importlib.resources import files
from json import dumps
from string import Template
from typing import Dict, List, NamedTuple, Optional, Tuple

from .compare import ERRORS, KINDS, Kind


class Mark(NamedTuple):
    """An entity as character offsets, end exclusive, and a label."""

    start: int
    end: int
    label: str


class PageMatch(NamedTuple):
    """Entities that belong together, how they agree, and how sure the model is if they do not."""

    kind: Kind
    gold: Tuple[Mark, ...]
    predicted: Tuple[Mark, ...]
    confidence: Optional[float] = None


class PageDoc(NamedTuple):
    """A document on the page, or a part of one.

    heading (str): What it is called.
    lang (str): Language code of its text.
    gold_text (str): The text that the gold marks refer to.
    predicted_text (str): The text that the predicted marks refer to.
    matches (List[PageMatch]): The entities in the order of the text.
    """

    heading: str
    lang: str
    gold_text: str
    predicted_text: str
    matches: List[PageMatch]


class Look(NamedTuple):
    """How a kind is told apart beside its colour and border: a sign, a name, what it means."""

    sign: str
    name: str
    meaning: str


LOOKS: Dict[Kind, Look] = {
    "correct": Look("✓", "correct", "same words, same label"),
    "label": Look("≠", "label", "same words, another label"),
    "boundary": Look("[ ]", "boundary", "common words, same label"),
    "both": Look("[≠]", "label and boundary", "common words, another label"),
    "split": Look("÷", "split", "one gold, several predicted inside"),
    "merged": Look("∪", "merged", "several gold inside one predicted"),
    "missed": Look("−", "missed", "gold only"),
    "spurious": Look("+", "spurious", "predicted only"),
    "not_counted": Look("?", "not counted", "the gold data do not say"),
}


def render_page(title: str, facts: str, tables: str, docs: List[PageDoc], unit: str) -> str:
    """Fill in the page.

    title (str): What was compared.
    facts (str): A line about it.
    tables (str): The tables on top, as `page_tables` makes them.
    docs (List[PageDoc]): What to show of the text, in this order.
    unit (str): What they are, such as "documents".
    RETURNS (str): The page. Everything from outside is escaped.
    """
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf8"))
    shown = {match.kind for doc in docs for match in doc.matches}
    kinds = [kind for kind in KINDS if kind != "not_counted" or kind in shown]
    labels = sorted({label for doc in docs for match in doc.matches for label in _labels(match)})
    articles = [_article(number, doc) for number, doc in enumerate(docs, start=1)]
    return template.substitute(
        title=escape(title),
        facts=escape(facts),
        tables=tables,
        kinds="\n".join(_kind_filter(kind) for kind in kinds),
        labels="\n".join(
            f'<option value="{escape(name)}">{escape(name)}</option>' for name in labels
        ),
        unit=escape(unit),
        heading=escape(unit.capitalize()),
        documents="\n".join(articles),
    )


def percent(score: Optional[float], digits: int = 1) -> str:
    """RETURNS (str): A score from 0 to 1 as 0.0 to 100.0, or a dash if there is none."""
    return "–" if score is None else f"{score * 100:.{digits}f}"


def _kind_filter(kind: Kind) -> str:
    look = LOOKS[kind]
    return (
        f'<label><input type="checkbox" value="{kind}" checked>'
        f'<mark class="{kind}">{look.name}&nbsp;<b>{look.sign}</b></mark>'
        f"<span>{look.meaning}</span> <output></output></label>"
    )


def _article(number: int, doc: PageDoc) -> str:
    errors = [match for match in doc.matches if match.kind in ERRORS]
    n_correct = sum(match.kind == "correct" for match in doc.matches)
    listed = "".join(_error(doc, match) for match in errors)
    # A match counts once, with its first gold mark or, if it has none, its first predicted one.
    gold = [(mark, match, i == 0) for match in doc.matches for i, mark in enumerate(match.gold)]
    predicted = [
        (mark, match, i == 0 and not match.gold)
        for match in doc.matches
        for i, mark in enumerate(match.predicted)
    ]
    return (
        f'<article aria-labelledby="text-{number}">'
        f'<h3 id="text-{number}">{escape(doc.heading)} <small>{len(errors)} '
        f"{'error' if len(errors) == 1 else 'errors'}, {n_correct} correct</small></h3>"
        f'<div class="sides">{_side("Gold", doc.lang, doc.gold_text, gold)}'
        f"{_side('Predicted', doc.lang, doc.predicted_text, predicted)}</div>"
        f"{f'<ul>{listed}</ul>' if listed else ''}</article>"
    )


def _side(name: str, lang: str, text: str, marks: List[Tuple[Mark, PageMatch, bool]]) -> str:
    parts, done = [], 0
    for mark, match, counts in sorted(marks, key=lambda item: item[0]):
        parts += [escape(text[done : mark.start]), _mark(text, mark, match, counts)]
        done = max(done, mark.end)  # two predictions may lie in one gold token
    parts.append(escape(text[done:]))
    paragraph = f'<p dir="auto" lang="{escape(lang)}">{"".join(parts)}</p>'
    return f"<section><h4>{name}</h4>{paragraph}</section>"


def _mark(text: str, mark: Mark, match: PageMatch, counts: bool) -> str:
    look = LOOKS[match.kind]
    return (
        f'<mark class="{match.kind}" {_data(match)}{" data-counts" if counts else ""} '
        f'title="{look.name}">{escape(text[mark.start : mark.end])}'
        f"&nbsp;<b>{escape(mark.label)}&nbsp;{look.sign}</b></mark>"
    )


def _labels(match: PageMatch) -> List[str]:
    return sorted({mark.label for mark in (*match.gold, *match.predicted)})


def _data(match: PageMatch) -> str:
    """What the filters go by."""
    return f'data-kind="{match.kind}" data-labels="{escape(dumps(_labels(match)))}"'


def _error(doc: PageDoc, match: PageMatch) -> str:
    look = LOOKS[match.kind]
    sure = "" if match.confidence is None else f" <span>confidence {match.confidence:.2f}</span>"
    return (
        f"<li {_data(match)}><b>{look.sign} {look.name}</b> "
        f"<span>gold: {_quote(doc.gold_text, match.gold)}</span> "
        f"<span>predicted: {_quote(doc.predicted_text, match.predicted)}</span>{sure}</li>"
    )


def _quote(text: str, marks: Tuple[Mark, ...]) -> str:
    quoted = [
        f"<q>{escape(text[mark.start : mark.end])}</q> <b>{escape(mark.label)}</b>"
        for mark in sorted(marks)
    ]
    return ", ".join(quoted) or "nothing"
