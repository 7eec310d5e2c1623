"""Train one pipeline in a process of its own, and write down when it scored what.

python -m benchmarks.speed.train stock_efficiency build/speed/full/stock_efficiency-0
"""

import io
import time
from pathlib import Path
from typing import IO, Annotated, Any, Callable, Dict, List, Optional, Tuple

import spacy
import srsly
import typer
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop
from spacy.util import load_config

from .environment import describe
from .models import ALL, corpus, random_vectors

LOGGER = "benchmarks.WallClock.v1"


@spacy.registry.loggers(LOGGER)
def wall_clock(rows: str) -> Callable[[Language, IO, IO], Tuple[Callable, Callable]]:
    """A logger that keeps seconds, words and score of every evaluation. The clock starts with the
    first step and runs on through evaluation and saving, as it does for a user.

    rows (str): The JSON file to write.
    RETURNS (Callable): What `spacy train` wants of a logger.
    """

    def set_up(nlp: Language, stdout: IO, stderr: IO) -> Tuple[Callable, Callable]:
        found: List[Dict[str, float]] = []
        begin = time.perf_counter()

        def log_step(info: Optional[Dict[str, Any]]) -> None:
            if info is not None:
                row = {name: info[name] for name in ("step", "words", "score")}
                found.append({"seconds": time.perf_counter() - begin, **row})

        return log_step, lambda: srsly.write_json(rows, found)

    return set_up


def main(
    name: Annotated[str, typer.Argument(help="Which pipeline.")],
    output: Annotated[Path, typer.Argument(help="Folder of the model.")],
    seed: Annotated[int, typer.Option(help="Seed.")] = 0,
    steps: Annotated[int, typer.Option(help="Most steps; 0: as the config says.")] = 0,
) -> None:
    """Train a pipeline on the project's corpus."""
    pipeline = ALL[name]
    train, dev = corpus()
    output.mkdir(parents=True, exist_ok=True)
    overrides: Dict[str, Any] = {
        "paths.train": str(train),
        "paths.dev": str(dev),
        "system.seed": seed,
    }
    if steps:
        overrides |= {"training.max_steps": steps, "training.eval_frequency": steps}
    if pipeline.has_vectors:
        overrides["paths.vectors"] = str(random_vectors())
    config = load_config(pipeline.config, overrides=overrides)
    config["training"]["logger"] = {"@loggers": LOGGER, "rows": str(output / "log.json")}
    train_loop(init_nlp(config.interpolate()), output, stdout=io.StringIO())
    srsly.write_json(output / "done.json", {"steps": steps, "environment": describe()})


if __name__ == "__main__":
    typer.run(main)
