"""Run the speed benchmarks: each case in a process of its own, threads pinned before it starts.

python -m benchmarks.speed --quick
python -m benchmarks.speed --full --only throughput,latency
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Dict, Optional

import srsly
import typer

from .cases import CASES
from .charts import draw_growth, draw_ratios
from .environment import pinned
from .report import write_report
from .results import result_of

ROOT = Path(__file__).parents[2]


def main(
    quick: Annotated[
        bool, typer.Option("--quick/--full", help="Less than 3 minutes, or everything.")
    ] = True,
    only: Annotated[
        str, typer.Option(help="Cases, with commas between them; what is there of others stays.")
    ] = ",".join(CASES),
    seeds: Annotated[str, typer.Option(help="Seeds of trainings, with commas.")] = "0",
    output: Annotated[Optional[Path], typer.Option(help="Folder of results.")] = None,
) -> None:
    """Run cases and write JSON, Markdown and figures."""
    kind = "quick" if quick else "full"
    # A quick run is a look at this machine; only full ones are kept in the project.
    folder = output or ROOT / ("build/speed" if quick else "benchmarks/speed/results")
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{kind}.json"
    records: Dict[str, Any] = srsly.read_json(kept) if kept.exists() else {}
    for name in only.split(","):
        if name not in CASES:
            raise typer.BadParameter(f"{name} is none of {', '.join(CASES)}", param_hint="--only")
        expected = getattr(CASES[name], kind)
        print(f"{name}: {CASES[name].about} (about {expected} s) ...", end=" ", flush=True)
        begin = time.perf_counter()
        records[name] = _run(name, folder / f"{kind}-{name}.json", quick, seeds)
        print(f"{time.perf_counter() - begin:.0f} s", flush=True)
        srsly.write_json(kept, {case: records[case] for case in CASES if case in records})
    results = {case: result_of(records[case]) for case in CASES if case in records}
    report = write_report(results, f"python -m benchmarks.speed --{kind}")
    (folder / f"{kind}.md").write_text(report, encoding="utf8")
    (folder / f"{kind}-ratios.svg").write_bytes(draw_ratios(results))
    curves = [curve for result in results.values() for curve in result.curves]
    if curves:
        (folder / f"{kind}-growth.svg").write_bytes(draw_growth(curves))
    print(f"{folder / kind}.md")


def _run(name: str, path: Path, quick: bool, seeds: str) -> Dict[str, Any]:
    """One case in a new process."""
    command = [sys.executable, "-m", "benchmarks.speed.case", name, str(path), "--seeds", seeds]
    command += ["--quick"] if quick else []
    subprocess.run(command, check=True, cwd=ROOT, env=pinned(os.environ))
    record: Dict[str, Any] = srsly.read_json(path)
    path.unlink()
    return record


if __name__ == "__main__":
    typer.run(main)
