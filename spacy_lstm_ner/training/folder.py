"""The output folder of a run: the last model, the best one, and a checkpoint."""

import shutil
import warnings
from functools import partial
from pathlib import Path

from spacy.language import DEFAULT_CONFIG
from spacy.training.loop import (
    DIR_MODEL_BEST,
    DIR_MODEL_LAST,
    clean_output_dir,
    create_before_to_disk_callback,
)
from thinc.api import Config

from ..errors import Errors, Warnings
from .checkpoint import (
    STATE,
    CheckpointError,
    clean_checkpoint,
    read_checkpoint,
    read_state,
    write_checkpoint,
)
from .fingerprint import differences, take_fingerprint, take_versions
from .output import check_output, recover_folder, replace_folder
from .progress import Progress
from .run import Run
from .weights import WeightsError

DIR_CHECKPOINT = "checkpoint"


class RunFolder:
    """What a run leaves on disk. Each part is replaced as a whole."""

    def __init__(self, path: Path, config: Config, *, n_workers: int = 1) -> None:
        """Look at the folder; it is made if it is not there.

        path (Path): The folder.
        config (Config): The config of the run, as it was given.
        n_workers (int): How many processes train together.
        RAISES (OutputError): If it cannot be written to.
        """
        check_output(path)
        self.path = path
        self.last = path / DIR_MODEL_LAST
        self.best = path / DIR_MODEL_BEST
        self.checkpoint = path / DIR_CHECKPOINT
        self._fingerprint = take_fingerprint(config)
        given = config.interpolate()["training"]
        self._training = {**DEFAULT_CONFIG["training"], **given}
        self._versions = take_versions()
        self._n_workers = n_workers

    def clean(self) -> None:
        """Remove what an earlier run has left, as `spacy train` does."""
        (self.checkpoint / STATE).unlink(missing_ok=True)  # first: without it, nothing counts
        shutil.rmtree(self.checkpoint, ignore_errors=True)
        for model in (self.last, self.best):
            recover_folder(model)
        clean_output_dir(self.path)

    def find(self) -> bool:
        """Look for a checkpoint of this run, and put in order what a kill has left.

        RETURNS (bool): Whether there is one.
        RAISES (CheckpointError): If it is damaged, or of a run with other settings or data, or more
            or fewer workers.
        """
        for model in (self.last, self.best):
            recover_folder(model)
        clean_checkpoint(self.checkpoint)
        state = read_state(self.checkpoint)
        if state is None:
            return False
        n_workers = len(state.get("workers", [{}]))
        if n_workers != self._n_workers:
            raise CheckpointError(
                Errors.CHECKPOINT_WORKERS.format(given=self._n_workers, expected=n_workers)
            )
        lines = differences(state["run"], self._fingerprint)
        if lines:
            shown = "\n".join(f"  {line}" for line in lines)
            raise CheckpointError(
                Errors.RUN_DIFFERS.format(path=self.checkpoint, differences=shown)
            )
        if state["versions"] != self._versions:
            shown = "; ".join(differences(state["versions"], self._versions))
            warnings.warn(Warnings.OTHER_VERSIONS.format(versions=shown), stacklevel=2)
        return True

    def is_finished(self) -> bool:
        """RETURNS (bool): Whether the run of the checkpoint has come to its end, by the settings of
        today."""
        state = read_state(self.checkpoint)
        return state is not None and Progress.from_json(state["progress"]).is_over(self._training)

    def load(self, run: Run) -> None:
        """Bring a run to where its checkpoint was made.

        run (Run): The run, before its first step.
        RAISES (CheckpointError): If the checkpoint is damaged, or pipeline or data do not fit.
        """
        checkpoint = read_checkpoint(self.checkpoint)
        try:
            run.go_on_from(checkpoint)
        except WeightsError as error:
            message = Errors.WEIGHTS_DIFFER.format(path=self.checkpoint, difference=error)
            raise CheckpointError(message) from error
        score, _ = max(run.progress.results, default=(None, None))
        if score is not None and not self.best.exists():
            message = Warnings.NO_BEST_MODEL.format(path=self.best, score=score)
            warnings.warn(message, stacklevel=2)

    def save_models(self, run: Run, *, is_best: bool) -> None:
        """Save the pipeline with averaged weights.

        run (Run): The run.
        is_best (bool): Whether it is the best model so far too.
        RAISES (OutputError): If it cannot be written; earlier models are whole.
        """
        before_to_disk = create_before_to_disk_callback(run.training["before_to_disk"])
        with run.nlp.use_params(run.optimizer.averages):
            replace_folder(self.last, before_to_disk(run.nlp).to_disk)
        if is_best:
            replace_folder(self.best, partial(shutil.copytree, self.last))

    def save_checkpoint(self, run: Run) -> None:
        """Save what the run needs to go on.

        run (Run): The run, between two steps.
        RAISES (OutputError): If it cannot be written; the checkpoint before is whole.
        """
        checkpoint = run.checkpoint()
        checkpoint.state.update(run=self._fingerprint, versions=self._versions)
        write_checkpoint(self.checkpoint, checkpoint)
