"""`python -m benchmarks.scale.train CONFIG TRAIN DEV`: steps of one worker and of two.

One worker has the config's batch, two have half of it each, so that a step is the same. Also
timed: one worker with smaller batches, for `benchmarks.scale.simulate`, and the two exchanges of a
step alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from timeit import default_timer as timer
from typing import Any, Callable, Dict, List

from ..speed.environment import pinned

PARTS = (1, 2, 4, 8, 16, 32, 64)  # of a batch that one worker is timed with
WARM_UP = 3


def work(settings: Dict[str, Any], rank: int) -> None:
    """One worker: prints words and seconds of each step, bytes and seconds of its exchanges."""
    from spacy.training.initialize import init_nlp  # noqa: PLC0415
    from spacy.util import load_config  # noqa: PLC0415
    from thinc.api import fix_random_seed  # noqa: PLC0415
    from torch import distributed  # noqa: PLC0415

    from spacy_lstm_ner.scale.training import all_reduce, replica  # noqa: PLC0415
    from spacy_lstm_ner.training import loop  # noqa: PLC0415

    n_workers = settings["workers"]
    store = f"file://{settings['store']}"
    distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=n_workers)
    numbers: List[float] = []
    gradients: List[float] = []
    n_bytes = 0

    def timed(exchange: Callable[[Any], Any], times: List[float]) -> Callable[[Any], Any]:
        def exchange_and_note(data: Any) -> Any:
            nonlocal n_bytes
            n_bytes = max(n_bytes, getattr(data, "nbytes", 0))
            distributed.barrier()  # others' lateness is no cost of the exchange
            started = timer()
            found = exchange(data)
            times.append(timer() - started)
            return found

        return exchange_and_note

    all_reduce.add_up = timed(all_reduce.add_up, gradients)
    replica.gather_numbers = timed(replica.gather_numbers, numbers)  # type: ignore[assignment]
    config = load_config(settings["config"], settings["overrides"])
    fix_random_seed(0)
    run = loop._make_run(init_nlp(config), -1, replica.ReplicaRun)
    seconds = []
    for number in range(settings["steps"] + WARM_UP):
        words, started = run.progress.words, timer()
        run.step()
        if number >= WARM_UP:
            seconds.append((run.progress.words - words, timer() - started))
    if rank == 0:
        both = [sum(pair) for pair in zip(numbers, gradients)][WARM_UP:]
        sys.stdout.write(json.dumps({"steps": seconds, "bytes": n_bytes, "exchanges": both}))


def measure(args: argparse.Namespace, n_workers: int, parts: int) -> Dict[str, Any]:
    """Let workers take some steps, each with a part of the config's batch."""
    size = max(args.batch_words // parts, 1)
    overrides = {
        "paths.train": str(args.train),
        "paths.dev": str(args.dev),
        "training.batcher.size": size,
        "training.eval_frequency": 100_000,
        "training.max_epochs": 0,
    }
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "workers": n_workers,
            "store": f"{folder}/store",
            "config": str(args.config),
            "overrides": overrides,
            "steps": args.steps,
        }
        command = [sys.executable, "-m", "benchmarks.scale.train", "--work", json.dumps(settings)]
        started = [
            subprocess.Popen(
                [*command, "--rank", str(rank)], env=pinned(os.environ), stdout=subprocess.PIPE
            )
            for rank in range(n_workers)
        ]
        printed = [process.communicate()[0] for process in started]
    return {"workers": n_workers, "batch_words": size, **json.loads(printed[0])}


def speed(case: Dict[str, Any]) -> float:
    """Words per second."""
    return sum(words for words, _ in case["steps"]) / sum(time for _, time in case["steps"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path, nargs="?")
    parser.add_argument("train", type=Path, nargs="?")
    parser.add_argument("dev", type=Path, nargs="?")
    parser.add_argument("--batch-words", type=int, default=4000)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="JSON for benchmarks.scale.simulate.")
    parser.add_argument("--work", type=json.loads, help=argparse.SUPPRESS)
    parser.add_argument("--rank", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work is not None:
        work(args.work, args.rank)
        return
    pairs = []
    for _ in range(args.rounds):
        one, two = measure(args, 1, 1), measure(args, 2, 2)
        pairs.append((one, two))
        print(
            f"one: {speed(one):,.0f} words/s, two: {speed(two):,.0f}, {speed(two) / speed(one):.2f}"
        )
    n_bytes = pairs[0][1]["bytes"]
    times = sorted(time for _, two in pairs for time in two["exchanges"])
    print(f"exchanges of a step: {n_bytes:,} bytes, median {1e3 * times[len(times) // 2]:.1f} ms")
    if args.output is not None:
        cases = [measure(args, 1, parts) for parts in PARTS]
        args.output.write_text(json.dumps({"bytes": n_bytes, "alone": cases}))


if __name__ == "__main__":
    main()
