"""`spacy train` that stops when it is asked to, and goes on where it stopped."""

from pathlib import Path
from typing import IO, Any, Optional, Protocol, Type

from spacy.language import Language
from spacy.schemas import ConfigSchemaTraining
from spacy.training.loop import update_meta
from spacy.util import registry, resolve_dot_names
from thinc.api import fix_random_seed, set_gpu_allocator
from wasabi import Printer

from ..errors import Warnings
from .logger import TrainingLogger
from .output import OutputError
from .run import Run
from .stop import Stop, stop_on_signals

_PRINTER = Printer(no_print=True)


class Folder(Protocol):
    """Where models and checkpoints go: `training.folder.RunFolder` says how.

    last (Path): The last model.
    """

    last: Path

    def load(self, run: Run) -> None:
        """Bring a run to where its checkpoint was made."""

    def save_models(self, run: Run, *, is_best: bool) -> None:
        """Save the pipeline, and whether it is the best one."""

    def save_checkpoint(self, run: Run) -> None:
        """Save what the run needs to go on."""


def train(
    nlp: Language,
    folder: Optional[Folder] = None,
    *,
    resume: bool = False,
    use_gpu: int = -1,
    run_type: Type[Run] = Run,
    stdout: IO,
    stderr: IO,
) -> Optional[int]:
    """Train a pipeline, with the result that `spacy train` has.

    nlp (Language): The initialized pipeline with its full config.
    folder (Optional[Folder]): Where models and checkpoints go. None: nowhere.
    resume (bool): Whether to go on from the folder's checkpoint, which must be there.
    use_gpu (int): The GPU, or -1.
    run_type (Type[Run]): What takes the steps.
    stdout (IO): Gets messages, and what the logger prints.
    stderr (IO): Is for the logger.
    RETURNS (Optional[int]): The signal that stopped the run; None: it is finished.
    RAISES (OutputError): If something cannot be written.
    RAISES (CheckpointError): If the checkpoint cannot be used.
    """
    run = _make_run(nlp, use_gpu, run_type)
    training = run.training
    _introduce(run, stdout)
    if resume and folder is not None:
        folder.load(run)
        stdout.write(_PRINTER.info(f"Going on after step {run.progress.step}") + "\n")
    if resume and isinstance(training["logger"], TrainingLogger):
        training["logger"].go_on(run.progress.step, run.progress.words)
    with nlp.select_pipes(disable=training["frozen_components"]):
        log_step, finalize_logger = training["logger"](nlp, stdout, stderr)
    if folder is None:
        try:
            _take_steps(run, None, Stop(), log_step)
        finally:
            finalize_logger()
        return None
    with stop_on_signals() as stop:
        saves = True
        try:
            _take_steps(run, folder, stop, log_step)
        except OutputError:
            saves = False
            raise
        except Exception as error:
            saves = run.progress.step >= 0  # else nothing was learned
            if not saves:
                raise
            stdout.write(_PRINTER.warn(Warnings.STEP_FAILED.format(error=error)) + "\n")
            raise
        finally:
            finalize_logger()
            if saves:
                folder.save_models(run, is_best=False)
        folder.save_checkpoint(run)
    return None if run.progress.is_over(training) else stop.signal


def _make_run(nlp: Language, use_gpu: int, run_type: Type[Run]) -> Run:
    config = nlp.config.interpolate()
    settings = config["training"]
    if settings["seed"] is not None:
        fix_random_seed(settings["seed"])
    if use_gpu >= 0 and settings["gpu_allocator"]:
        set_gpu_allocator(settings["gpu_allocator"])
    training = registry.resolve(settings, schema=ConfigSchemaTraining)
    corpora = resolve_dot_names(config, [training["train_corpus"], training["dev_corpus"]])
    return run_type(nlp, training, *corpora)


def _introduce(run: Run, stdout: IO) -> None:
    lines = [("Pipeline", run.nlp.pipe_names)]
    for title, key in (
        ("Frozen components", "frozen_components"),
        ("Set annotations on update for", "annotating_components"),
    ):
        if run.training[key]:
            lines.append((title, run.training[key]))
    lines.append(("Initial learn rate", run.optimizer.learn_rate))
    for title, value in lines:
        stdout.write(_PRINTER.info(f"{title}: {value}") + "\n")


def _take_steps(run: Run, folder: Optional[Folder], stop: Stop, log_step: Any) -> None:
    """Train, save and log until the run is over or stopped. The checkpoint comes last: a run that
    is killed before it does the same once more."""
    while not run.asked_to_stop(stop) and not run.progress.is_over(run.training):
        step = run.step()
        if step is None:
            return
        if step.is_best is None:
            log_step(None)
            continue
        with run.nlp.select_pipes(disable=run.training["frozen_components"]):
            update_meta(run.training, run.nlp, step.info)
        if folder is not None:
            folder.save_models(run, is_best=step.is_best)
            step.info["output_path"] = str(folder.last)
        log_step(step.info)
        run.progress.losses = {}
        if folder is not None:
            folder.save_checkpoint(run)
