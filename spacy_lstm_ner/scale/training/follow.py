"""A text that one process writes and another one shows."""

import logging
import warnings
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any, Callable, Iterator

from spacy.util import logger
from wasabi import Printer


@contextmanager
def followed(path: Path, echo: Callable[[str], Any]) -> Iterator[None]:
    """Pass on what is written to a file, as it grows.

    path (Path): The file; it is made.
    echo (Callable[[str], Any]): Is given each new piece of text.
    """
    path.write_text("")
    done = Event()

    def follow() -> None:
        with path.open(encoding="utf8") as file:
            is_last = False
            while not is_last:
                is_last = done.wait(0.2)
                echo(file.read())

    thread = Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def warnings_in(stream: IO) -> Iterator[None]:
    """Write warnings, and what spaCy logs, into a stream: nobody sees the terminal of a worker of
    Ray.

    stream (IO): Gets a line for each.
    """
    printer = Printer(no_print=True)

    def write(message: Any, *args: Any, **kwargs: Any) -> None:
        stream.write(printer.warn(str(message)) + "\n")

    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = write
            yield
    finally:
        logger.removeHandler(handler)
