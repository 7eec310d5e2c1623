"""The runs in `results`: a Markdown table a corpus, and a figure.

    python -m benchmarks.accuracy.collate

Writes `accuracy.md` and `accuracy.svg` beside the JSON files and prints the tables.
"""

from pathlib import Path
from statistics import mean
from typing import Annotated, Dict, List, Optional

import typer

from .bootstrap import RESAMPLES
from .charts import draw_scores
from .result import COSTS
from .rows import Row, read_rows, spread
from .run import RESULTS

BASELINES = ["stock", "stock_glove", "stock_md"]
COLUMNS = [
    *("config", "vectors", "seeds", "dev F1"),
    *("test F1", "P", "R", "tokens", "seen F1", "unseen F1"),
    *("ahead", "p", "training", "MB"),
]
NONE = "–"
TOKENS = "token_accuracy"
NOTES = f"""\
F1, P and R are strict entity scores of spaCy's scorer in percent, mean ± standard deviation over
the seeds; all other figures are means. *Tokens*: the share of tokens with the right IOB2 tag, O
included. *Seen*: entities whose text is that of an entity in the training part; predicted entities
go by their own text. *Ahead*: by how much the mean F1 on test is above that of the baseline with
the same vectors. *p*: paired bootstrap, one-sided: the share of {RESAMPLES:,} draws over test
documents and seeds in which F1 is not above the baseline's. A draw takes the same documents of
both, and seeds of each; what was drawn is added up. Two or three seeds understate how much seeds
differ, and one says nothing of it. *Training*: wall time, taken beside other runs, so an upper
bound. *MB*: size of the trained pipeline on disk, vectors included. `{NONE}`: not measured. The
JSON files have more, also words per second, taken beside other runs too: docs/performance.md
compares speed."""


def collate(rows: Dict[str, List[Row]]) -> str:
    """Put runs into tables.

    rows (Dict[str, List[Row]]): The rows of each corpus.
    RETURNS (str): Markdown.
    """
    lines = ["# Accuracy", "", NOTES]
    for corpus, of_corpus in rows.items():
        lines += ["", f"## {corpus}", "", f"| {' | '.join(COLUMNS)} |"]
        lines.append("|---" * len(COLUMNS) + "|")
        lines += [f"| {' | '.join(_cells(row))} |" for row in of_corpus]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> List[str]:
    seeds = ", ".join(str(run["seed"]) for run in row.runs)
    return [
        *(row.name, row.vectors or NONE, seeds, spread(row.values("dev", "ents_f"))),
        *(_test_cells(row) if row.is_tested else [NONE] * 8),
        f"{mean(row.values('train_seconds')):,.0f} s",
        f"{mean(row.values('megabytes')):.1f}",
    ]


def _has(row: Row, key: str) -> bool:
    return all(key in run["test"] for run in row.runs)  # older files lack it


def _test_cells(row: Row) -> List[str]:
    ahead = p = NONE
    p_value = row.p_value()
    if p_value is not None and row.baseline is not None:
        of_us, of_baseline = (mean(it.values("test", "ents_f")) for it in (row, row.baseline))
        ahead = f"{of_us - of_baseline:+.1f} ({row.baseline.name})"
        p = "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"
    return [
        spread(row.values("test", "ents_f")),
        *(f"{mean(row.values('test', key)):.1f}" for key in ("ents_p", "ents_r")),
        f"{mean(row.values('test', TOKENS)):.1f}" if _has(row, TOKENS) else NONE,
        *(f"{mean(row.part_f(part)):.1f}".replace("nan", "–") for part in ("seen", "unseen")),
        *(ahead, p),
    ]


def main(
    results: Annotated[
        Path, typer.Argument(help="Folder of JSON files.", exists=True, file_okay=False)
    ] = RESULTS,
    baseline: Annotated[
        Optional[List[str]],
        typer.Option(
            help="Config that those with the same vectors are held against; again for more.",
            show_default=", ".join(BASELINES),
        ),
    ] = None,
) -> None:
    """Print the tables of all runs, and write them with a figure beside the JSON files."""
    try:
        rows = read_rows(results, baseline or BASELINES, COSTS)
        page = collate(rows)
    except ValueError as err:
        raise typer.BadParameter(str(err)) from err
    known = {row.name for of_corpus in rows.values() for row in of_corpus}
    for name in baseline or []:
        if name not in known:
            raise typer.BadParameter(
                f"--baseline {name} has no run in {results}, expected one of: "
                f"{', '.join(sorted(known))}."
            )
    print(page)
    (results / "accuracy.md").write_text(page, encoding="utf8")
    (results / "accuracy.svg").write_bytes(draw_scores(rows))


if __name__ == "__main__":
    typer.run(main)
