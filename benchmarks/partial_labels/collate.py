"""The runs in `results` as a Markdown table: a row for each annotation, a column a config.

python -m benchmarks.partial_labels.collate
"""

from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Annotated, Any, Dict, List, Tuple

import srsly
import typer

from .run import RESULTS

Runs = Dict[Tuple[str, str, int], Dict[str, List[Dict[str, Any]]]]


def collate(results: Path) -> str:
    """Read all runs and put those of one annotation in one row.

    results (Path): Folder of JSON files, one a run.
    RETURNS (str): A Markdown table: F1 on test, with precision and recall; means over seeds.
    """
    runs: Runs = defaultdict(lambda: defaultdict(list))
    for path in sorted(results.glob("*.json")):
        run = srsly.read_json(path)
        name = path.stem.split("-")[1]
        runs[run["corpus"], run["kind"], run["percent"]][name].append(run)
    names = sorted({name for by_name in runs.values() for name in by_name})
    columns = ["corpus", "known", "entities kept", *names]
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for (corpus, kind, percent), by_name in sorted(runs.items()):
        cells = [corpus, kind, f"{percent} %", *(_scores(by_name[name]) for name in names)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _scores(same: List[Dict[str, Any]]) -> str:
    if not same:
        return ""
    f, p, r = (mean(run["test"][key] for run in same) for key in ("ents_f", "ents_p", "ents_r"))
    seeds = "" if len(same) == 1 else f", {len(same)} seeds"
    return f"{f:.1f} ({p:.1f} / {r:.1f}{seeds})"


def main(
    results: Annotated[Path, typer.Argument(help="Folder of JSON files.")] = RESULTS,
) -> None:
    """Print the table of all runs."""
    print(collate(results))


if __name__ == "__main__":
    typer.run(main)
