"""Runs in child processes that are killed at bad moments: `python -m tests.training.killed_runs`.

Forks of one process that has imported everything, as each import costs seconds.
"""

import os
import random
import shutil
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, Callable, List, Optional

from spacy_lstm_ner.training.run import Run

from .runs import CONFIG, digests, train, write_run

KILLED = -signal.SIGKILL
SHORT = CONFIG.replace("max_steps = 13", "max_steps = 8").replace("y = 5", "y = 3")
# Before each of these, the process may die.
MOMENTS = [(os, "fsync"), (os, "rename"), (os, "replace"), (shutil, "rmtree"), (Run, "step")]


def in_child(work: Callable[[], int], kill_after: Optional[float] = None) -> int:
    """Do work in a fork; returns its exit code, below 0 if it was killed."""
    child = os.fork()
    if not child:
        os._exit(work())
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def count_moments(limit: Optional[int]) -> List[str]:
    """Note each moment; die at one."""
    passed: List[str] = []

    def wrap(owner: Any, name: str) -> None:
        inner = getattr(owner, name)

        def moment(*args: Any, **kwargs: Any) -> Any:
            if len(passed) == limit:
                os.kill(os.getpid(), signal.SIGKILL)
            passed.append(name)
            return inner(*args, **kwargs)

        setattr(owner, name, moment)

    for owner, name in MOMENTS:
        wrap(owner, name)
    return passed


def run(args: List[str], output: Path, limit: Optional[int] = None) -> int:
    """A run in this process; returns its exit code."""
    passed = count_moments(limit)
    result = train(*args, "-o", output, "--resume")
    (output / "moments").write_text(str(len(passed)))
    return int(result.exit_code)


def main(folder: Path, seed: int) -> None:
    rng = random.Random(seed)
    args = write_run(folder, SHORT)
    started = time.perf_counter()
    assert in_child(partial(run, args, folder / "whole")) == 0
    seconds = time.perf_counter() - started
    expected, moments = digests(folder / "whole"), int((folder / "whole/moments").read_text())
    for number in range(3):
        output = folder / f"moments{number}"
        limits = [rng.randrange(moments), rng.randrange(moments // 2), None]
        for limit in limits:
            code = in_child(partial(run, args, output, limit))
            assert code in ((0,) if limit is None else (KILLED, 0))
        assert digests(output) == expected, limits
        left = {path.name for path in output.iterdir()}
        assert left == {"model-best", "model-last", "checkpoint", "moments"}, left
        assert len(list((output / "checkpoint").iterdir())) == 2
    for number in range(2):
        output = folder / f"times{number}"
        in_child(partial(run, args, output), kill_after=seconds * rng.random())
        assert in_child(partial(run, args, output)) == 0
        assert digests(output) == expected, number


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
