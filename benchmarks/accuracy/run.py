"""Train configs with several seeds on several corpora; one JSON file a run.

    python -m benchmarks.accuracy.run corpus/almanac corpus/wnut17 --config configs/efficiency.cfg \
        --config stock=benchmarks/accuracy/configs/stock_efficiency.cfg --seeds 0,1,2 --test

A corpus folder holds train.spacy, dev.spacy and test.spacy. `spacy train` chooses the best model on
dev. Without `--test` this is a trial: the test part is not read, and nothing about it is written or
printed. A run whose JSON is there already is skipped, so a name has to stand for one config and the
name of a folder for one corpus: what was made with another config, other overrides, vectors or data
is refused.
"""

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Dict, List, Optional

import spacy
import srsly
import typer
from spacy.language import Language

from ..speed.environment import describe
from . import most_frequent_tag  # noqa: F401  (adds its factory to spaCy)
from .data import TRAINED_ON, Hashes, hash_data
from .inputs import check_corpora, parse_configs, parse_overrides, parse_seeds
from .measure import measure
from .pipelines import OtherSettings, check_hash, hash_settings, megabytes_of, train_once
from .result import COSTS, read_result

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"


def run_one(
    config: Path,
    corpus: Path,
    seed: int,
    overrides: Dict[str, Any],
    *,
    test: bool,
    vectors: Optional[Path] = None,
    output: Optional[Path] = None,
) -> Dict[str, Any]:
    """Train with one seed and measure.

    config (Path): A training config.
    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy; its name is that of the
        corpus.
    seed (int): The seed.
    overrides (Dict[str, Any]): Config settings by dotted name.
    test (bool): Look at the test part.
    vectors (Optional[Path]): Folder of a pipeline with static vectors, for `paths.vectors`.
    output (Optional[Path]): Where the trained pipeline is kept, and looked for before it is
        trained; None: it is not kept.
    RETURNS (Dict[str, Any]): What was run and on what, times, size and scores. No path but that of
        a config of this project. `settings_hash` and `data_hash` are None if something else than
        this runner made the pipeline and did not say what with: it was taken unchecked.
    RAISES (FileExistsError): If output is there but not finished.
    RAISES (OtherSettings): If it was made with other settings or data.
    """
    data_hash = hash_data(corpus, test=test)
    trained_on = {part: data_hash[part] for part in TRAINED_ON}
    settings = {
        **overrides,
        "system.seed": seed,
        "paths.train": str(corpus / "train.spacy"),
        "paths.dev": str(corpus / "dev.spacy"),
    }
    if vectors is not None:
        settings["paths.vectors"] = str(vectors)
    with TemporaryDirectory() as folder:
        place = output or Path(folder) / "pipeline"
        settings_hash = _hash(config, overrides, vectors)
        done = train_once(config, place, settings, settings_hash, trained_on)
        megabytes = megabytes_of(place / "model-best")
        nlp = spacy.load(place / "model-best")
    path = config.resolve()
    return {
        "config": path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name,
        "corpus": corpus.name,
        "seed": seed,
        "overrides": overrides,
        "vectors": None if vectors is None else _describe_vectors(nlp, vectors.name),
        "environment": describe(),
        **done,
        "data_hash": done["data_hash"] and data_hash,
        "megabytes": round(megabytes, 1),
        **measure(nlp, corpus, test=test),
    }


def _hash(config: Path, overrides: Dict[str, Any], vectors: Optional[Path]) -> str:
    return hash_settings(config, overrides, None if vectors is None else vectors.name)


def _describe_vectors(nlp: Language, name: str) -> Dict[str, Any]:
    rows, width = nlp.vocab.vectors.shape
    return {"name": name, "rows": rows, "width": width}


def main(
    corpora: Annotated[
        List[Path],
        typer.Argument(help="Folders with {train,dev,test}.spacy.", exists=True, file_okay=False),
    ],
    config: Annotated[
        List[str], typer.Option(help="Training config, NAME=PATH or PATH; again for more.")
    ],
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between them.")] = "0,1,2",
    override: Annotated[
        Optional[List[str]], typer.Option("--set", help="Config setting, dotted.name=value.")
    ] = None,
    vectors: Annotated[
        Optional[Path],
        typer.Option(help="Pipeline folder with vectors.", exists=True, file_okay=False),
    ] = None,
    models: Annotated[
        Optional[Path],
        typer.Option(help="Where trained pipelines are kept, and looked for before training."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Look at the test part, too.")] = False,
    results: Annotated[Path, typer.Option(help="Where the JSON files go.")] = RESULTS,
) -> None:
    """Train configs with several seeds on several corpora and write one JSON file a run."""
    configs, overrides = parse_configs(config), parse_overrides(override)
    corpora = [corpus.resolve() for corpus in corpora]
    wanted = list(product(parse_seeds(seeds), corpora, configs.items()))
    check_corpora(corpora, test=test)
    results.mkdir(parents=True, exist_ok=True)
    for seed, corpus, (name, path) in wanted:
        run = f"{corpus.name}-{name}-{seed}"
        result = results / f"{run}.json"
        output = None if models is None else models / run
        found = _look_up(result, _hash(path, overrides, vectors), hash_data(corpus, test=test))
        try:
            if not found or (test and "test" not in found):
                ran = run_one(
                    path, corpus, seed, overrides, test=test, vectors=vectors, output=output
                )
                found = {"name": name, **ran}
                _write(result, found)
        except FileExistsError as err:
            print(run, "left out:", err)
            continue
        except OtherSettings as err:
            raise typer.BadParameter(str(err)) from err
        _report(run, found, test=test)


def _look_up(result: Path, settings_hash: str, data_hash: Hashes) -> Dict[str, Any]:
    """What an earlier run has written; nothing if there was none."""
    if not result.exists():
        return {}
    try:
        found = read_result(result, COSTS)
        check_hash(result, found, settings_hash, data_hash)
    except ValueError as err:
        raise typer.BadParameter(str(err)) from err
    return found


def _write(path: Path, found: Dict[str, Any]) -> None:
    """Whole or not at all: a JSON that is there counts as done."""
    unfinished = path.with_suffix(".unfinished")
    srsly.write_json(unfinished, found)
    unfinished.replace(path)


def _report(run: str, found: Dict[str, Any], *, test: bool) -> None:
    shown = f"dev {found['dev']['ents_f']:.1f}"
    if test:
        shown += f", test {found['test']['ents_f']:.1f}"
    print(f"{run}: {shown}, trained in {found['train_seconds']:.0f} s")


if __name__ == "__main__":
    typer.run(main)
