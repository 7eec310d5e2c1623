"""The JSON file of a run."""

from pathlib import Path
from typing import Any, Dict, Sequence

import srsly

KEYS = ("corpus", "name", "seed", "vectors", "dev.ents_f")
COSTS = ("train_seconds", "megabytes")
TESTED = tuple(
    f"test.{key}" for key in ("ents_f", "ents_p", "ents_r", "seen", "unseen", "tp", "fp", "fn")
)

MEND = "expected what run.py writes of a run. Remove the file and run again."


def read_result(path: Path, more: Sequence[str] = ()) -> Dict[str, Any]:
    """Read what `run.py` wrote.

    path (Path): The file.
    more (Sequence[str]): What the reader needs beside name, corpus, seed, vectors and scores.
    RETURNS (Dict[str, Any]): The run.
    RAISES (ValueError): If the file is no JSON or lacks something.
    """
    try:
        found: Dict[str, Any] = srsly.read_json(path)
    except ValueError as err:
        raise ValueError(f"{path} is no JSON ({err}), {MEND}") from err
    expected = (*KEYS, *more, *(TESTED if _has(found, "test") else ()))
    missing = [key for key in expected if not _has(found, key)]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing)}, {MEND}")
    return found


def _has(found: Any, dotted: str) -> bool:
    for key in dotted.split("."):
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True
