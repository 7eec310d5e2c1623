"""Config settings on the command line."""

from typing import Any, Dict, List

from click import NoSuchOption
from spacy.cli._util import parse_config_overrides

from ..errors import Errors


def parse_overrides(args: List[str]) -> Dict[str, Any]:
    """Read settings given as `--section.key value`, and those of spaCy's environment variable.

    args (List[str]): What no option of the command has taken.
    RETURNS (Dict[str, Any]): Values by dotted name.
    RAISES (ValueError): If one is neither an option nor a setting.
    """
    try:
        return parse_config_overrides(args)
    except NoSuchOption as error:
        raise ValueError(Errors.NO_SUCH_OPTION.format(given=error.option_name)) from error
