"""`python -m benchmarks.scale.million MODEL`: many rows, a kill at some moment, every row once."""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .memory import MemoryWatch
from .rows import write_rows


def check(output: Path, n_rows: int) -> None:
    """Every row once, in the order of the input."""
    ids = [
        json.loads(line)["id"]
        for path in sorted(output.glob("*.jsonl"))
        for line in path.open("rb")
    ]
    assert ids == list(range(n_rows)), f"{len(ids)} rows, {len(set(ids))} different ones"
    print(f"{n_rows:,} rows, each once, in order")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, MemoryWatch() as watch:
        folder, output = Path(name) / "in", Path(name) / "out"
        write_rows(folder, args.rows, 8)
        command = [sys.executable, "-m", "spacy", "lstm-ner", "apply-ray", args.model]
        command += [str(folder), str(output), "--workers", str(args.workers)]
        done, n_wanted = output / "_run" / "done", random.Random(args.seed).randint(1, 24)
        with subprocess.Popen(command) as process:
            while process.poll() is None and len(list(done.glob("*"))) < n_wanted:
                time.sleep(0.1)
            assert process.poll() is None, "the run ended before it could be killed"
            process.send_signal(signal.SIGKILL)
        print(f"killed when {len(list(done.glob('*')))} pieces were done")
        subprocess.run(command, check=True)
        check(output, args.rows)
        print("MB of each process, at each tenth of its time:\n" + watch.report())


if __name__ == "__main__":
    main()
