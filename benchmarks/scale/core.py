"""`python -m benchmarks.scale.core MODEL`: what a word costs one core, in CPU time.

CPU time says what other work on the machine does not change much; wall time is another matter.
Each case has a pipeline of its own, and the first round, in which it learns words, is left out.
"""

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import Callable, Dict, List

from spacy.language import Language

from spacy_lstm_ner.scale.tagging.apply import BATCH_WORDS
from spacy_lstm_ner.scale.tagging.pack import load_packed, pack_model
from spacy_lstm_ner.scale.tagging.rows import Options
from spacy_lstm_ner.scale.tagging.shards import cut, find_shards
from spacy_lstm_ner.scale.tagging.worker import PieceTagger

from .rows import write_rows


def timed(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started


def plain(nlp: Language, texts: List[str], size: int) -> None:
    with nlp.memory_zone():
        for doc in nlp.pipe(texts, batch_size=size):
            _ = doc.ents


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    packed = pack_model(Path(args.model), None)
    print(f"model: {len(packed):,} bytes, loaded in {timed(lambda: load_packed(packed, {})):.2f} s")
    options = Options("text", "spans", True, False, "jsonl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "in", args.rows, 1)
        [piece] = cut(find_shards(folder / "in")[0], 1 << 40)
        texts = [json.loads(line)["text"] for line in Path(piece.path).read_text().splitlines()]
        nlp = load_packed(packed, {})
        n_words = sum(len(doc) for doc in map(nlp.make_doc, texts))  # it knows the words then
        print(f"{n_words / len(texts):.1f} words and {piece.size / len(texts):.0f} bytes a row")
        size = BATCH_WORDS * len(texts) // n_words
        cases: Dict[str, Callable[[], object]] = {"nlp.pipe": lambda: plain(nlp, texts, size)}
        for title, overrides, form in [
            ("JSON lines", {}, "jsonl"),
            ("gzip", {}, "jsonl.gz"),
            ("Parquet", {}, "parquet"),
            ("confidence", {"components.lstm_ner.confidence": True}, "jsonl"),
        ]:
            pipeline = load_packed(packed, overrides)
            tagger = PieceTagger(pipeline, folder / title, options._replace(form=form), BATCH_WORDS)
            cases[title] = lambda tagger=tagger: tagger._tag(piece)  # type: ignore[misc]
        rounds = [
            {title: timed(work) for title, work in cases.items()} for _ in range(args.rounds + 1)
        ]
        for title in cases:
            speeds = sorted(n_words / seconds[title] for seconds in rounds[1:])
            print(
                f"{title}: {median(speeds):,.0f} words per second of CPU "
                f"({speeds[0]:,.0f} to {speeds[-1]:,.0f})"
            )


if __name__ == "__main__":
    main()
