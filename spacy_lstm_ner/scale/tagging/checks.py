"""What is refused before a run begins."""

from pathlib import Path
from typing import List, Optional

from ...errors import Errors
from .output import FIELDS, FORMS
from .plan import read_plan
from .rows import Options
from .shards import Shard, find_shards, kind_of


def find_input(input_path: Path, output_path: Path) -> List[Shard]:
    """Find the input files, and see that no output can be written over one.

    input_path (Path): A file or a folder.
    output_path (Path): A folder.
    RETURNS (List[Shard]): The input.
    RAISES (ValueError): If there is none, or if input and output are in each other.
    """
    output = output_path.resolve()
    if output.is_relative_to(input_path.resolve()):
        raise ValueError(Errors.OUTPUT_IN_INPUT.format(output=output_path, input=input_path))
    shards = find_shards(input_path)
    for shard in shards:
        if Path(shard.path).resolve().is_relative_to(output):
            message = Errors.INPUT_IN_OUTPUT.format(path=shard.path, output=output_path)
            raise ValueError(message)
    return shards


def choose_form(form: Optional[str], shards: List[Shard], output_path: Path) -> str:
    """The ending of the output files.

    form (Optional[str]): The user's choice.
    shards (List[Shard]): The input.
    output_path (Path): A folder.
    RETURNS (str): If nothing was chosen, that of the run in the folder; or else Parquet if all
        input is.
    RAISES (ValueError): If it is not one of `FORMS`.
    RAISES (PlanError): If the folder is not one for output.
    """
    plan = read_plan(output_path)
    if form is None and plan is not None:
        return str(plan["options"]["form"])
    if form is None:
        return "parquet" if all(kind_of(shard.path) == "parquet" for shard in shards) else "jsonl"
    if form not in FORMS:
        raise ValueError(Errors.OUTPUT_FORM.format(value=form, known=", ".join(FORMS)))
    return form


def check_keys(options: Options, shards: List[Shard]) -> None:
    """See that each column of the output has a name of its own.

    options (Options): Names of columns.
    shards (List[Shard]): The input.
    RAISES (ValueError): If two have one.
    """
    taken = {"id"}
    if options.form == "parquet" and any(kind_of(shard.path) != "parquet" for shard in shards):
        taken.add(FIELDS)
    given = (("--text-key", options.text_key), ("--spans-key", options.spans_key))
    for option, key in given:
        if key in taken:
            raise ValueError(Errors.KEY_TAKEN.format(option=option, key=key))
        taken.add(key)
