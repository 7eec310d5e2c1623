"""The runs in `results` as a Markdown table: a row for each way of updating.

python -m benchmarks.rehearsal.collate
"""

from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Annotated, Dict, List, Tuple

import srsly
import typer

from .run import RESULTS


def collate(results: Path) -> str:
    """Read all runs on test parts.

    results (Path): Folder of JSON files, one a seed and component.
    RETURNS (str): A Markdown table: F1 of the old labels and of the new one; means over seeds, and
        the range in brackets.
    """
    rows: Dict[Tuple[str, str], List[Dict[str, float]]] = defaultdict(list)
    for path in sorted(results.glob("*-test-*.json")):
        run = srsly.read_json(path)
        for way, scores in run["scores"].items():
            rows[run["component"], way].append(scores)
    lines = ["| component | update | old labels | new label | seeds |", "|---" * 5 + "|"]
    for (component, way), found in rows.items():
        cells = [_mean([scores[name] for scores in found]) for name in ("old", "new")]
        lines.append(f"| {' | '.join([component, way, *cells, str(len(found))])} |")
    return "\n".join(lines)


def _mean(values: List[float]) -> str:
    return f"{mean(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def main(
    results: Annotated[Path, typer.Argument(help="Folder of JSON files.")] = RESULTS,
) -> None:
    """Print the table of all runs."""
    print(collate(results))


if __name__ == "__main__":
    typer.run(main)
