"""Files that are whole or not there."""

import re
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator
from uuid import uuid4

from ...errors import Errors
from ...training.output import sync


class PieceOutputError(OSError):
    """The output of a piece cannot be written."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file beside its place, then put it there in one step.

    path (Path): Its place.
    YIELDS (Path): Where to write; a name that no other process has.
    RAISES (PieceOutputError): If it cannot be written; nothing is left of it then.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            sync(part)
            part.replace(path)
            sync(path.parent)  # a piece is done when its rows are on the disk
        finally:
            part.unlink(missing_ok=True)
    except PieceOutputError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise PieceOutputError(Errors.PIECE_OUTPUT.format(path=path, reason=reason)) from error


def is_part(path: Path) -> bool:
    """RETURNS (bool): Whether a file is one that was not put in its place."""
    return re.fullmatch(r"\..+\.[0-9a-f]{32}\.part", path.name) is not None
