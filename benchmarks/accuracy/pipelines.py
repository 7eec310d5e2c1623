"""Trained pipelines, kept from run to run."""

import time
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any, Dict

import srsly
from spacy.cli.train import train

DONE = "done.json"


def train_once(config: Path, output: Path, settings: Dict[str, Any]) -> float:
    """Train, unless it was done before. The folder appears under its name when all is done, so a
    run that was stopped leaves nothing that looks finished.

    config (Path): A training config.
    output (Path): Folder for `model-best` and `done.json`, which says how long it took.
    settings (Dict[str, Any]): Config settings by dotted name.
    RETURNS (float): Seconds of training, whenever it took place.
    RAISES (FileExistsError): If the folder is there but not finished: another process may be
        training it.
    """
    if not (output / DONE).exists():
        if output.exists():
            raise FileExistsError(
                f"{output} is there without {DONE}: it is being trained, or was left unfinished. "
                "Wait, or remove the folder."
            )
        output.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as folder:
            unfinished = Path(folder) / output.name
            begin = time.perf_counter()
            train(config, unfinished, overrides=settings)
            seconds = round(time.perf_counter() - begin, 1)
            rmtree(unfinished / "model-last")
            srsly.write_json(unfinished / DONE, {"train_seconds": seconds})
            unfinished.rename(output)
    return float(srsly.read_json(output / DONE)["train_seconds"])


def megabytes_of(folder: Path) -> float:
    """RETURNS (float): Size of all files in a folder, in 10⁶ bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
