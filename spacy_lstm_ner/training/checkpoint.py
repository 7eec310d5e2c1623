"""A checkpoint on disk: arrays and a record that vouches for them.

The arrays are one .npz file, named after its SHA-256. `state.json` holds all else, begins with its
own SHA-256, and names the arrays that belong to it; to replace it is what makes a checkpoint count.
Nothing in either can run code.
"""

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional

import numpy

from ..errors import Errors
from .digests import add_file
from .output import PART, explained, replace_file
from .weights import Arrays

STATE = "state.json"
VERSION = 1


class CheckpointError(ValueError):
    """A checkpoint cannot be used."""


class Checkpoint(NamedTuple):
    """What a run goes on from.

    state (Dict[str, Any]): What JSON can hold.
    arrays (Arrays): The rest.
    """

    state: Dict[str, Any]
    arrays: Arrays


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint in a folder. The one before is whole until the new one is.

    folder (Path): The folder; it is made if need be.
    checkpoint (Checkpoint): The new checkpoint.
    RAISES (OutputError): If it cannot be written.
    """
    new = folder / "new.npz"
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(new, partial(numpy.savez, **checkpoint.arrays))
        digest = _digest_of_file(new)
        arrays = folder / f"{digest}.npz"
        new.replace(arrays)
    record = {"version": VERSION, "arrays": digest, "state": checkpoint.state}
    replace_file(
        folder / STATE, lambda file: file.write(_signed(json.dumps(record, default=float).encode()))
    )
    _clean(folder, arrays)


def read_state(folder: Path) -> Optional[Dict[str, Any]]:
    """Read the record of a checkpoint, and leave the arrays.

    folder (Path): The folder.
    RETURNS (Optional[Dict[str, Any]]): What JSON can hold; None if there is no checkpoint.
    RAISES (CheckpointError): If it is damaged, or of another version.
    """
    record = _read_record(folder)
    return None if record is None else record["state"]


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read a checkpoint.

    folder (Path): The folder.
    RETURNS (Checkpoint): As it was written.
    RAISES (CheckpointError): If it is missing, damaged, or of another version.
    """
    record = _read_record(folder)
    if record is None:
        raise _damaged(folder / STATE, "it is missing")
    path = folder / f"{record['arrays']}.npz"
    if not path.is_file():
        raise _damaged(path, "it is missing")
    if _digest_of_file(path) != record["arrays"]:
        raise _damaged(path, "it was cut or changed after it was written")
    with numpy.load(path, allow_pickle=False) as arrays:
        return Checkpoint(record["state"], dict(arrays))


def clean_checkpoint(folder: Path) -> None:
    """Remove what a writer that was cut off has left.

    folder (Path): The folder.
    RAISES (CheckpointError): If the checkpoint is damaged.
    """
    record = _read_record(folder)
    if record is not None:
        _clean(folder, folder / f"{record['arrays']}.npz")


def _clean(folder: Path, arrays: Path) -> None:
    for path in [*folder.glob("*.npz"), *folder.glob(f"*{PART}")]:
        if path != arrays:
            path.unlink(missing_ok=True)


def _read_record(folder: Path) -> Optional[Dict[str, Any]]:
    path = folder / STATE
    if not path.exists():
        return None
    data = path.read_bytes()
    body = data[len(_signed(b"")) - 1 : -1]
    if data != _signed(body):
        raise _damaged(path, "it was cut or changed after it was written")
    record: Dict[str, Any] = json.loads(body)
    if record["version"] != VERSION:
        raise CheckpointError(
            Errors.CHECKPOINT_VERSION.format(path=path, given=record["version"], expected=VERSION)
        )
    return record


def _signed(body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest().encode()
    return b'{"sha256": "' + digest + b'", "record": ' + body + b"}"


def _digest_of_file(path: Path) -> str:
    digest = hashlib.sha256()
    add_file(digest, path)
    return digest.hexdigest()


def _damaged(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(Errors.CHECKPOINT_DAMAGED.format(path=path, reason=reason))
