"""Inputs, options and what comes out."""

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from spacy.language import Language

from spacy_lstm_ner.scale.tagging.folder import OutputFolder
from spacy_lstm_ner.scale.tagging.plan import open_plan
from spacy_lstm_ner.scale.tagging.rows import Options
from spacy_lstm_ner.scale.tagging.shards import cut, find_shards
from spacy_lstm_ner.scale.tagging.worker import PieceTagger, Result

from ..pipeline.helpers import TRAIN

OPTIONS = Options("text", "spans", True, False, "jsonl")
TO_TABLE = OPTIONS._replace(form="parquet")
WORDS = " ".join(text for text, _ in TRAIN).split()


def texts(n: int, start: int = 0) -> Iterator[str]:
    """Texts of 1 to 20 words, no two alike."""
    for number in range(start, start + n):
        words = [WORDS[(number * 5 + i) % len(WORDS)] for i in range(number * 7 % 20)]
        yield " ".join([*words, f"no{number}"])


def write_jsonl(path: Path, rows: List[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    return path


def read_jsonl(path: Path) -> List[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]


def read_folder(folder: Path, ending: str = "jsonl") -> List[Any]:
    """All rows of all output files, in the order of their names."""
    files = [
        path
        for path in sorted(folder.rglob(f"*.{ending}"))
        if not any(part[0] == "_" for part in path.relative_to(folder).parts)
    ]
    return [row for path in files for row in read_jsonl(path)]


def pieces_of(path: Path, piece_bytes: int = 1 << 20) -> List[Any]:
    return [piece for shard in find_shards(path) for piece in cut(shard, piece_bytes)]


def piped(nlp: Language, rows: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """What one machine makes of rows with texts."""
    docs = nlp.pipe(row["text"] for row in rows)
    return [
        {
            **row,
            "spans": [
                {
                    "start": ent.start_char,
                    "end": ent.end_char,
                    "label": ent.label_,
                    "confidence": None,
                }
                for ent in doc.ents
            ],
        }
        for row, doc in zip(rows, docs)
    ]


def run(
    nlp: Language,
    shards: Path,
    output: Path,
    options: Options = OPTIONS,
    piece_bytes: int = 1000,
) -> Tuple[List[Result], OutputFolder]:
    """One worker does what is to do; returns the results and the folder."""
    folder = OutputFolder(output, options.form)
    pieces = open_plan(folder, "digest", options, find_shards(shards), piece_bytes)
    tagger = PieceTagger(nlp, output, options, 50)
    return [tagger(piece) for piece in pieces], folder
