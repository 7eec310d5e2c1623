"""Train a config with several seeds, test each best model, write one JSON file a run.

    python -m benchmarks.accuracy.run configs/efficiency.cfg corpus --name lstm --seeds 0,1,2

The corpus folder holds train.spacy, dev.spacy and test.spacy. The best model is chosen on dev by
`spacy train`; test is looked at once. Runs whose JSON is there already are skipped.
"""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Dict

import spacy
import srsly
import typer
from spacy.cli.train import train
from spacy.language import Language
from spacy.training import Corpus

RESULTS = Path(__file__).parent / "results"


def run_one(config: Path, corpus: Path, seed: int, overrides: Dict[str, Any]) -> Dict[str, Any]:
    """Train with one seed and test.

    config (Path): A training config.
    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    seed (int): The seed.
    overrides (Dict[str, Any]): Config settings by dotted name.
    RETURNS (Dict[str, Any]): Scores, times, size and what was run.
    """
    settings = {
        **overrides,
        "system.seed": seed,
        "paths.train": str(corpus / "train.spacy"),
        "paths.dev": str(corpus / "dev.spacy"),
    }
    with tempfile.TemporaryDirectory() as output:
        begin = time.perf_counter()
        train(config, output, overrides=settings)
        train_seconds = time.perf_counter() - begin
        best = Path(output) / "model-best"
        megabytes = sum(path.stat().st_size for path in best.rglob("*") if path.is_file()) / 1e6
        nlp = spacy.load(best)
    dev, test = (_evaluate(nlp, corpus / f"{part}.spacy") for part in ("dev", "test"))
    speed = median(_evaluate(nlp, corpus / "test.spacy")["speed"] for _ in range(5))
    return {
        "config": str(config),
        "corpus": corpus.name,
        "seed": seed,
        "overrides": overrides,
        "train_seconds": round(train_seconds, 1),
        "words_per_second": round(speed),
        "megabytes": round(megabytes, 1),
        "dev": _entity_scores(dev),
        "test": _entity_scores(test),
    }


def _evaluate(nlp: Language, path: Path) -> Dict[str, Any]:
    return nlp.evaluate(list(Corpus(path)(nlp)))


def _entity_scores(scores: Dict[str, Any]) -> Dict[str, float]:
    return {key: round(100 * scores[key], 2) for key in ("ents_f", "ents_p", "ents_r")}


def main(
    config: Annotated[Path, typer.Argument(help="Training config.", exists=True)],
    corpus: Annotated[Path, typer.Argument(help="Folder with {train,dev,test}.spacy.")],
    name: Annotated[str, typer.Option(help="Name of the runs.")],
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between them.")] = "0,1,2",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="Config setting, dotted.name=value.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Where the JSON files go.")] = RESULTS,
) -> None:
    """Train a config with several seeds and write one JSON file a run."""
    overrides = {
        key: srsly.json_loads(value)
        for key, value in (pair.split("=", 1) for pair in override or [])
    }
    results.mkdir(parents=True, exist_ok=True)
    for seed in (int(seed) for seed in seeds.split(",")):
        path = results / f"{corpus.name}-{name}-{seed}.json"
        if not path.exists():
            srsly.write_json(path, run_one(config, corpus, seed, overrides))
        found = srsly.read_json(path)
        print(path.name, "dev", found["dev"]["ents_f"], "test", found["test"]["ents_f"])


if __name__ == "__main__":
    typer.run(main)
