"""Resident memory over many documents in memory zones.

    python -m tests.runtime.memory --docs 200000

Each zone is a batch of documents of twelve words, some of them new: they never come again. What
counts is the most that is in use after a zone, among the first tenth of the documents and among
the last tenth. It ends with an error if that grows by more than `--limit` bytes a document.
"""

import argparse
import random
import resource
import sys
from typing import Callable, List

import spacy
from spacy.language import Language

from ..pipeline.helpers import make_examples
from .helpers import SCORED

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def make_pipeline(kind: str, kept_rows: int) -> Language:
    """ "lstm_ner": the default config, not trained, with all that it can write; "ner": spaCy's;
    "blank": a tokenizer alone."""
    nlp = spacy.blank("en")
    if kind != "blank":
        ours = {**SCORED, "model": {"tok2vec": {"kept_rows": kept_rows}}}
        nlp.add_pipe(kind, config=ours if kind == "lstm_ner" else {})
        nlp.initialize(lambda: make_examples(nlp))
    return nlp


def text_maker(new_words: int, seed: int = 0) -> Callable[[], str]:
    rng = random.Random(seed)

    def word() -> str:
        return "".join(rng.choices(LETTERS, k=9))

    known = [word().title() if n % 5 == 0 else word() for n in range(2000)]
    return lambda: " ".join(
        [*rng.choices(known, k=12 - new_words), *(word() for _ in range(new_words))]
    )


def resident_mib() -> float:
    """What the process has in memory just now (Linux)."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def measure(nlp: Language, n_docs: int, zone: int, make_text: Callable[[], str]) -> List[float]:
    """MiB after each zone."""
    sizes = []
    for _ in range(0, n_docs, zone):
        with nlp.memory_zone():
            for doc in nlp.pipe([make_text() for _ in range(zone)]):
                assert len(doc) == 12
        del doc
        sizes.append(resident_mib())
    return sizes


def main(args: List[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--docs", type=int, default=200_000)
    parser.add_argument("--zone", type=int, default=1000, help="documents of a memory zone")
    parser.add_argument("--new-words", type=int, default=2, help="unseen words of a document")
    parser.add_argument("--kept-rows", type=int, default=32768, help="kept_rows of WordEmbed")
    parser.add_argument("--pipe", choices=["lstm_ner", "ner", "blank"], default="lstm_ner")
    parser.add_argument(
        "--limit", type=float, default=500.0, help="growth allowed, bytes a document"
    )
    given = parser.parse_args(args)
    if given.docs < 10 * given.zone:
        parser.error(f"--docs {given.docs} is less than ten zones of --zone {given.zone}")
    nlp = make_pipeline(given.pipe, given.kept_rows)
    sizes = measure(nlp, given.docs, given.zone, text_maker(given.new_words))
    tenth = len(sizes) // 10
    first, last = max(sizes[:tenth]), max(sizes[-tenth:])
    slope = (last - first) * 2**20 / ((len(sizes) - tenth) * given.zone)
    sys.stdout.write(
        f"after {given.docs // 10} documents {first:.1f} MiB, after {given.docs} {last:.1f} MiB\n"
        f"growth {last / first - 1:+.1%}, {slope:+.0f} bytes a document; "
        f"strings in the vocab: {len(nlp.vocab.strings)}\n"
    )
    return int(slope > given.limit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
