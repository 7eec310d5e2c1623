"""Train on annotation that lacks a share of its entities, one JSON file a run.

    python -m benchmarks.partial_labels.run configs/efficiency.cfg corpus/almanac \
        --name efficiency --kind masked

The corpus folder holds train.spacy, dev.spacy and test.spacy; only training entities are hidden,
with the seed of the run. Runs whose JSON is there already are skipped.
"""

import tempfile
from pathlib import Path
from shutil import copy
from typing import Annotated, Any, Dict, cast, get_args

import spacy
import srsly
import typer
from spacy.tokens import DocBin

from ..accuracy.inputs import parse_overrides
from ..accuracy.run import run_one
from .hide import Kind, hide_entities

RESULTS = Path(__file__).parent / "results"


def run_hidden(
    config: Path, corpus: Path, kind: Kind, percent: int, seed: int, overrides: Dict[str, Any]
) -> Dict[str, Any]:
    """Train with a share of the entities and test.

    config (Path): A training config.
    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    kind (Kind): What is left unknown, see `hide_entities`.
    percent (int): Share of the training entities to keep.
    seed (int): Seed of the choice and of the training.
    overrides (Dict[str, Any]): Config settings by dotted name.
    RETURNS (Dict[str, Any]): What `accuracy.run.run_one` gives, and what was hidden.
    """
    docs = list(DocBin().from_disk(corpus / "train.spacy").get_docs(spacy.blank("en").vocab))
    hidden = hide_entities(docs, kind, percent, seed)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / corpus.name
        place.mkdir()
        DocBin(docs=hidden).to_disk(place / "train.spacy")
        for part in ("dev.spacy", "test.spacy"):
            copy(corpus / part, place)
        found = run_one(config, place, seed, overrides, test=True)
    return {**found, "kind": kind, "percent": percent}


def main(
    config: Annotated[Path, typer.Argument(help="Training config.", exists=True)],
    corpus: Annotated[Path, typer.Argument(help="Folder with {train,dev,test}.spacy.")],
    name: Annotated[str, typer.Option(help="Name of the runs.")],
    kind: Annotated[str, typer.Option(help=f"What is left unknown: {get_args(Kind)}.")],
    percents: Annotated[str, typer.Option(help="Shares to keep.")] = "10,25,50,100",
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between them.")] = "0",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="Config setting, dotted.name=value.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Where the JSON files go.")] = RESULTS,
) -> None:
    """Hide entities, train and write one JSON file a run."""
    overrides = parse_overrides(override)
    results.mkdir(parents=True, exist_ok=True)
    wanted = [(int(s), int(p)) for s in seeds.split(",") for p in percents.split(",")]
    for seed, percent in wanted:
        path = results / f"{corpus.name}-{name}-{kind}-{percent}-{seed}.json"
        if not path.exists():
            found = run_hidden(config, corpus, cast(Kind, kind), percent, seed, overrides)
            srsly.write_json(path, found)
        found = srsly.read_json(path)
        print(path.name, "dev", found["dev"]["ents_f"], "test", found["test"]["ents_f"])


if __name__ == "__main__":
    typer.run(main)
