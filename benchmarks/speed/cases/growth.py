"""How time and peak memory grow: with batch, document length, labels and vocabulary."""

import json
import subprocess
import sys
from typing import Dict, List, NamedTuple, Sequence

import numpy

from .. import models
from ..models import Pipeline
from ..pairing import spread_of
from ..results import Curve, Plan, Point, Result, Row
from ..texts import ROOT


class Axis(NamedTuple):
    """What grows while the rest stays.

    name (str): In words.
    option (str): Of `benchmarks.speed.point`.
    sizes (Dict[bool, Sequence[int]]): By whether the plan is quick.
    """

    name: str
    option: str
    sizes: Dict[bool, Sequence[int]]


FIXED = {"docs": 1000, "length": 20, "labels": 8, "vocabulary": 5000}
AXES = (
    Axis("Docs in a batch", "docs", {True: (100, 1000), False: (10, 100, 1000, 10_000)}),
    Axis(
        "tokens of one Doc", "length", {True: (1000, 10_000), False: (100, 1000, 10_000, 200_000)}
    ),
    Axis("labels", "labels", {True: (4, 100), False: (4, 16, 50, 100)}),
    Axis("distinct words", "vocabulary", {True: (), False: (1000, 10_000, 100_000)}),
)
ALONE = {"length": {"docs": 1}, "vocabulary": {"docs": 10_000}}  # beside what is fixed


def measure(plan: Plan) -> Result:
    """Case (e).

    plan (Plan): How many points.
    RETURNS (Result): Curves of both pipelines, and the fitted exponents as rows.
    """
    pipelines = (models.OURS,) if plan.quick else (models.OURS, models.STOCK)
    curves = [
        _curve(pipeline, axis, plan)
        for axis in AXES
        if axis.sizes[plan.quick]
        for pipeline in pipelines
    ]
    rows = [
        Row(f"{curve.axis}: {curve.name}", spread_of([curve.exponent]), "exponent of time")
        for curve in curves
    ]
    notes = [
        "Random weights and made-up words; a new process for each point. Where nothing else is "
        "said: 1,000 Docs of 20 tokens in one batch, 8 labels, 5,000 distinct words (for the "
        "distinct words themselves, which need --full, 10,000 Docs). An exponent of 1 is linear. "
        "Memory is what the process's peak rose by.",
    ]
    return Result("Growth", notes, rows, curves)


def exponent_of(points: Sequence[Point]) -> float:
    """Fit `seconds ~ size^e` by least squares on logarithms.

    points (Sequence[Point]): At least two sizes.
    RETURNS (float): The exponent.
    """
    sizes, seconds = ([getattr(p, what) for p in points] for what in ("size", "seconds"))
    return float(numpy.polyfit(numpy.log(sizes), numpy.log(seconds), 1)[0])


def _curve(pipeline: Pipeline, axis: Axis, plan: Plan) -> Curve:
    beside = ALONE.get(axis.option, {})
    points: List[Point] = []
    for size in axis.sizes[plan.quick]:
        found = _run(pipeline, {**FIXED, **beside, axis.option: size})
        points.append(Point(size, found["seconds"], found["megabytes"]))
    return Curve(pipeline.title, axis.name, points, exponent_of(points))


def _run(pipeline: Pipeline, options: Dict[str, int]) -> Dict[str, float]:
    """One point, in a new process."""
    arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "benchmarks.speed.point", pipeline.name, *arguments]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])
