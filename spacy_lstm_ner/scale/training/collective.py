"""What the workers of `torch.distributed` tell each other."""

from contextlib import contextmanager
from typing import Any, Callable, Iterator, List, Sequence, TypeVar

from ...errors import Errors
from ...types import Floats1d

Found = TypeVar("Found")


class WorkerLost(RuntimeError):
    """Another worker has ended, or does not answer."""


class FirstFailed(WorkerLost):
    """The first worker has failed in what it does for all."""


def has_others() -> bool:
    """RETURNS (bool): Whether this process is one of several workers."""
    from torch import distributed  # noqa: PLC0415

    return distributed.is_available() and distributed.is_initialized() and count() > 1


def count() -> int:
    """RETURNS (int): How many workers there are."""
    from torch import distributed  # noqa: PLC0415

    return distributed.get_world_size()


def own_rank() -> int:
    """RETURNS (int): The number of this worker; the first one has 0."""
    from torch import distributed  # noqa: PLC0415

    return distributed.get_rank()


def add_up(buffer: Floats1d) -> None:
    """Put the sum over all workers in the place of a buffer.

    buffer (Floats1d): As long on all workers; it is changed.
    RAISES (WorkerLost): If another worker has ended.
    """
    from torch import distributed, from_numpy  # noqa: PLC0415

    with _explained():
        distributed.all_reduce(from_numpy(buffer))


def gather_numbers(numbers: Sequence[int]) -> List[List[int]]:
    """What each worker has.

    numbers (Sequence[int]): Of this worker; as many on all.
    RETURNS (List[List[int]]): Of all workers, by rank.
    RAISES (WorkerLost): If another worker has ended.
    """
    from torch import distributed, empty_like, tensor  # noqa: PLC0415

    own = tensor(numbers)
    found = [empty_like(own) for _ in range(count())]
    with _explained():
        distributed.all_gather(found, own)
    return [part.tolist() for part in found]


def gather(own: Found) -> List[Found]:
    """What each worker has.

    own (Found): Of this worker; it can be pickled.
    RETURNS (List[Found]): Of all workers, by rank.
    RAISES (WorkerLost): If another worker has ended.
    """
    from torch import distributed  # noqa: PLC0415

    found: List[Any] = [None] * count()
    with _explained():
        distributed.all_gather_object(found, own)
    return found


def from_first(make: Callable[[], Found]) -> Found:
    """What the first worker makes, for all.

    make (Callable[[], Found]): Is called by the first worker alone; the result can be pickled.
    RETURNS (Found): The result.
    RAISES (FirstFailed): If it failed there; that worker raises what it failed with.
    RAISES (WorkerLost): If another worker has ended.
    """
    if own_rank() > 0:
        found, failure = _broadcast(None)
        if failure is not None:
            raise FirstFailed(Errors.FIRST_FAILED.format(reason=failure))
        return found
    try:
        found = make()
    except Exception as error:
        _broadcast((None, str(error) or type(error).__name__))
        raise
    _broadcast((found, None))
    return found


def _broadcast(message: Any) -> Any:
    from torch import distributed  # noqa: PLC0415

    box = [message]
    with _explained():
        distributed.broadcast_object_list(box, src=0)
    return box[0]


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # of the transport, about sockets
        raise WorkerLost(Errors.WORKER_LOST) from error
