"""Run one case in this process and write its result. The launcher starts it with threads pinned.

python -m benchmarks.speed.case latency latency.json --quick
"""

import importlib
import time
from pathlib import Path
from typing import Annotated

import torch
import typer

from .cases import CASES
from .environment import describe
from .results import Plan, write_result


def main(
    name: Annotated[str, typer.Argument(help="Which case.")],
    output: Annotated[Path, typer.Argument(help="JSON file.")],
    quick: Annotated[bool, typer.Option(help="Fewer and smaller measurements.")] = False,
    seeds: Annotated[str, typer.Option(help="Seeds of trainings.")] = "0",
) -> None:
    """Run one case."""
    if name not in CASES:
        raise typer.BadParameter(f"{name} is none of {', '.join(CASES)}")
    torch.set_num_threads(1)
    module = importlib.import_module(f"benchmarks.speed.cases.{name}")
    environment = describe()
    begin = time.perf_counter()
    result = module.measure(Plan(quick, [int(seed) for seed in seeds.split(",")]))
    result.seconds, result.environment = time.perf_counter() - begin, environment
    write_result(output, result)


if __name__ == "__main__":
    typer.run(main)
