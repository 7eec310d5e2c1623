"""Why workers of Ray Train failed."""

from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, Optional, Tuple

from ...errors import Errors

LASTING = (ImportError, OSError, ValueError)  # they come again when workers begin again
NAME = "failed-{rank}.txt"


@contextmanager
def noted(folder: Path, rank: int) -> Iterator[None]:
    """Note in a file what a worker fails with, unless it may go better the next time.

    folder (Path): Where the file goes.
    rank (int): Of the worker.
    """
    try:
        yield
    except LASTING as error:
        text = str(error).strip() or type(error).__name__
        (folder / NAME.format(rank=rank)).write_text(text, encoding="utf8")
        raise


def find_noted(folder: Path) -> Optional[Tuple[str, str]]:
    """What `noted` has noted.

    folder (Path): Where.
    RETURNS (Optional[Tuple[str, str]]): The first worker that failed, and why; None: none.
    """
    by_rank = {int(path.stem.split("-")[1]): path for path in folder.glob(NAME.format(rank="*"))}
    if not by_rank:
        return None
    rank = min(by_rank)
    return f"worker {rank}", by_rank[rank].read_text(encoding="utf8")


def explain(error: Exception) -> Tuple[str, str]:
    """What Ray knows of a failure.

    error (Exception): What Ray raised.
    RETURNS (Tuple[str, str]): The worker that failed, and why. One that only lost another is named
        only if there is no other.
    """
    failures: Dict[int, Exception] = getattr(error, "worker_failures", {})
    if not failures:
        return "Ray", str(error)
    texts = {rank: str(failure).strip() or repr(failure) for rank, failure in failures.items()}
    rank = min(texts, key=lambda rank: (Errors.WORKER_LOST in texts[rank], rank))
    return f"worker {rank}", texts[rank]
