"""`spacy lstm-ner train`: `spacy train` that can be stopped and goes on."""

import logging
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer
from spacy.cli._util import setup_gpu, show_validation_error
from spacy.training.initialize import init_nlp
from spacy.util import logger
from thinc.api import Config
from wasabi import msg

from ..errors import Errors
from ..training.checkpoint import CheckpointError
from ..training.folder import RunFolder
from ..training.loop import train
from ..training.output import OutputError
from .options import Code, OptionalOutputFolder, Resume, TrainConfig, UseGpu
from .train_config import STOPPED, load_train_config

# Options that click does not know are settings of the config, as in `spacy train`.
SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}


def train_cli(
    ctx: typer.Context,
    config_path: TrainConfig,
    output_path: OptionalOutputFolder = None,
    resume: Resume = False,
    code_path: Code = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-V", "-VV", help="Show more of what is done.")
    ] = False,
    use_gpu: UseGpu = -1,
) -> None:
    """Train a pipeline; a run that was stopped can go on.

    Trains as `spacy train` does, and keeps a checkpoint beside the models. Ctrl-C and SIGTERM stop
    after the step at hand. The same command with --resume goes on, after them as after a crash, a
    kill or a full disk.
    """
    if verbose:
        logger.setLevel(logging.DEBUG)
    try:
        setup_gpu(use_gpu)
    except ValueError as error:
        msg.fail(str(error), exits=1)
    config = load_train_config(config_path, ctx.args, code_path)
    try:
        stopped_by = _train(config, config_path, output_path, resume, use_gpu)
    except (CheckpointError, OutputError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if stopped_by is not None:
        msg.warn(STOPPED)
        raise typer.Exit(128 + stopped_by)


def _train(
    config: Config, config_path: Path, output_path: Optional[Path], resume: bool, use_gpu: int
) -> Optional[int]:
    if output_path is None and resume:
        raise CheckpointError(Errors.RESUME_OUTPUT)
    folder, goes_on = None, False
    if output_path is None:
        msg.info("No output directory provided")
    else:
        folder = RunFolder(output_path, config)
        msg.info(f"Saving to output directory: {output_path}")
        goes_on = resume and folder.find()
        if goes_on and folder.is_finished():
            msg.good(f"Nothing to do: the run in {output_path} is finished.")
            return None
        if goes_on:
            msg.info(f"Going on from {folder.checkpoint}")
        elif resume:
            msg.info(f"No checkpoint in {output_path}: beginning a new run")
    msg.divider("Initializing pipeline")
    with show_validation_error(config_path, hint_fill=False):
        nlp = init_nlp(config, use_gpu=use_gpu)
    msg.good("Initialized pipeline")
    msg.divider("Training pipeline")
    if folder is not None and not resume:
        folder.clean()
    stopped_by = train(
        nlp, folder, resume=goes_on, use_gpu=use_gpu, stdout=sys.stdout, stderr=sys.stderr
    )
    if folder is not None and stopped_by is None:
        msg.good("Saved pipeline to output directory", folder.last)
    return stopped_by
