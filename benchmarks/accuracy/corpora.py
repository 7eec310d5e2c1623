"""Make the corpora that the benchmarks use: folders with train.spacy, dev.spacy and test.spacy.

    python -m benchmarks.accuracy.corpora DATA_FOLDER corpus

DATA_FOLDER holds wnut17, wikigold, btc and gmb, each with {train,dev,test}.iob2.gz: a token, a tab
and its IOB2 tag on a line, a blank line after a sentence. Each sentence becomes a document, unless
the file marks documents (-DOCSTART-), as wikigold does: then those are kept. Almanac is made of
this project's own corpus. What is there already is left as it is.
"""

from itertools import islice
from pathlib import Path
from typing import Annotated, Dict, List, Optional

import spacy
import typer

from spacy_lstm_ner.cli.problems import list_problems
from spacy_lstm_ner.data.docbin import write_docbin
from spacy_lstm_ner.data.formats import ReadOptions, input_format, read_docs
from spacy_lstm_ner.data.problems import Problem

ALMANAC = Path(__file__).parents[2] / "corpus"
PARTS = ("train", "dev", "test")
# Sentences from the front; full training of a baseline on gmb takes hours.
CAPPED = {"train": 10_000, "dev": 2_000}


def make_corpus(source: Path, output: Path, limits: Dict[str, int]) -> None:
    """Convert the three parts of a corpus; what does not fit is listed.

    source (Path): Folder with {train,dev,test}, each .jsonl or .iob2.gz.
    output (Path): Folder for the .spacy files.
    limits (Dict[str, int]): Documents to take of a part, from the first; all of the others.
    """
    tokenizer = spacy.blank("en").tokenizer
    output.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        target = output / f"{part}.spacy"
        if target.exists():
            continue
        packed = source / f"{part}.iob2.gz"
        path = packed if packed.exists() else source / f"{part}.jsonl"
        problems: List[Problem] = []
        options = ReadOptions()
        read = read_docs(path, input_format(path), tokenizer, problems.append, options)
        docs = list(islice(read, limits.get(part)))
        list_problems(problems)
        # Whole or not at all: a file that is there counts as done.
        unfinished = target.with_suffix(".unfinished")
        write_docbin(docs, unfinished)
        unfinished.replace(target)
        n_ents = sum(len(doc.ents) for doc in docs)
        print(f"{target}: {len(docs)} documents, {n_ents} entities")


def main(
    data: Annotated[Path, typer.Argument(help="Folder of corpora.", exists=True, file_okay=False)],
    output: Annotated[Path, typer.Argument(help="Folder for the converted corpora.")],
    only: Annotated[
        Optional[str], typer.Option(help="Names, with commas between them; default: all.")
    ] = None,
) -> None:
    """Make the corpora that the benchmarks use."""
    sources = {
        "almanac": ALMANAC,
        **{name: data / name for name in ("wnut17", "wikigold", "btc", "gmb")},
        "gmb10k": data / "gmb",
    }
    for name in only.split(",") if only else sources:
        make_corpus(sources[name], output / name, CAPPED if name == "gmb10k" else {})


if __name__ == "__main__":
    typer.run(main)
