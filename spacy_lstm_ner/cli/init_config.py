"""`spacy lstm-ner init-config`: a training config from a few options."""

import shlex
from enum import Enum
from pathlib import Path
from typing import Annotated, List, Optional

import typer
from spacy.util import get_lang_class
from wasabi import msg

from ..errors import Errors, Warnings
from .pretrained import MANY_ROWS, Pretrained, find_pretrained
from .recipes import fill_recipe


class Optimize(str, Enum):
    """What a config is made for."""

    speed = "speed"
    accuracy = "accuracy"


def init_config_cli(
    output_path: Annotated[
        Path, typer.Argument(help="The .cfg file to write, or - to print it.", allow_dash=True)
    ],
    lang: Annotated[
        Optional[str],
        typer.Option(
            "--lang", "-l", help="Code of the language (default: that of the vectors, or en)."
        ),
    ] = None,
    vectors: Annotated[
        Optional[str],
        typer.Option(
            "--vectors",
            help="Static vectors: a folder as `spacy init vectors` makes it, or a package.",
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
        table = None if vectors is None else find_pretrained(vectors)
        name = _choose(optimize, noisy, table)
        text = fill_recipe(name, _choose_lang(lang, table), table)
        quoted = "config.cfg" if is_stdout else shlex.quote(str(output_path))
        text = text.replace(f"configs/{name}.cfg", quoted)
        if not is_stdout:
            _write(output_path, text)
    except (ImportError, OSError, ValueError) as err:
        msg.fail(str(err), exits=1)
    for note in _notes(name, table):
        typer.echo(note, err=is_stdout)
    if is_stdout:
        typer.echo(text, nl=False)
        return
    msg.good(f"Config made of '{name}': {output_path}")
    msg.text("You can now add your data and train:")
    typer.echo(
        f"spacy train {quoted} --paths.train ./train.spacy --paths.dev ./dev.spacy --output ./model"
    )


def _choose(optimize: Optional[Optimize], noisy: bool, table: Optional[Pretrained]) -> str:
    if noisy and optimize is not None:
        raise ValueError(Errors.OPTIMIZE_NOISY.format(value=optimize.value))
    if not noisy and optimize != Optimize.accuracy:
        return "efficiency"
    name = "noisy_text" if noisy else "accuracy"
    return name if table is None or table.is_small else f"{name}_vectors"


def _choose_lang(lang: Optional[str], table: Optional[Pretrained]) -> str:
    """spaCy's own code for it: configs take no other ("de", not "deu")."""
    if lang is None:
        return "en" if table is None else table.lang
    code = str(get_lang_class(lang).lang)
    if table is not None and table.lang != code:
        name = table.name
        raise ValueError(Errors.VECTORS_LANG.format(name=name, given=code, lang=table.lang))
    return code


def _notes(name: str, table: Optional[Pretrained]) -> List[str]:
    """What was decided for the sake of the table."""
    if table is None or name == "efficiency":
        return []
    if table.is_floret:
        return [Warnings.VECTORS_FLORET.format(name=table.name)]
    if table.is_small:
        few = {"name": table.name, "rows": table.n_rows, "limit": MANY_ROWS, "config": name}
        return [Warnings.VECTORS_FEW.format(**few)]
    return []


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")
    except OSError as err:
        raise ValueError(Errors.CONFIG_WRITE.format(path=path, reason=err.strerror)) from err
