"""`spacy lstm-ner train-ray`: `spacy lstm-ner train` on many workers."""

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer
from wasabi import msg

from ..errors import Errors
from ..scale.training.collective import FirstFailed, WorkerLost
from ..scale.training.launch import train_on_ray
from ..scale.training.torchrun import is_follower, is_torchrun, train_under_torchrun
from ..scale.training.train import Outcome
from .options import Code, OutputFolder, Resume, TrainConfig
from .train_config import STOPPED, load_train_config

OF_RAY = ("workers", "address", "max_failures")


def train_ray_cli(
    ctx: typer.Context,
    config_path: TrainConfig,
    output_path: OutputFolder,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes.")] = 2,
    address: Annotated[
        Optional[str], typer.Option(help="Address of a Ray cluster, or 'auto'; else this machine.")
    ] = None,
    resume: Resume = False,
    max_failures: Annotated[
        int, typer.Option(min=0, help="How often workers may begin again from the checkpoint.")
    ] = 3,
    code_path: Code = None,
) -> None:
    """Train a pipeline on several workers with Ray.

    Each learns from its part of every epoch, and all take the same steps. The batch of a step is
    that of the config on each worker. Started by torchrun, the command is one of its workers and
    needs no Ray.
    """
    sources = {name: ctx.get_parameter_source(name) for name in OF_RAY}
    given = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    if is_torchrun() and given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        msg.fail(Errors.TORCHRUN_OPTIONS.format(options=options), exits=1)
    config = load_train_config(config_path, ctx.args, code_path)
    try:
        if is_torchrun():
            outcome = train_under_torchrun(config, output_path, resume=resume)
        else:
            outcome = train_on_ray(
                config,
                output_path,
                workers=workers,
                address=address,
                resume=resume,
                max_failures=max_failures,
                code=code_path,
                echo=_echo,
            )
    except FirstFailed as error:  # which says it itself
        raise typer.Exit(1) from error
    except (ImportError, OSError, ValueError, WorkerLost) as error:
        typer.echo(str(error), err=True)  # of several lines, which wasabi would join
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        msg.warn(STOPPED, exits=130)
    if not is_follower():
        _say(outcome, output_path)
    if outcome.signal is not None:
        raise typer.Exit(128 + outcome.signal)


def _say(outcome: Outcome, output_path: Path) -> None:
    if outcome.signal is not None:
        msg.warn(STOPPED)
    elif outcome.trained:
        msg.good("Saved pipeline to output directory", output_path / "model-last")
    else:
        msg.good(f"Nothing to do: the run in {output_path} is finished.")


def _echo(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
