"""The config of a training command."""

from pathlib import Path
from typing import List, Optional

from spacy.cli._util import import_code, show_validation_error
from spacy.util import load_config
from thinc.api import Config
from wasabi import msg

from .overrides import parse_overrides

STOPPED = "Stopped. To go on, give the same command with --resume."


def load_train_config(config_path: Path, args: List[str], code_path: Optional[Path]) -> Config:
    """Load a config that may need code, or show what is wrong with it and end the command.

    config_path (Path): The file.
    args (List[str]): Settings to override, as `--section.key value`.
    code_path (Optional[Path]): A Python file with registered functions.
    RETURNS (Config): The config, with its references to variables.
    """
    try:
        overrides = parse_overrides(args)
    except ValueError as error:
        msg.fail(str(error), exits=1)
    import_code(code_path)
    with show_validation_error(config_path):
        config = load_config(config_path, overrides=overrides, interpolate=False)
        config.interpolate()
    return config
