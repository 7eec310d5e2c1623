"""What a case hands back, and how it is kept: JSON, from which tables and figures are made."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import srsly

from .pairing import Spread, ratios, spread_of


@dataclass
class Plan:
    """How thorough to be.

    quick (bool): All cases together in less than three minutes.
    seeds (List[int]): Seeds of the trainings; speed is measured on the model of the first one.
    """

    quick: bool
    seeds: List[int] = field(default_factory=lambda: [0])

    def pick(self, quick: Any, full: Any) -> Any:
        """One of two values, by how thorough the plan is."""
        return quick if self.quick else full


@dataclass
class Row:
    """One measurement, maybe beside a rival's.

    name (str): What ran.
    value (Spread): What was measured.
    unit (str): Its unit.
    rival (Optional[str]): What it is compared with.
    ratio (Optional[Spread]): How many times better than the rival, paired by round.
    target (Optional[float]): What the ratio has to be at least.
    floor (Optional[float]): What the value has to be at least.
    """

    name: str
    value: Spread
    unit: str
    rival: Optional[str] = None
    ratio: Optional[Spread] = None
    target: Optional[float] = None
    floor: Optional[float] = None

    @property
    def holds(self) -> Optional[bool]:
        """Whether ratio and value are as high as they have to be; None if nothing is asked."""
        if self.target is None and self.floor is None:
            return None
        ratio = self.target is None or (self.ratio is not None and self.ratio.median >= self.target)
        return ratio and (self.floor is None or self.value.median >= self.floor)


class Point(NamedTuple):
    """One size of a growth curve: seconds to predict, and megabytes that took on top."""

    size: int
    seconds: float
    megabytes: float


@dataclass
class Curve:
    """How time and memory grow.

    name (str): What ran.
    axis (str): What grows.
    points (List[Point]): By rising size.
    exponent (float): `e` of the best fit `seconds ~ size^e`.
    """

    name: str
    axis: str
    points: List[Point]
    exponent: float


@dataclass
class Result:
    """All that a case found out.

    title (str): Headline.
    notes (List[str]): How it was measured, one sentence an entry.
    rows (List[Row]): Measurements.
    curves (List[Curve]): Growth.
    seconds (float): How long the case took.
    environment (Dict[str, str]): Where it ran, see `environment.describe`.
    """

    title: str
    notes: List[str]
    rows: List[Row] = field(default_factory=list)
    curves: List[Curve] = field(default_factory=list)
    seconds: float = 0.0
    environment: Dict[str, str] = field(default_factory=dict)


class Rival(NamedTuple):
    """What a measurement is compared with: a name, and its seconds a word, one a round."""

    name: str
    seconds: Sequence[float]


def speed_row(
    name: str,
    seconds: Sequence[float],
    rival: Optional[Rival] = None,
    *,
    target: Optional[float] = None,
    floor: Optional[float] = None,
) -> Row:
    """A row of speeds.

    name (str): What ran.
    seconds (Sequence[float]): Seconds a word, one a round.
    rival (Optional[Rival]): What it is compared with.
    target (Optional[float]): What the ratio has to be at least.
    floor (Optional[float]): What the speed has to be at least.
    RETURNS (Row): In words a second.
    """
    value = spread_of([1 / second for second in seconds])
    row = Row(name, value, "words/s", floor=floor)
    if rival is not None:
        row.rival, row.target = rival.name, target
        row.ratio = spread_of(ratios(rival.seconds, seconds))
    return row


def write_result(path: Path, result: Result) -> None:
    """Keep a result.

    path (Path): A JSON file.
    result (Result): What to keep.
    """
    srsly.write_json(path, asdict(result))


def result_of(record: Dict[str, Any]) -> Result:
    """A result as it was kept.

    record (Dict[str, Any]): What `write_result` wrote.
    RETURNS (Result): The same.
    """

    def row_of(row: Dict[str, Any]) -> Row:
        ratio = None if row["ratio"] is None else Spread(*row["ratio"])
        return Row(**{**row, "value": Spread(*row["value"]), "ratio": ratio})

    def curve_of(curve: Dict[str, Any]) -> Curve:
        return Curve(**{**curve, "points": [Point(*point) for point in curve["points"]]})

    rows, curves = [row_of(row) for row in record["rows"]], map(curve_of, record["curves"])
    return Result(**{**record, "rows": rows, "curves": list(curves)})
