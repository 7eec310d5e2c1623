"""`spacy train` on many workers, each in a process of its own."""

import io
import sys
from pathlib import Path
from typing import IO, Any, Optional

from spacy.training.initialize import init_nlp
from thinc.api import Config

from ..training.checkpoint import read_checkpoint
from ..training.folder import DIR_CHECKPOINT, RunFolder
from ..training.loop import train
from ..training.run import Run
from .replica import ReplicaRun


class FollowerFolder(RunFolder):
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


def begin(config: Config, output: Path, *, resume: bool) -> bool:
    """Get the output folder ready, before there is any worker.

    config (Config): The config, as it was given.
    output (Path): The folder.
    resume (bool): Whether to go on with the run that is there; else it is removed.
    RETURNS (bool): Whether there is something to do.
    RAISES (OutputError): If the folder cannot be written to.
    RAISES (CheckpointError): If the checkpoint is damaged or of another run.
    """
    folder = RunFolder(output, config)
    if not resume:
        folder.clean()
        return True
    return not (folder.find() and folder.is_finished())


def train_replica(config: Config, output: Path, stdout: IO) -> Optional[int]:
    """Train on this worker, in a process group of `torch.distributed`. Go on where the checkpoint
    in the output folder was made, if there is one.

    config (Config): The config, the same on all workers.
    output (Path): The folder for models and checkpoint; all workers see it under this path.
    stdout (IO): Gets messages and the table, from the first worker.
    RETURNS (Optional[int]): The signal that stopped the run; None: it is finished.
    RAISES (OutputError): If something cannot be written.
    RAISES (CheckpointError): If the checkpoint cannot be used.
    """
    from torch import distributed  # noqa: PLC0415

    is_first = distributed.get_rank() == 0
    folder = RunFolder(output, config) if is_first else FollowerFolder(output)
    goes_on: Any = [is_first and folder.find()]
    distributed.broadcast_object_list(goes_on, src=0)
    nlp = init_nlp(config, use_gpu=-1)
    stream = stdout if is_first else io.StringIO()
    return train(
        nlp, folder, resume=goes_on[0], run_type=ReplicaRun, stdout=stream, stderr=sys.stderr
    )
