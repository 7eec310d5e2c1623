"""One run at a time in an output folder."""

import json
import os
import socket
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Iterator

from ...errors import Errors
from .files import PieceOutputError
from .values import to_json

UNKNOWN = {"pid": "?", "host": "?", "since": "?"}


class LockError(ValueError):
    """Another run is at work in the output folder."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file that says which process is at work. The system lets go of it when the process
    dies, in whatever way; of one on another machine that is not known, so its name must be gone.

    path (Path): The file.
    RAISES (LockError): If another process holds it.
    RAISES (PieceOutputError): If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _take(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PieceOutputError(Errors.PIECE_OUTPUT.format(path=path, reason=reason)) from error
    with file:
        try:
            yield
        finally:
            file.truncate(0)


def _take(path: Path) -> IO[bytes]:
    host = socket.gethostname()
    with ExitStack() as stack:
        file = stack.enter_context(path.open("a+b", buffering=0))
        is_free = _is_free(file)
        file.seek(0)
        before = json.loads(file.read() or b"{}")
        if not is_free or before.get("host", host) != host:
            raise LockError(Errors.LOCKED.format(path=path, **{**UNKNOWN, **before}))
        file.truncate(0)
        since = time.strftime("%Y-%m-%d %H:%M:%S")
        file.write(to_json({"pid": os.getpid(), "host": host, "since": since}))
        stack.pop_all()
        return file


def _is_free(file: IO[bytes]) -> bool:
    try:
        import fcntl  # noqa: PLC0415  (not on all systems)

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # no locks here: what another machine has written must do
        return True
    return True
