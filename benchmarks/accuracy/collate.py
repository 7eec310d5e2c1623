"""Mean and spread over seeds of the runs in `results`, as a Markdown table.

python -m benchmarks.accuracy.collate
"""

from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any, Dict, List

import srsly
import typer

from .run import RESULTS

COLUMNS = ["corpus", "config", "seeds", "dev F1", "test F1", "test P", "test R", "training"]
MEASURED = ["words/s", "size"]  # only where every run has them


def collate(results: Path) -> str:
    """Read all runs and put those that differ only by seed in one row.

    results (Path): Folder of JSON files, one a run.
    RETURNS (str): A Markdown table.
    """
    runs: Dict[Any, List[Dict[str, Any]]] = defaultdict(list)
    for path in sorted(results.glob("*.json")):
        name = path.stem.rsplit("-", 1)[0].split("-", 1)[1]
        run = srsly.read_json(path)
        runs[run["corpus"], name].append(run)
    measured = all("megabytes" in run for same in runs.values() for run in same)
    columns = COLUMNS + (MEASURED if measured else [])
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for (corpus, name), same in runs.items():
        seeds = ", ".join(str(run["seed"]) for run in same)
        dev = _spread([run["dev"]["ents_f"] for run in same])
        test = _spread([run["test"]["ents_f"] for run in same])
        p, r = (mean(run["test"][key] for run in same) for key in ("ents_p", "ents_r"))
        seconds = mean(run["train_seconds"] for run in same)
        cells = [corpus, name, seeds, dev, test, f"{p:.1f}", f"{r:.1f}", f"{seconds:.0f} s"]
        if measured:
            speed, size = (
                mean(run[key] for run in same) for key in ("words_per_second", "megabytes")
            )
            cells += [f"{speed:,.0f}", f"{size:.1f} MB"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _spread(values: List[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{mean(values):.1f} ± {stdev(values):.1f}"


def main(
    results: Annotated[Path, typer.Argument(help="Folder of JSON files.")] = RESULTS,
) -> None:
    """Print the table of all runs."""
    print(collate(results))


if __name__ == "__main__":
    typer.run(main)
