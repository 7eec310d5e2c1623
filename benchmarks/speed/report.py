"""Results as Markdown."""

from typing import Dict, List, Mapping, Optional

from .pairing import Spread
from .results import Curve, Result, Row

HEAD = ["", "median", "quartiles", "beside", "ratio", "quartiles", "has to be", ""]
MARKS = {True: "✓", False: "**missed**", None: ""}


def write_report(results: Mapping[str, Result], command: str) -> str:
    """All results on one page.

    results (Mapping[str, Result]): By the name of the case.
    command (str): What makes them.
    RETURNS (str): Markdown.
    """
    first = next(iter(results.values())).environment
    lines = [
        "# Speed",
        "",
        f"`{command}`. Medians and quartiles; a ratio says how many times better than what stands "
        "beside it, is taken round by round (rivals take turns), and has its own median.",
        "",
        *_table(["", "on"], [list(pair) for pair in first.items()]),
    ]
    for name, result in results.items():
        lines += ["", f"## {result.title}", "", *result.notes]
        others = _differences(first, result.environment)
        lines += ["", f"Case `{name}`, {result.seconds:.0f} s{others}."]
        lines += ["", *_table(HEAD, [_cells(row) for row in result.rows])]
        for curve in result.curves:
            lines += ["", *_curve(curve)]
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """A number with three figures, or all of them before the point.

    value (float): Any number.
    RETURNS (str): With commas between thousands.
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    if abs(value) >= 1:
        return f"{value:.2f}"
    return f"{value:.3f}"


def _cells(row: Row) -> List[str]:
    wanted = [f"{number(row.target)}×"] if row.target is not None else []
    wanted += [f"{number(row.floor)} {row.unit}"] if row.floor is not None else []
    asked = f"≥ {' and '.join(wanted)}" if wanted else ""
    ratio = f"{number(row.ratio.median)}×" if row.ratio else ""
    median = f"{number(row.value.median)} {row.unit}"
    return [
        row.name,
        median,
        _quartiles(row.value),
        row.rival or "",
        ratio,
        _quartiles(row.ratio),
        asked,
        MARKS[row.holds],
    ]


def _quartiles(spread: Optional[Spread]) -> str:
    if spread is None or spread.n == 1:
        return ""
    return f"{number(spread.low)} – {number(spread.high)} (n = {spread.n})"


def _curve(curve: Curve) -> List[str]:
    head = [f"{curve.axis}: {curve.name}", *(f"{point.size:,}" for point in curve.points)]
    seconds = ["seconds", *(number(point.seconds) for point in curve.points)]
    memory = ["MB on top", *(number(point.megabytes) for point in curve.points)]
    return _table(head, [seconds, memory])


def _differences(first: Dict[str, str], environment: Dict[str, str]) -> str:
    """What was otherwise when this case ran."""
    changed = [f"{name} {value}" for name, value in environment.items() if first[name] != value]
    return "".join(f", {change}" for change in changed)


def _table(head: List[str], rows: List[List[str]]) -> List[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
