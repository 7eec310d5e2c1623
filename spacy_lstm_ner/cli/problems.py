"""What could not be taken over from a file, on the screen."""

from typing import List

import typer

from ..data.problems import Problem

SHOWN = 100  # characters of a text in a report


def list_problems(problems: List[Problem]) -> None:
    """Print one line for each, unwrapped, as a compiler has them.

    problems (List[Problem]): What a reader reported.
    """
    for problem in problems:
        text = problem.text if len(problem.text) <= SHOWN else problem.text[:SHOWN] + "…"
        where = f"{problem.path}:{problem.line}"
        typer.echo(f"{where}: {problem.kind}: {text!r}: {problem.message}")
