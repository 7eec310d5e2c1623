"""Any number of short documents: sentences of the Almanac corpus, with words of their own."""

import json
from itertools import cycle, islice
from pathlib import Path
from typing import List

ROOT = Path(__file__).parents[2]


def sentences() -> List[str]:
    """RETURNS (List[str]): Each sentence of the training part."""
    found = []
    with (ROOT / "corpus" / "train.jsonl").open(encoding="utf8") as file:
        for line in file:
            record = json.loads(line)
            found += [record["text"][start:end] for start, end in record["sentences"]]
    return found


def write_rows(folder: Path, n_rows: int, n_shards: int) -> None:
    """Write JSON lines. Every tenth row has a word that no other has.

    folder (Path): For the files.
    n_rows (int): How many rows in all.
    n_shards (int): In how many files.
    """
    folder.mkdir(parents=True)
    texts = islice(cycle(sentences()), n_rows)
    files = [(folder / f"{number:03d}.jsonl").open("w") for number in range(n_shards)]
    for number, text in enumerate(texts):
        own = f" Item{number:x}." if number % 10 == 0 else ""
        line = json.dumps({"id": number, "text": text + own})
        files[number * n_shards // n_rows].write(line + "\n")
    for file in files:
        file.close()
