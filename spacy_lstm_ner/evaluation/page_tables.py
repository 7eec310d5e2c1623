"""The tables on top of the page."""

from html import escape
from typing import Dict, Iterable, List, NamedTuple, Optional

from .compare import ERRORS, KINDS, Kind
from .error_report import NONE, Confusion
from .page import LOOKS, percent
from .token_accuracy import AccuracyRow

SHOWN: List[Kind] = ["correct", *ERRORS]
ALL = "ALL"  # name of a row that is the sum of the others
PARTS_NOTE = (
    "Entities are counted: each gold entity under one of correct to missed, so that a merged error "
    "counts for each of its gold ones; each prediction with nothing in gold as spurious."
)


class PartRow(NamedTuple):
    """A row of a table with scores and kinds.

    name (str): What was counted.
    scores (Dict[str, Optional[float]]): `p`, `r` and `f`, if known.
    counts (Dict[str, int]): As `Counts.in_short` has them.
    """

    name: str
    scores: Dict[str, Optional[float]]
    counts: Dict[str, int]


def parts_table(title: str, note: str, rows: Iterable[PartRow]) -> str:
    """Scores and kinds of several parts of the data.

    title (str): Its heading.
    note (str): What the rows are; may be empty.
    rows (Iterable[PartRow]): The rows.
    RETURNS (str): HTML, everything from outside escaped.
    """
    names = ["P", "R", "F", "Gold", "Predicted"]
    names += [LOOKS[kind].name.capitalize() for kind in SHOWN]
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("", *names))
    lines = []
    for row in rows:
        cells = [percent(row.scores.get(key)) for key in "prf"]
        cells += [f"{row.counts[name]:,}" for name in ("gold", "predicted", *SHOWN)]
        filled = [f'<td data-name="{name}">{cell}</td>' for name, cell in zip(names, cells)]
        start = "<tr class=all>" if row.name == ALL else "<tr>"
        lines.append(f'{start}<th scope="row">{escape(row.name)}</th>{"".join(filled)}</tr>')
    body = "\n".join(lines)
    return (
        f"{_heading(title, note)}<table class=parts><thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def kinds_table(title: str, note: str, matches: Dict[str, int]) -> str:
    """How often each kind occurs, and what it means.

    title (str): Its heading.
    note (str): What is counted.
    matches (Dict[str, int]): The number of each kind.
    RETURNS (str): HTML.
    """
    lines = [
        f'<tr><th scope="row"><mark class="{kind}">{LOOKS[kind].name}&nbsp;<b>{LOOKS[kind].sign}'
        f"</b></mark></th><td>{matches[kind]:,}</td><td>{LOOKS[kind].meaning}</td></tr>"
        for kind in KINDS
        if kind != "not_counted" or matches[kind]
    ]
    body = "\n".join(lines)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Kind", "Times", "Meaning"))
    return (
        f"{_heading(title, note)}<table class=kinds><thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def accuracy_table(title: str, note: str, rows: Iterable[AccuracyRow]) -> str:
    """Token accuracy and its baselines.

    title (str): Its heading.
    note (str): Which tokens count.
    rows (Iterable[AccuracyRow]): The rows.
    RETURNS (str): HTML.
    """
    lines = [
        f'<tr><th scope="row">{escape(row.name)}</th><td>{percent(row.accuracy, digits=2)}</td>'
        f"<td>{escape(row.meaning)}</td></tr>"
        for row in rows
    ]
    body = "\n".join(lines)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Tags", "Accuracy", "Meaning"))
    return (
        f"{_heading(title, note)}<table class=kinds><thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def confusion_table(title: str, note: str, confusion: Confusion) -> str:
    """Gold labels against predicted ones. A cell is shaded the more, the more of its
    row it has.

    title (str): Its heading.
    note (str): How to read it.
    confusion (Confusion): The counts.
    RETURNS (str): HTML, everything from outside escaped.
    """
    names = {name: escape(name) if name != NONE else "none" for name in confusion}
    heads = "".join(f'<th scope="col">{name}</th>' for name in names.values())
    lines = []
    for row, counts in confusion.items():
        total = max(sum(counts.values()), 1)
        cells = [
            f'<td{" class=same" if row == column != NONE else ""} style="--share: '
            f'{number / total:.2f}">{number or "·"}</td>'
            for column, number in counts.items()
        ]
        lines.append(f'<tr><th scope="row">{names[row]}</th>{"".join(cells)}</tr>')
    body = "\n".join(lines)
    return (
        f'{_heading(title, note)}<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(title)}"><table class=confusion><thead><tr>'
        f'<th scope="col"><small>gold ↓ predicted →</small></th>{heads}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _heading(title: str, note: str) -> str:
    text = f"<p>{escape(note)}</p>" if note else ""
    return f"<h2>{escape(title)}</h2>{text}\n"
