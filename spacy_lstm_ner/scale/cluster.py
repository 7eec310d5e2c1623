"""Ray, started and stopped, or joined."""

import logging
import os
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Dict, Iterator, Optional

from ..errors import Errors

# One thread a worker: as many workers as cores fill them, and more threads slow each other down.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# Ray reports to its makers otherwise, and warns on the terminal of what it means for the best.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
OBJECT_STORE = 1 << 28  # bytes; texts do not pass through it


def need_ray(feature: str, module: str) -> Any:
    """Import Ray.

    feature (str): What needs it.
    module (str): The part that it needs.
    RETURNS (Any): The module `ray`.
    RAISES (ImportError): With the name of the extra, if it is not installed.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import_module(module)
        return import_module("ray")
    except ImportError as error:
        raise ImportError(Errors.NO_RAY.format(feature=feature, reason=error)) from error


@contextmanager
def ray_session(ray: Any, address: Optional[str], workers: int, room: int) -> Iterator[None]:
    """Start Ray on this machine or join a cluster, and leave it in the end. Where the program has
    done so already, its session is used.

    ray (Any): The module.
    address (Optional[str]): Of the cluster; None: this machine.
    workers (int): CPUs of this machine to use.
    room (int): Bytes that all workers need of the object store.
    RAISES (ValueError): If an address is given, and the program has a session already.
    """
    if ray.is_initialized():
        if address is not None:
            raise ValueError(Errors.RAY_RUNS.format(address=address))
        yield
        return
    quiet: Dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        memory = OBJECT_STORE + 2 * room
        ray.init(
            address="local",  # not a cluster that happens to run here
            num_cpus=workers,
            include_dashboard=False,
            object_store_memory=memory,
            **quiet,
        )
    else:
        ray.init(address=address, **quiet)
    try:
        yield
    finally:
        ray.shutdown()


def count_cpus() -> int:
    """RETURNS (int): CPUs that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # only some systems know
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def check_numbers(**numbers: int) -> None:
    """RAISES (ValueError): If a number is below 1."""
    for name, value in numbers.items():
        if value < 1:
            raise ValueError(Errors.WORKERS.format(name=name, value=value))
