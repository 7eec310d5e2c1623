"""`python -m benchmarks.scale.predict MODEL`: plain `nlp.pipe`, one worker, two workers."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from timeit import default_timer as timer

import spacy

from spacy_lstm_ner.scale.tagging.apply import BATCH_WORDS, apply

from ..speed.environment import pinned
from .rows import write_rows


def plain(model: str, folder: Path) -> float:
    """Read, tag in batches of as many words as apply-ray's, and count; returns words per second.
    The first texts are tagged outside of the memory zone: so the tokenizer keeps their words, as a
    worker's does."""
    nlp = spacy.load(model)
    texts = [
        json.loads(line)["text"] for path in sorted(folder.iterdir()) for line in path.open("rb")
    ]
    mean = sum(len(nlp.make_doc(text)) for text in texts[:1000]) / 1000
    size = int(BATCH_WORDS / mean)
    list(nlp.pipe(texts[:2000], batch_size=size))
    started, words = timer(), 0
    with nlp.memory_zone():
        for doc in nlp.pipe(texts, batch_size=size):
            words += len(doc)
    return words / (timer() - started)


def workers(model: str, folder: Path, number: int) -> float:
    """Words per second of all workers, without starting and loading."""
    output = folder.parent / f"out{number}"
    report = apply(model, folder, output, workers=number)
    speed = number * report.new_words / report.worker_seconds
    rest = report.seconds - report.worker_seconds / number
    print(f"{number} workers: {speed:,.0f} words/s; starting, loading, waiting: {rest:.1f} s")
    shutil.rmtree(output)
    return speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in pinned(os.environ).items()):
        command = [sys.executable, "-m", "benchmarks.scale.predict", *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=pinned(os.environ), check=False).returncode)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        write_rows(folder, args.rows, 4)
        for _ in range(args.rounds):
            alone = plain(args.model, folder)
            print(f"nlp.pipe:  {alone:,.0f} words/s")
            one, two = (workers(args.model, folder, number) for number in (1, 2))
            print(f"one worker / nlp.pipe: {one / alone:.2f}; two workers / one: {two / one:.2f}")


if __name__ == "__main__":
    main()
