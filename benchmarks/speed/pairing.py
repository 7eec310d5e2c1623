"""Fair comparison on a machine that is never quite quiet: rivals take turns, ratios are paired."""

import gc
import statistics
import time
from typing import Callable, Dict, List, Mapping, NamedTuple, Sequence, TypeVar

T = TypeVar("T")


class Spread(NamedTuple):
    """The median of several measurements and their quartiles.

    median (float): The middle one.
    low (float): A quarter of them lie below.
    high (float): A quarter of them lie above.
    n (int): How many.
    """

    median: float
    low: float
    high: float
    n: int


def spread_of(values: Sequence[float]) -> Spread:
    """Median and quartiles.

    values (Sequence[float]): At least one.
    RETURNS (Spread): Of the values; all three are the same for a single one.
    """
    if len(values) == 1:
        return Spread(values[0], values[0], values[0], 1)
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high, len(values))


def ratios(rival: Sequence[float], ours: Sequence[float]) -> List[float]:
    """How many times as much the rival took, round by round. A slow spell of the machine hits both
    of a round, so the ratios of rounds spread less than the ratio of two medians would.

    rival (Sequence[float]): Seconds (or anything of which less is better), one a round.
    ours (Sequence[float]): The same of the other contender.
    RETURNS (List[float]): Above 1 where the rival took more. *Shape:* as both.
    RAISES (ValueError): If the two have not run equally often.
    """
    return [theirs / own for theirs, own in zip(rival, ours, strict=True)]


def take_turns(runs: Mapping[str, Callable[[], T]], rounds: int) -> Dict[str, List[T]]:
    """Run all contenders in each round, in turn: A B, B A, A B …

    runs (Mapping[str, Callable[[], T]]): What to run, by name. Each measures itself.
    rounds (int): How often.
    RETURNS (Dict[str, List[T]]): What each gave, one entry a round.
    """
    found: Dict[str, List[T]] = {name: [] for name in runs}
    gc.collect()
    for index in range(rounds):
        for name in list(runs)[:: -1 if index % 2 else 1]:
            found[name].append(runs[name]())
    return found


def seconds_of(function: Callable[[], object], *, at_least: float = 0.0) -> float:
    """Wall time of one call, without the garbage collector.

    function (Callable[[], object]): What to call.
    at_least (float): Call again until this many seconds have passed, and take the mean.
    RETURNS (float): Seconds a call.
    """
    calls = 0
    gc.disable()
    begin = time.perf_counter()
    while True:
        function()
        calls += 1
        passed = time.perf_counter() - begin
        if passed >= at_least:
            gc.enable()
            return passed / calls


def timed(
    functions: Mapping[str, Callable[[], object]], *, at_least: float = 0.0
) -> Dict[str, Callable[[], float]]:
    """Make contenders for `take_turns` of plain functions; each is called once here, to warm up.

    functions (Mapping[str, Callable[[], object]]): What to call, by name.
    at_least (float): See `seconds_of`.
    RETURNS (Dict[str, Callable[[], float]]): Contenders that give their seconds.
    """

    def contender(function: Callable[[], object]) -> Callable[[], float]:
        function()
        return lambda: seconds_of(function, at_least=at_least)

    return {name: contender(function) for name, function in functions.items()}
