"""What it costs to keep a model, to import the package, and to get to the first entities."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List

from .. import models
from ..models import Pipeline
from ..pairing import ratios, spread_of, take_turns
from ..results import Plan, Result, Row
from ..texts import ROOT

START = """
import sys, time
begin = time.perf_counter()
import spacy
spacys = time.perf_counter()
before = set(sys.modules)
import spacy_lstm_ner
ours = time.perf_counter()
added = sorted({"torch", "matplotlib"} & (set(sys.modules) - before))
nlp = spacy.load(sys.argv[1])
load = time.perf_counter()
nlp("Ada Byron moved to Turin in May 1841.")
first = time.perf_counter()
import json
print(json.dumps({
    "import spacy": spacys - begin,
    "import spacy_lstm_ner, after spacy": ours - spacys,
    "spacy.load": load - ours,
    "first document after loading": first - load,
    "all of it": first - begin,
    "added": added,
}))
"""
STAGES = ("spacy.load", "first document after loading", "all of it")
IMPORTS = ("import spacy", "import spacy_lstm_ner, after spacy")
PIPELINES = (models.OURS, models.STOCK)


def measure(plan: Plan) -> Result:
    """Case (f).

    plan (Plan): How thorough to be.
    RETURNS (Result): Size and times of both pipelines.
    """
    paths = {p.title: models.trained(p, plan) for p in PIPELINES}
    ours, stock = paths
    sizes = {title: megabytes(path) for title, path in paths.items()}
    ratio = spread_of([sizes[stock] / sizes[ours]])
    rows = [
        Row(f"size on disk: {ours}", spread_of([sizes[ours]]), "MB", stock, ratio),
        Row(f"size on disk: {stock}", spread_of([sizes[stock]]), "MB"),
    ]

    def run_of(path: Path) -> Callable[[], Dict[str, Any]]:
        return lambda: _start(path)

    found = take_turns({title: run_of(path) for title, path in paths.items()}, plan.pick(2, 7))
    for stage in IMPORTS:
        seconds = [run[stage] for runs in found.values() for run in runs]
        rows.append(Row(stage, spread_of([1000 * second for second in seconds]), "ms"))
    for stage in STAGES:
        by_title = {title: [run[stage] for run in runs] for title, runs in found.items()}
        for title, seconds in by_title.items():
            row = Row(f"{stage}: {title}", spread_of([1000 * second for second in seconds]), "ms")
            if title == ours:
                row.rival, row.ratio = stock, spread_of(ratios(by_title[stock], seconds))
            rows.append(row)
    added = found[ours][0]["added"] or ["nothing"]
    notes = [
        "Each time in a new process, file cache warm. spaCy's thinc imports torch where it is "
        f"installed; of torch and matplotlib, `import spacy_lstm_ner` added {', '.join(added)}.",
        f"The whole folder of `nlp.to_disk`; {_components(paths)}.",
    ]
    return Result("Footprint", notes, rows)


def megabytes(path: Path) -> float:
    """Size of all files in a folder.

    path (Path): The folder.
    RETURNS (float): Millions of bytes.
    """
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6


def _components(paths: Dict[str, Path]) -> str:
    """What the components alone take of it."""
    said: List[str] = []
    for pipeline in PIPELINES:
        folders = _component_folders(pipeline, paths[pipeline.title])
        size = sum(megabytes(folder) for folder in folders)
        said.append(f"{pipeline.title} without vocabulary and tokenizer {size:.1f} MB")
    return ", ".join(said)


def _component_folders(pipeline: Pipeline, path: Path) -> List[Path]:
    names = (pipeline.component, "tok2vec")
    return [path / name for name in names if (path / name).exists()]


def _start(path: Path) -> Dict[str, Any]:
    command = [sys.executable, "-c", START, str(path)]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])
