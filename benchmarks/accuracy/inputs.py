"""What is given on the command line, checked before anything is trained."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import spacy
import srsly
import typer

from spacy_lstm_ner.data.docbin import load_docbin

from .data import part_paths


def parse_configs(given: Sequence[str]) -> Dict[str, Path]:
    """Read what was given with `--config`.

    given (Sequence[str]): `NAME=PATH`, or a path alone, whose stem is the name.
    RETURNS (Dict[str, Path]): The configs by name.
    RAISES (typer.BadParameter): If one is no file, or two have the same name.
    """
    pairs = [_parse_config(one) for one in given]
    _refuse_twice([name for name, _ in pairs], "config", "another as NAME=PATH")
    return dict(pairs)


def _parse_config(given: str) -> Tuple[str, Path]:
    name, _, path = given.rpartition("=")
    if not Path(path).is_file():
        raise typer.BadParameter(f"{path} is no file, expected a config as NAME=PATH or PATH.")
    return name or Path(path).stem, Path(path)


def parse_seeds(given: str) -> List[int]:
    """Read what was given with `--seeds`.

    given (str): Whole numbers with commas between them.
    RETURNS (List[int]): The seeds.
    RAISES (typer.BadParameter): If one is anything else.
    """
    seeds = given.split(",")
    for seed in seeds:
        if not seed.strip().isdecimal():
            raise typer.BadParameter(
                f"--seeds {given} holds {seed!r}, expected whole numbers from 0 on with commas "
                "between them, as in 0,1,2."
            )
    return [int(seed) for seed in seeds]


def parse_overrides(pairs: Optional[List[str]]) -> Dict[str, Any]:
    """Read what was given with `--set`.

    pairs (Optional[List[str]]): `dotted.name=value`; a value is JSON, or else a string.
    RETURNS (Dict[str, Any]): The values by name.
    RAISES (typer.BadParameter): If there is no name or no value.
    """
    found = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"--set {pair} is no setting, expected dotted.name=value.")
        try:
            found[name] = srsly.json_loads(value)
        except ValueError:
            found[name] = value
    return found


def check_corpora(corpora: Sequence[Path], *, test: bool) -> None:
    """Refuse folders that could not be trained on or scored.

    corpora (Sequence[Path]): Folders with train.spacy, dev.spacy and test.spacy, resolved.
    test (bool): Look at the test part, too.
    RAISES (typer.BadParameter): If two have the same name, or a part is not there, is not of
        spaCy's binary format or has no entity.
    """
    _refuse_twice([corpus.name for corpus in corpora], "corpus", "its folder another name")
    for corpus in corpora:
        for path in part_paths(corpus, test=test).values():
            _check_part(path)


def _check_part(path: Path) -> None:
    if not path.is_file():
        raise typer.BadParameter(
            f"{path} is not there, expected train.spacy and dev.spacy in each corpus and, with "
            "--test, test.spacy."
        )
    try:
        docs = load_docbin(path).get_docs(spacy.blank("en").vocab)
    except ValueError as err:
        raise typer.BadParameter(str(err)) from err
    if not any(doc.ents for doc in docs):
        raise typer.BadParameter(
            f"{path} has no annotated entity, expected at least one: without, nothing can be "
            "learned and there is no F1."
        )


def _refuse_twice(names: Sequence[str], what: str, mend: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise typer.BadParameter(
                f"The {what} name {name} was given {times} times, expected once, since results are "
                f"stored under it: give {mend}."
            )
