"""Training as one of the workers that torchrun has started."""

import os
import sys
from pathlib import Path

from thinc.api import Config

from .collective import count, from_first
from .train import Outcome, begin, train_replica


def is_torchrun() -> bool:
    """RETURNS (bool): Whether this process is one of those that torchrun has started."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def is_follower() -> bool:
    """RETURNS (bool): Whether torchrun has started another process that is the first one."""
    return is_torchrun() and os.environ["RANK"] != "0"


def train_under_torchrun(config: Config, output: Path, *, resume: bool) -> Outcome:
    """Train as one of the workers that torchrun has started.

    config (Config): The config, as for `spacy train`.
    output (Path): The folder for models and checkpoint; all workers see it under this path.
    resume (bool): Whether to go on with the run in the folder.
    RETURNS (Outcome): How it ended, the same on all workers.
    RAISES (FirstFailed): If the first worker cannot use the folder; that one says why.
    RAISES (WorkerLost): If another worker has ended.
    """
    from torch import distributed  # noqa: PLC0415

    distributed.init_process_group("gloo")
    try:
        is_new = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) == 0
        if is_new and not from_first(
            lambda: begin(config, output, n_workers=count(), resume=resume)
        ):
            return Outcome(trained=False)
        return Outcome(trained=True, signal=train_replica(config, output, sys.stdout))
    finally:
        distributed.destroy_process_group()
