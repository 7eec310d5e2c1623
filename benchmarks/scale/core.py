"""`python -m benchmarks.scale.core MODEL`: what a word costs one core, in CPU time.

CPU time says what other work on the machine does not change much; wall time is another matter.
"""

import argparse
import json
import tempfile
from pathlib import Path
from time import process_time
from typing import Callable, List, Tuple

import spacy

from spacy_lstm_ner.scale.apply import BATCH_WORDS
from spacy_lstm_ner.scale.pack import load_packed, pack_model
from spacy_lstm_ner.scale.rows import Options
from spacy_lstm_ner.scale.shards import cut, find_shards
from spacy_lstm_ner.scale.worker import PieceTagger

from .rows import write_rows


def timed(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    packed = pack_model(Path(args.model), None)
    print(f"model: {len(packed):,} bytes, loaded in {timed(lambda: load_packed(packed, {})):.2f} s")
    nlp, sure = (
        spacy.load(args.model),
        load_packed(packed, {"components.lstm_ner.confidence": True}),
    )
    options = Options("text", "spans", True, False, "jsonl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "in", args.rows, 1)
        [piece] = cut(find_shards(folder / "in")[0], 1 << 40)
        texts = [json.loads(line)["text"] for line in Path(piece.path).read_text().splitlines()]
        n_words = sum(len(nlp.make_doc(text)) for text in texts)
        print(f"{n_words / len(texts):.1f} words and {piece.size / len(texts):.0f} bytes a row")

        def plain() -> None:
            size = BATCH_WORDS * len(texts) // n_words
            with nlp.memory_zone():
                for doc in nlp.pipe(texts, batch_size=size):
                    _ = doc.ents

        cases: List[Tuple[str, Callable[[], object]]] = [("nlp.pipe", plain)]
        for title, pipeline, changed in [
            ("JSON lines", nlp, {}),
            ("gzip", nlp, {"form": "jsonl.gz"}),
            ("Parquet", nlp, {"form": "parquet"}),
            ("confidence", sure, {}),
        ]:
            tagger = PieceTagger(pipeline, folder / title, options._replace(**changed), BATCH_WORDS)
            cases.append((title, lambda tagger=tagger: tagger._tag(piece)))  # type: ignore[misc]
        for title, work in cases:
            seconds = sorted(timed(work) for _ in range(args.rounds))
            print(
                f"{title}: {n_words / seconds[len(seconds) // 2]:,.0f} words per second of CPU "
                f"({n_words / seconds[-1]:,.0f} to {n_words / seconds[0]:,.0f})"
            )


if __name__ == "__main__":
    main()
