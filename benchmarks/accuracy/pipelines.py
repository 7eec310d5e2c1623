"""Trained pipelines, kept from run to run."""

import hashlib
import time
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any, Dict, Optional

import srsly
from spacy.cli.train import train

from .data import Hashes, other_parts

DONE = "done.json"


class OtherSettings(ValueError):
    """What was stored under a name was made with other settings or data than the run at hand."""


def hash_settings(config: Path, overrides: Dict[str, Any], vectors: Optional[str]) -> str:
    """What makes two runs with one seed on one corpus the same.

    config (Path): A training config; its text counts, not its place.
    overrides (Dict[str, Any]): Config settings by dotted name; their order does not count.
    vectors (Optional[str]): Name of the static vectors.
    RETURNS (str): 12 hexadecimal digits.
    """
    known = [config.read_text("utf8"), sorted(overrides.items()), vectors]
    return hashlib.sha256(srsly.json_dumps(known).encode("utf8")).hexdigest()[:12]


def check_hash(
    path: Path, found: Dict[str, Any], settings_hash: str, data_hash: Optional[Hashes] = None
) -> None:
    """Refuse what was made with other settings or data. What has no hash, because something else
    than this runner or an earlier form of it made it, is taken.

    path (Path): Where it is, for the message.
    found (Dict[str, Any]): What was stored there.
    settings_hash (str): That of the run at hand.
    data_hash (Optional[Hashes]): What `hash_data` makes of the corpus of the run at hand; parts
        that only one of the two has looked at do not count.
    RAISES (OtherSettings): If the hashes differ.
    """
    if found.get("settings_hash") not in (None, settings_hash):
        raise OtherSettings(
            f"{path} was made with another config text, other overrides or other vectors (hash "
            f"{found['settings_hash']}) than this run is to have ({settings_hash}). A name stands "
            "for one config: give this one another (--config NAME=PATH), or remove what is there."
        )
    others = other_parts(found.get("data_hash"), data_hash)
    if others:
        files = " and ".join(f"{part}.spacy" for part in others)
        raise OtherSettings(
            f"{path} was made with another {files} than the corpus of this run has. The name of "
            "its folder stands for one corpus: give this one another, or remove what is there."
        )


def train_once(
    config: Path,
    output: Path,
    settings: Dict[str, Any],
    settings_hash: str,
    data_hash: Optional[Hashes] = None,
) -> Dict[str, Any]:
    """Train, unless it was done before. The folder appears under its name when all is done, so a
    run that was stopped leaves nothing that looks finished. Nothing keeps two runs from training
    the same at a time: the pipeline of the faster one is kept.

    config (Path): A training config.
    output (Path): Folder for `model-best` and `done.json`.
    settings (Dict[str, Any]): Config settings by dotted name.
    settings_hash (str): What `hash_settings` makes of them.
    data_hash (Optional[Hashes]): What `hash_data` makes of the parts that are trained on; None: the
        data are not checked.
    RETURNS (Dict[str, Any]): `train_seconds`, whenever that was, `settings_hash` and `data_hash`;
        None if `done.json` does not say.
    RAISES (FileExistsError): If the folder is there but not finished.
    RAISES (OtherSettings): If it is there and was made with other settings or data.
    """
    if not output.exists():
        _train(config, output, settings, {"settings_hash": settings_hash, "data_hash": data_hash})
    if not (output / DONE).exists():
        raise FileExistsError(
            f"{output} is there without {DONE}: something else than this runner has left it, or "
            "still trains it. Wait, or remove the folder."
        )
    done = srsly.read_json(output / DONE)
    check_hash(output, done, settings_hash, data_hash)
    return {
        "train_seconds": float(done["train_seconds"]),
        "settings_hash": done.get("settings_hash"),
        "data_hash": done.get("data_hash"),
    }


def _train(config: Path, output: Path, settings: Dict[str, Any], hashes: Dict[str, Any]) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as folder:
        unfinished = Path(folder) / output.name
        begin = time.perf_counter()
        train(config, unfinished, overrides=settings)
        seconds = round(time.perf_counter() - begin, 1)
        rmtree(unfinished / "model-last")
        srsly.write_json(unfinished / DONE, {"train_seconds": seconds, **hashes})
        try:
            unfinished.rename(output)
        except OSError:
            if not output.exists():  # else another run was faster
                raise


def megabytes_of(folder: Path) -> float:
    """RETURNS (float): Size of all files in a folder, in 10⁶ bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
