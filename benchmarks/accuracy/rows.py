"""Runs that differ only by seed, put together."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Dict, List, Optional, Sequence

import numpy

from spacy_lstm_ner.types import Ints2d

from .bootstrap import paired_bootstrap, pooled_f
from .data import other_parts
from .measure import COUNTED
from .result import read_result


@dataclass
class Row:
    """One config on one corpus.

    name (str): Of the config.
    runs (List[Dict[str, Any]]): What `run.py` wrote, by seed.
    baseline (Optional[Row]): What it is held against: the baseline with the same vectors.
    """

    name: str
    runs: List[Dict[str, Any]]
    baseline: Optional["Row"] = None

    @property
    def vectors(self) -> Optional[str]:
        """Name of the static vectors."""
        vectors = self.runs[0]["vectors"]
        return None if vectors is None else str(vectors["name"])

    @property
    def is_tested(self) -> bool:
        """Whether every run has looked at the test part."""
        return all("test" in run for run in self.runs)

    def values(self, *keys: str) -> List[float]:
        """A number of each run, by the keys that lead to it."""
        found: List[float] = []
        for run in self.runs:
            value: Any = run
            for key in keys:
                value = value[key]
            found.append(value)
        return found

    def part_f(self, part: str) -> List[float]:
        """F1 in percent of the `seen` or `unseen` entities, of each run; NaN if there are none."""
        counts = numpy.array([[run["test"][part][key] for key in COUNTED] for run in self.runs])
        return numpy.where(counts.any(axis=1), 100 * pooled_f(counts), numpy.nan).tolist()

    def document_counts(self) -> List[Ints2d]:
        """tp, fp and fn of each test document, of each run. *Shape:* `(nDocs, 3)`."""
        columns = ([run["test"][key].split() for key in COUNTED] for run in self.runs)
        return [numpy.array(of_run).astype(int).T for of_run in columns]

    def p_value(self) -> Optional[float]:
        """How likely it is not to be ahead of the baseline; None if there is none to be tested."""
        if self.baseline is None or not (self.is_tested and self.baseline.is_tested):
            return None
        return paired_bootstrap(self.document_counts(), self.baseline.document_counts())


def read_rows(
    results: Path, baselines: Sequence[str], more: Sequence[str] = ()
) -> Dict[str, List[Row]]:
    """Read all runs and put those that differ only by seed in one row.

    results (Path): Folder of JSON files, one a run.
    baselines (Sequence[str]): Names of the configs that others are held against; each config is
        held against the one with the same vectors.
    more (Sequence[str]): What each file must hold beside what every table needs.
    RETURNS (Dict[str, List[Row]]): The rows of each corpus: without vectors first,
        what has no baseline before what has one, then by name.
    RAISES (ValueError): If there is no run or a file is not that of a run; if on a corpus, runs of
        one name differ by more than the seed, some have other data, or two baselines have the same
        vectors.
    """
    runs: Dict[str, Dict[str, List[Dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(results.glob("*.json")):
        run = read_result(path, more)
        runs[run["corpus"]][run["name"]].append(run)
    if not runs:
        raise ValueError(f"{results} holds no JSON file, expected one a run: see run.py.")
    found = {}
    for corpus, by_name in sorted(runs.items()):
        _check_alike([run for same in by_name.values() for run in same])
        rows = [
            Row(name, sorted(same, key=lambda run: int(run["seed"])))
            for name, same in by_name.items()
        ]
        known: Dict[Optional[str], Row] = {}
        for row in rows:
            if row.name in baselines and known.setdefault(row.vectors, row) is not row:
                raise ValueError(
                    f"On {corpus}, the baselines {known[row.vectors].name} and {row.name} both "
                    f"have {row.vectors or 'no'} vectors, expected one: name it with --baseline."
                )
        for row in rows:
            row.baseline = None if row.name in baselines else known.get(row.vectors)
        found[corpus] = sorted(rows, key=lambda it: (it.vectors or "", bool(it.baseline), it.name))
    return found


def _check_alike(runs: List[Dict[str, Any]]) -> None:
    """Refuse runs on one corpus of which some have other data, or of one name other settings."""
    for first, second in combinations(runs, 2):
        others = _other_settings(first, second) if first["name"] == second["name"] else []
        if other_parts(first.get("data_hash"), second.get("data_hash")):
            others.append("data_hash")
        if others:
            pair = [f"{run['name']} with seed {run['seed']}" for run in (first, second)]
            said = [f"{key} is {first.get(key)!r} and {second.get(key)!r}" for key in others]
            raise ValueError(
                f"On {first['corpus']}, {' and '.join(pair)} do not belong together: "
                f"{'; '.join(said)}. Runs of one name differ by their seed alone, and all have the "
                "same data: remove the JSON files of those that are out of date, or run one config "
                "again under another name."
            )


def _other_settings(first: Dict[str, Any], second: Dict[str, Any]) -> List[str]:
    alike = ["config", "overrides", "vectors"]
    if first.get("settings_hash") and second.get("settings_hash"):  # else taken as they are
        alike.append("settings_hash")
    return [key for key in alike if first.get(key) != second.get(key)]


def spread(values: Sequence[float]) -> str:
    """RETURNS (str): Mean and, of several values, standard deviation."""
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{mean(values):.1f} ± {stdev(values):.1f}"
