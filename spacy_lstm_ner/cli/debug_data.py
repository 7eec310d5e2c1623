"""`spacy lstm-ner debug-data`: what the data holds and what is wrong with it."""

from configparser import InterpolationError
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Dict, List, Optional

import srsly
import typer
from spacy.cli._util import import_code

from ..data.report import make_report
from ..data.sources import Part, parts_of_config, parts_of_files
from ..data.verdict import judge
from ..errors import Errors
from .debug_tables import show_problems, show_report
from .options import Code
from .overrides import parse_overrides

# Options that click does not know are settings of the config, as in `spacy train`.
SETTINGS = {"ignore_unknown_options": True}


def debug_data_cli(
    sources: Annotated[
        List[str],
        typer.Argument(
            metavar="CONFIG|FILES...",
            help="A training config, with settings to override such as --paths.train; or .spacy "
            "and .jsonl files, which are train, dev or test by their names or else their order.",
        ),
    ],
    lang: Annotated[
        str, typer.Option("--lang", "-l", help="Language whose tokenizer is used for files.")
    ] = "en",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON with all findings, and nothing else.")
    ] = False,
    output_path: Annotated[
        Optional[Path],
        typer.Option("--output", "-o", help="Also write the JSON to this file.", dir_okay=False),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-V", help="Show all examples, not the first 5.")
    ] = False,
    code_path: Code = None,
) -> None:
    """Find contradictions, leaks and gaps in annotated data.

    Also counts documents, tokens and entities by label. Exits with 1 on errors.
    """
    import_code(code_path)
    try:
        parts = _read(sources, lang)
    except (ImportError, OSError, ValueError, InterpolationError) as err:
        typer.echo(str(err).strip(), err=True)
        raise typer.Exit(1) from err
    report = make_report(parts)
    problems = judge(report)
    record = {**asdict(report), "problems": [asdict(problem) for problem in problems]}
    if output_path is not None:
        output_path.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_json(output_path, record)
    if as_json:
        typer.echo(srsly.json_dumps(record, indent=2))
    else:
        show_report(report, verbose=verbose)
        show_problems(problems)
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(1)


def _read(sources: List[str], lang: str) -> Dict[str, Part]:
    first, *rest = sources
    if not first.endswith(".cfg"):
        _refuse([source for source in sources if source.startswith("-")])
        return parts_of_files([_existing(source) for source in sources], lang)
    if rest and not rest[0].startswith("-"):
        raise ValueError(Errors.DATA_SOURCES.format(given=", ".join(sources)))
    options = [source.split("=")[0] for source in rest if source.startswith("-")]
    _refuse([option for option in options if "." not in option])
    return parts_of_config(_existing(first), parse_overrides(rest))


def _refuse(options: List[str]) -> None:
    if options:
        raise ValueError(Errors.DATA_OVERRIDE.format(option=options[0]))


def _existing(source: str) -> Path:
    path = Path(source)
    if not path.is_file():
        raise ValueError(Errors.DATA_NO_FILE.format(path=path))
    return path
