"""`spacy lstm-ner init-config`: a training config from a few options."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer
from spacy.util import load_config, load_model
from wasabi import msg

from ..errors import Errors
from .recipes import fill_recipe


class Optimize(str, Enum):
    """What a config is made for."""

    speed = "speed"
    accuracy = "accuracy"


def init_config_cli(
    output_path: Annotated[
        Path, typer.Argument(help="The .cfg file to write, or - to print it.", allow_dash=True)
    ],
    lang: Annotated[str, typer.Option("--lang", "-l", help="Code of the language.")] = "en",
    vectors: Annotated[
        Optional[Path],
        typer.Option(
            "--vectors",
            help="Folder with static vectors, as `spacy init vectors` makes it.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    optimize: Annotated[
        Optional[Optimize],
        typer.Option("--optimize", "-o", help="Fast and small, or accurate (default: speed)."),
    ] = None,
    noisy: Annotated[
        bool, typer.Option("--noisy", help="For short noisy text, such as messages and posts.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", "-F", help="Overwrite a file that is there.")
    ] = False,
) -> None:
    """Write a training config: complete, valid, and commented.

    `spacy train` takes it as it is.
    """
    is_stdout = str(output_path) == "-"
    try:
        if not is_stdout and output_path.is_file() and not force:
            raise ValueError(Errors.CONFIG_EXISTS.format(path=output_path))
        if vectors is not None:
            _check_vectors(vectors)
        name = _choose(optimize, noisy=noisy, has_vectors=vectors is not None)
        text = fill_recipe(name, lang, None if vectors is None else str(vectors))
        text = text.replace(f"configs/{name}.cfg", "config.cfg" if is_stdout else str(output_path))
        if not is_stdout:
            _write(output_path, text)
    except (ImportError, OSError, ValueError) as err:
        msg.fail(str(err), exits=1)
    if is_stdout:
        typer.echo(text, nl=False)
        return
    msg.good(f"Config made of '{name}': {output_path}")
    msg.text("You can now add your data and train:")
    typer.echo(
        f"spacy train {output_path} --paths.train ./train.spacy --paths.dev ./dev.spacy "
        "--output ./model"
    )


def _choose(optimize: Optional[Optimize], *, noisy: bool, has_vectors: bool) -> str:
    if noisy:
        if optimize is not None:
            raise ValueError(Errors.OPTIMIZE_NOISY.format(value=optimize.value))
        return "noisy_text_vectors" if has_vectors else "noisy_text"
    if optimize == Optimize.accuracy:
        return "accuracy_vectors" if has_vectors else "accuracy"
    return "efficiency"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")
    except OSError as err:
        raise ValueError(Errors.CONFIG_WRITE.format(path=path, reason=err.strerror)) from err


def _check_vectors(path: Path) -> None:
    """Reads the table alone: components can be large, and need packages that are not here."""
    try:
        components = load_config(path / "config.cfg")["nlp"]["pipeline"]
        nlp = load_model(path, exclude=[*components, "tokenizer", "strings", "lookups"])
        has_vectors = nlp.vocab.vectors.shape[1] > 0
    except (OSError, ValueError) as err:
        raise ValueError(Errors.VECTORS_FOLDER.format(path=path, reason=err)) from err
    if not has_vectors:
        raise ValueError(Errors.VECTORS_FOLDER.format(path=path, reason="its table is empty"))
