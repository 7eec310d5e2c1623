"""`spacy train` on many workers, each in a process of its own."""

import io
import sys
from pathlib import Path
from typing import IO, NamedTuple, Optional

from spacy.training.initialize import init_nlp
from thinc.api import Config

from ...training.checkpoint import read_checkpoint
from ...training.folder import DIR_CHECKPOINT, RunFolder
from ...training.loop import train
from ...training.run import Run
from .collective import count, from_first, gather, own_rank
from .replica import ReplicaRun

BEGINS = "_begins"  # in the output folder, until what was there before is removed


class Outcome(NamedTuple):
    """How training ended.

    trained (bool): Whether there was something to do.
    signal (Optional[int]): What stopped the run; None: it is finished.
    """

    trained: bool
    signal: Optional[int] = None


class FollowerFolder:
    """What workers but the first one see of the output folder: they read the checkpoint and write
    nothing."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet.

        path (Path): The folder; all workers see it under this path.
        """
        self.last = path
        self.checkpoint = path / DIR_CHECKPOINT

    def load(self, run: Run) -> None:
        """Bring a run to where its checkpoint was made."""
        run.go_on_from(read_checkpoint(self.checkpoint))

    def save_models(self, run: Run, *, is_best: bool) -> None:
        """Leave it to the first worker."""

    def save_checkpoint(self, run: Run) -> None:
        """Give the first worker what it needs."""
        run.checkpoint()


def begin(config: Config, output: Path, *, n_workers: int, resume: bool) -> bool:
    """Look at the output folder before any worker does.

    config (Config): The config, as it was given.
    output (Path): The folder.
    n_workers (int): How many workers there will be.
    resume (bool): Whether to go on with the run that is there; else workers remove it, once they
        know that the new one can begin.
    RETURNS (bool): Whether there is something to do.
    RAISES (OutputError): If the folder cannot be written to.
    RAISES (CheckpointError): If the checkpoint is damaged or of another run.
    """
    folder = RunFolder(output, config, n_workers=n_workers)
    if not resume:
        (output / BEGINS).touch()
        return True
    (output / BEGINS).unlink(missing_ok=True)
    return not (folder.find() and folder.is_finished())


def train_replica(config: Config, output: Path, stdout: IO) -> Optional[int]:
    """Train on this worker, in a process group of `torch.distributed`. Go on where the checkpoint
    in the output folder was made, if there is one, and `begin` was not told to begin anew.

    config (Config): The config, the same on all workers.
    output (Path): The folder for models and checkpoint; all workers see it under this path.
    stdout (IO): Gets messages and the table, from the first worker.
    RETURNS (Optional[int]): The signal that stopped the run; None: it is finished.
    RAISES (OutputError): If something cannot be written.
    RAISES (CheckpointError): If the checkpoint cannot be used.
    RAISES (ValueError): If workers have other pipelines, or one has nothing to learn from.
    RAISES (WorkerLost): If another worker has ended.
    """
    folder = RunFolder(output, config, n_workers=count()) if own_rank() == 0 else None
    begins = folder is not None and (output / BEGINS).exists()
    goes_on = from_first(lambda: folder is not None and not begins and folder.find())
    nlp = init_nlp(config, use_gpu=-1)
    gather(None)  # all have come so far: the earlier run may go
    if folder is not None and begins:
        folder.clean()
        (output / BEGINS).unlink()
    return train(
        nlp,
        folder or FollowerFolder(output),
        resume=goes_on,
        run_type=ReplicaRun,
        stdout=stdout if folder else io.StringIO(),
        stderr=sys.stderr,
    )
