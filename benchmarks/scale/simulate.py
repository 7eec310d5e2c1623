"""`python -m benchmarks.scale.simulate FIGURES`: efficiency of 2 to 64 workers from measured steps.

A step of n workers lasts as long as the slowest of n steps drawn from those that one worker took
with its part of the batch, and two exchanges in a ring: numbers about the batch, n - 1 messages of
a few bytes, and the gradients, 2 (n - 1) messages of 1 / n of the bytes. Efficiency is words per
second, divided by n times those of one worker with a whole batch.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any, Dict, List

NETWORKS = {"1 Gbit/s": (0.11e9, 1e-4), "10 Gbit/s": (1.1e9, 5e-5), "25 Gbit/s": (2.8e9, 3e-5)}
WORKERS = (2, 4, 8, 16, 32, 64)
DRAWS = 2000


def exchange(n_bytes: int, n: int, network: str) -> float:
    """Seconds of the two exchanges of a step."""
    per_second, latency = NETWORKS[network]
    numbers = (n - 1) * latency
    gradients = 2 * (n - 1) * (n_bytes / n / per_second + latency)
    return numbers + gradients


def slowest(case: Dict[str, Any], n: int, rng: random.Random) -> float:
    """Mean seconds of the slowest of n steps."""
    times: List[float] = [time for _, time in case["steps"]]
    return sum(max(rng.choices(times, k=n)) for _ in range(DRAWS)) / DRAWS


def mean(case: Dict[str, Any]) -> float:
    """Mean seconds of a step."""
    return sum(time for _, time in case["steps"]) / len(case["steps"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path)
    figures = json.loads(parser.parse_args().figures.read_text())
    alone, rng = figures["alone"], random.Random(0)
    whole = mean(alone[0])
    print("| workers | " + " | ".join(f"{n}, whole | {n}, shared" for n in NETWORKS) + " |")
    print("|---|" + "---|" * (2 * len(NETWORKS)))
    for n, shared in zip(WORKERS, alone[1:]):
        cells = []
        for network in NETWORKS:
            cost = exchange(figures["bytes"], n, network)
            cells.append(whole / (slowest(alone[0], n, rng) + cost))
            cells.append(whole / n / (slowest(shared, n, rng) + cost))
        print(f"| {n} | " + " | ".join(f"{cell:.0%}" for cell in cells) + " |")


if __name__ == "__main__":
    main()
