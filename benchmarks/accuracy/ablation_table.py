"""The trials of `configs/ablation` as a Markdown table a corpus, on the dev part.

    python -m benchmarks.accuracy.ablation_table

Writes `ablation.md` beside the JSON files and prints it.
"""

from pathlib import Path
from statistics import mean
from typing import Annotated, Dict, List

import typer

from .ablation import ABLATIONS
from .rows import Row, read_rows, spread
from .run import RESULTS

COLUMNS = ["config", "what is changed", "seeds", "dev F1", "difference"]
NOTES = """\
Strict entity F1 on the dev part in percent, mean ± standard deviation over the seeds; the test part
was not looked at. *Difference*: from the config that the others change, on the same seeds. One seed
differs from another by 0.7 on almanac, so a difference below 1 of one or two seeds says nothing.
Trials may run side by side, so no times are given here."""
CHANGES = {name: change for changes in ABLATIONS.values() for name, change in changes.items()}


def table(rows: Dict[str, List[Row]]) -> str:
    """Put trials into tables.

    rows (Dict[str, List[Row]]): The rows of each corpus, each with the one that it changes as its
        baseline.
    RETURNS (str): Markdown.
    """
    lines = ["# Ablation", "", NOTES]
    for corpus, of_corpus in rows.items():
        lines += ["", f"## {corpus}", "", f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
        lines += [f"| {' | '.join(_cells(row))} |" for row in of_corpus]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> List[str]:
    scores = row.values("dev", "ents_f")
    return [
        row.name,
        "–" if row.baseline is None else ", ".join(f"`{_short(n)}`" for n in CHANGES[row.name]),
        ", ".join(str(run["seed"]) for run in row.runs),
        spread(scores),
        "–" if row.baseline is None else f"{_difference(row, row.baseline):+.1f}",
    ]


def _difference(row: Row, baseline: Row) -> float:
    """Of the means over the seeds that both have."""
    ours, theirs = (
        {run["seed"]: run["dev"]["ents_f"] for run in it.runs} for it in (row, baseline)
    )
    return mean(ours[seed] - theirs[seed] for seed in ours if seed in theirs)


def _short(setting: str) -> str:
    return setting.removeprefix("components.lstm_ner.").removeprefix("model.")


def main(
    results: Annotated[
        Path, typer.Argument(help="Folder of JSON files.", exists=True, file_okay=False)
    ] = RESULTS / "ablation",
) -> None:
    """Print the tables of all trials, and write them beside the JSON files."""
    try:
        page = table(read_rows(results, list(ABLATIONS)))
    except ValueError as err:
        raise typer.BadParameter(str(err)) from err
    print(page)
    (results / "ablation.md").write_text(page, encoding="utf8")


if __name__ == "__main__":
    typer.run(main)
