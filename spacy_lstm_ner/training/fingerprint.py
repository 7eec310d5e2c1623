"""What a run depends on, in a form that can be stored and compared."""

import hashlib
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from thinc.api import Config

from .digests import add_file

# What may be another when a run goes on: how long it lasts, how often it is looked at, and names
# of paths, whose values count where they are used.
FREE = (
    "paths.",
    "training.eval_frequency",
    "training.logger.",
    "training.max_epochs",
    "training.max_steps",
    "training.patience",
)
WITH_FILES = ("corpora.", "initialize.", "components.")
PACKAGES = ("spacy-lstm-ner", "spacy", "thinc", "numpy", "torch")


def take_fingerprint(config: Config) -> Dict[str, Any]:
    """All settings that shape a run. Where one names a file or a folder to read, its content
    counts and not its name.

    config (Config): The config as it was given.
    RETURNS (Dict[str, Any]): Values by their names with dots.
    """
    settings = dict(_flatten(config.interpolate()))
    streams = settings.get("training.max_epochs") == -1
    kept = {name: value for name, value in settings.items() if not name.startswith(FREE)}
    return {**kept, "training.max_epochs = -1": streams}


def differences(before: Dict[str, Any], now: Dict[str, Any]) -> List[str]:
    """Compare two fingerprints.

    before (Dict[str, Any]): One that was stored.
    now (Dict[str, Any]): A new one.
    RETURNS (List[str]): A line for each setting that differs.
    """
    missing = "not set"
    return [
        f"{name}: {before.get(name, missing)!r} before, {now.get(name, missing)!r} now"
        for name in sorted(before.keys() | now.keys())
        if before.get(name, missing) != now.get(name, missing)
    ]


def take_versions() -> Dict[str, str]:
    """The versions of the packages that compute.

    RETURNS (Dict[str, str]): By package.
    """
    return {package: version(package) for package in PACKAGES}


def _flatten(section: Dict[str, Any], prefix: str = "") -> Iterator[Tuple[str, Any]]:
    for key, value in section.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{name}.")
        elif name.startswith(WITH_FILES) and _is_read(value):
            yield name, f"content {_digest(Path(value))}"
        else:
            yield name, value


def _is_read(value: Any) -> bool:
    """Whether a setting names a file or a folder. The folder that the command runs in and those
    around it are not meant, whatever a setting says."""
    if not isinstance(value, str) or not value or not os.path.exists(value):
        return False
    return not Path.cwd().is_relative_to(Path(value).resolve())


def _digest(path: Path) -> str:
    """Of a file's content, or the names and contents of all files in a folder."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(f"{file.relative_to(path)}\0{file.stat().st_size}\0".encode())
            add_file(digest, file)
    return digest.hexdigest()[:16]
