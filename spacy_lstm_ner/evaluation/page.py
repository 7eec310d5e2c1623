"""One self-contained HTML page with gold against predicted entities.

Layout, colours and filters are in `page.html`; here its parts are filled in.
"""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Dict, List, NamedTuple, Optional

from .compare import ERRORS, KINDS, Kind


class Mark(NamedTuple):
    """An entity as character offsets, end exclusive, and a label."""

    start: int
    end: int
    label: str


class PagePair(NamedTuple):
    """A gold entity, a predicted one, or both, and how they agree."""

    kind: Kind
    gold: Optional[Mark]
    predicted: Optional[Mark]


class PageDoc(NamedTuple):
    """A document on the page.

    number (int): Its place in the data, from 1.
    lang (str): Language code of its text.
    gold_text (str): The text that the gold marks refer to.
    predicted_text (str): The text that the predicted marks refer to.
    pairs (List[PagePair]): The entities in the order of the text.
    """

    number: int
    lang: str
    gold_text: str
    predicted_text: str
    pairs: List[PagePair]


class Look(NamedTuple):
    """How a kind is told apart beside its colour and border: a sign, a name, what it means."""

    sign: str
    name: str
    meaning: str


LOOKS: Dict[Kind, Look] = {
    "correct": Look("✓", "correct", "same words, same label"),
    "wrong_label": Look("≠", "wrong label", "same words, another label"),
    "wrong_boundary": Look("[ ]", "wrong boundary", "common words, other bounds"),
    "missed": Look("−", "missed", "gold only"),
    "spurious": Look("+", "spurious", "predicted only"),
    "not_counted": Look("?", "not counted", "the gold data do not say"),
}


def render_page(title: str, docs: List[PageDoc], metrics: Dict[str, Any]) -> str:
    """Fill in the page.

    title (str): What was compared.
    docs (List[PageDoc]): The documents to show, in this order.
    metrics (Dict[str, Any]): Scores and counts of all documents, as `entity_metrics` gives them.
    RETURNS (str): The page. Everything from outside is escaped.
    """
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf8"))
    shown = {pair.kind for doc in docs for pair in doc.pairs}
    kinds = [kind for kind in KINDS if kind != "not_counted" or kind in shown]
    labels = sorted({mark.label for doc in docs for pair in doc.pairs for mark in pair[1:] if mark})
    return template.substitute(
        title=escape(title),
        facts=(
            f"{metrics['docs']:,} documents, {metrics['words']:,} words. Shown: {len(docs):,}, "
            "those with most errors first."
        ),
        summary="\n".join(_summary_rows(metrics)),
        kinds="\n".join(_kind_filter(kind) for kind in kinds),
        labels="\n".join(
            f'<option value="{escape(name)}">{escape(name)}</option>' for name in labels
        ),
        documents="\n".join(_document(doc) for doc in docs),
    )


def _summary_rows(metrics: Dict[str, Any]) -> List[str]:
    counts, scores = metrics["counts_per_type"], metrics["ents_per_type"] or {}
    rows = [_summary_row(name, counts[name], scores.get(name, {})) for name in counts]
    overall = {key: metrics[f"ents_{key}"] for key in "prf"}
    return [_summary_row("All labels", metrics["counts"], overall), *rows]


def _summary_row(name: str, counts: Dict[str, int], scores: Dict[str, Optional[float]]) -> str:
    cells = {key.upper(): percent(scores.get(key)) for key in "prf"}
    cells |= {"Gold": f"{counts['gold']:,}", "Predicted": f"{counts['predicted']:,}"}
    for kind in ("correct", *ERRORS):
        cells[LOOKS[kind].name.capitalize()] = f"{counts[kind]:,}"
    filled = "".join(f'<td data-name="{key}">{value}</td>' for key, value in cells.items())
    return f'<tr><th scope="row">{escape(name)}</th>{filled}</tr>'


def percent(score: Optional[float]) -> str:
    """RETURNS (str): A score from 0 to 1 as 0.0 to 100.0, or a dash if there is none."""
    return "–" if score is None else f"{score * 100:.1f}"


def _kind_filter(kind: Kind) -> str:
    look = LOOKS[kind]
    return (
        f'<label><input type="checkbox" value="{kind}" checked>'
        f'<mark class="{kind}">{look.name}&nbsp;<b>{look.sign}</b></mark>'
        f"<span>{look.meaning}</span> <output></output></label>"
    )


def _document(doc: PageDoc) -> str:
    errors = [pair for pair in doc.pairs if pair.kind in ERRORS]
    gold = [(pair.gold, pair) for pair in doc.pairs if pair.gold]
    predicted = [(pair.predicted, pair) for pair in doc.pairs if pair.predicted]
    n_correct = sum(pair.kind == "correct" for pair in doc.pairs)
    listed = "".join(_error(doc, pair) for pair in errors)
    return (
        f'<article aria-labelledby="doc-{doc.number}">'
        f'<h3 id="doc-{doc.number}">Document {doc.number} <small>{len(errors)} '
        f"{'error' if len(errors) == 1 else 'errors'}, {n_correct} correct</small></h3>"
        f'<div class="sides">{_side("Gold", doc.lang, doc.gold_text, gold)}'
        f"{_side('Predicted', doc.lang, doc.predicted_text, predicted)}</div>"
        f"{f'<ul>{listed}</ul>' if listed else ''}</article>"
    )


def _side(name: str, lang: str, text: str, marks: List[Any]) -> str:
    parts, done = [], 0
    for mark, pair in sorted(marks, key=lambda item: item[0]):
        parts += [escape(text[done : mark.start]), _mark(text[mark.start : mark.end], mark, pair)]
        done = mark.end
    parts.append(escape(text[done:]))
    paragraph = f'<p dir="auto" lang="{escape(lang)}">{"".join(parts)}</p>'
    return f"<section><h4>{name}</h4>{paragraph}</section>"


def _mark(text: str, mark: Mark, pair: PagePair) -> str:
    look = LOOKS[pair.kind]
    return (
        f'<mark class="{pair.kind}" {_data(pair)} title="{look.name}">{escape(text)}'
        f"&nbsp;<b>{escape(mark.label)}&nbsp;{look.sign}</b></mark>"
    )


def _data(pair: PagePair) -> str:
    """What the filters go by."""
    sides = (("gold", pair.gold), ("predicted", pair.predicted))
    labels = "".join(f' data-{side}="{escape(mark.label)}"' for side, mark in sides if mark)
    return f'data-kind="{pair.kind}"{labels}'


def _error(doc: PageDoc, pair: PagePair) -> str:
    look = LOOKS[pair.kind]
    return (
        f"<li {_data(pair)}><b>{look.sign} {look.name}</b> "
        f"<span>gold: {_quote(doc.gold_text, pair.gold)}</span> "
        f"<span>predicted: {_quote(doc.predicted_text, pair.predicted)}</span></li>"
    )


def _quote(text: str, mark: Optional[Mark]) -> str:
    if mark is None:
        return "nothing"
    return f"<q>{escape(text[mark.start : mark.end])}</q> <b>{escape(mark.label)}</b>"
