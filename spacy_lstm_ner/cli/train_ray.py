"""`spacy lstm-ner train-ray`: `spacy lstm-ner train` on many workers."""

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer
from spacy.cli._util import import_code, show_validation_error
from spacy.util import load_config
from wasabi import msg

from ..scale.launch import is_torchrun, train_on_ray, train_under_torchrun
from .options import Code
from .overrides import parse_overrides


def train_ray_cli(
    ctx: typer.Context,
    config_path: Annotated[
        Path,
        typer.Argument(
            metavar="CONFIG",
            help="Training config, with settings to override, such as --paths.train train.spacy.",
            exists=True,
        ),
    ],
    output_path: Annotated[
        Path,
        typer.Option(
            "--output", "--output-path", "-o", help="Folder for the models and the checkpoint."
        ),
    ],
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes.")] = 2,
    address: Annotated[
        Optional[str], typer.Option(help="Address of a Ray cluster, or 'auto'; else this machine.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in the output folder.")
    ] = False,
    max_failures: Annotated[
        int, typer.Option(min=0, help="How often workers may begin again from the checkpoint.")
    ] = 3,
    code_path: Code = None,
) -> None:
    """Train a pipeline on several workers with Ray: each learns from its part of every epoch, and
    all take the same steps.

    The batch of a step is that of the config on each worker. Started by torchrun, the command is
    one of its workers and needs no Ray.
    """
    try:
        overrides = parse_overrides(ctx.args)
    except ValueError as error:
        msg.fail(str(error), exits=1)
    import_code(code_path)
    with show_validation_error(config_path):
        config = load_config(config_path, overrides=overrides, interpolate=False)
        config.interpolate()
    try:
        if is_torchrun():
            stopped_by = train_under_torchrun(config, output_path, resume=resume)
            raise typer.Exit(0 if stopped_by is None else 128 + stopped_by)
        did_train = train_on_ray(
            config,
            output_path,
            workers=workers,
            address=address,
            resume=resume,
            max_failures=max_failures,
            code=code_path,
            echo=_echo,
        )
    except (ImportError, OSError, ValueError) as error:
        msg.fail(str(error), exits=1)
    except KeyboardInterrupt:
        msg.warn("Stopped. To go on, give the same command with --resume.", exits=130)
    if did_train:
        msg.good("Saved pipeline to output directory", output_path / "model-last")
    else:
        msg.good(f"Nothing to do: the run in {output_path} is finished.")


def _echo(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
