"""Files and folders that are replaced as a whole or not at all."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Callable, Iterator

from ..errors import Errors

PART = ".part"  # of a new file or folder that is not whole yet
OLD = ".old"  # of a folder whose place the new one takes


class OutputError(OSError):
    """Something cannot be written; what stood there before is whole."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what could not be written, and what to do.

    path (Path): What is being written.
    RAISES (OutputError): In the place of an OSError.
    """
    try:
        yield
    except OutputError:  # of a part of it, explained already
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(Errors.OUTPUT_WRITE.format(path=path, reason=reason)) from error


def check_output(folder: Path) -> None:
    """Make a folder if it is not there, and see whether it can be written to.

    folder (Path): The folder.
    RAISES (OutputError): If it cannot.
    """
    probe = folder / f"probe{PART}"
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"probe")
        probe.unlink()


def replace_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its place, then put it there in one step.

    path (Path): Its place.
    write (Callable[[BinaryIO], object]): Writes the content.
    RAISES (OutputError): If it cannot be written; a file that was there is whole.
    """
    part = path.with_name(path.name + PART)
    with explained(path):
        try:
            with part.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            sync(path.parent)
        finally:
            part.unlink(missing_ok=True)


def replace_folder(path: Path, write: Callable[[Path], None]) -> None:
    """Write a folder beside its place, then put it there. A folder that was there steps aside for
    the moment between two renames; `recover_folder` puts it back if the process ends just then.

    path (Path): Its place.
    write (Callable[[Path], None]): Writes the content to the path that it is given.
    RAISES (OutputError): If it cannot be written; a folder that was there is whole.
    """
    part, old = path.with_name(path.name + PART), path.with_name(path.name + OLD)
    with explained(path):
        try:
            _remove(part)
            write(part)
            for file in part.rglob("*"):
                sync(file)
            _remove(old)
            if path.exists():
                path.rename(old)
            part.rename(path)
            sync(path.parent)
        finally:
            recover_folder(path)


def recover_folder(path: Path) -> None:
    """Put back the folder of a replacement that was cut off, and remove what is left of the new
    one; or the old one if the new one is in place.

    path (Path): The folder's place.
    """
    old = path.with_name(path.name + OLD)
    if old.exists() and not path.exists():
        old.rename(path)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(path.with_name(path.name + PART), ignore_errors=True)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk.

    path (Path): The file or the folder.
    """
    if os.name == "nt" and path.is_dir():  # Windows cannot open folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
