"""Digests of files that may be larger than memory."""

from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def add_file(digest: Any, path: Path) -> None:
    """Let a digest go on over a file's content.

    digest (Any): One of `hashlib`'s; it is changed.
    path (Path): The file.
    RAISES (OSError): If it cannot be read.
    """
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
