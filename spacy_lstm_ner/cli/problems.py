"""What could not be taken over from a file, and what a command cannot do, on the screen."""

from configparser import InterpolationError
from contextlib import contextmanager
from typing import Iterator, List

import typer
from wasabi import msg

from ..data.problems import Problem, Report

SHOWN = 100  # characters of a text in a report


@contextmanager
def plain_failures() -> Iterator[Report]:
    """Show what is wrong with a command's input in a line, not a traceback, and exit with 1.

    YIELDS (Report): What readers tell it is listed at the end, with a failure and without one.
    """
    problems: List[Problem] = []
    try:
        yield problems.append
    except (ImportError, OSError, ValueError, InterpolationError) as err:
        list_problems(problems)
        msg.fail(str(err), exits=1)
    list_problems(problems)


def list_problems(problems: List[Problem]) -> None:
    """Print one line for each, unwrapped, as a compiler has them. A file that was read twice has
    reported them twice: once is enough.

    problems (List[Problem]): What a reader reported.
    """
    for problem in dict.fromkeys(problems):
        text = problem.text if len(problem.text) <= SHOWN else problem.text[:SHOWN] + "…"
        where = f"{problem.path}:{problem.line}"
        typer.echo(f"{where}: {problem.kind}: {text!r}: {problem.message}")
