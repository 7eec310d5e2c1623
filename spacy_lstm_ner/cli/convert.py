"""`spacy lstm-ner convert`: annotated text to and from spaCy's binary format."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Dict, List, Optional

import spacy
import typer
from spacy.tokens import Doc
from tqdm import tqdm
from wasabi import msg

from ..data.formats import (
    INPUTS,
    OUTPUTS,
    ReadOptions,
    input_format,
    output_format,
    read_docs,
    write_docs,
)
from ..data.known import limit_known
from ..data.problems import Problem
from ..data.schemes import LETTERS
from ..data.split import parse_split, split_docs
from ..errors import Errors
from .problems import list_problems


def convert_cli(
    input_path: Annotated[
        Path, typer.Argument(help="The file, or a folder with a pair of files.", exists=True)
    ],
    output_path: Annotated[
        Path,
        typer.Argument(help="The file to write (.spacy, .jsonl, .iob2); a folder with --split."),
    ],
    format_: Annotated[
        Optional[str],
        typer.Option("--format", "-f", help=f"Format of the input: {', '.join(INPUTS)}."),
    ] = None,
    output_format_: Annotated[
        Optional[str],
        typer.Option("--output-format", help=f"Format of the output: {', '.join(OUTPUTS)}."),
    ] = None,
    lang: Annotated[
        str, typer.Option("--lang", "-l", help="Language whose tokenizer is used.")
    ] = "en",
    split: Annotated[
        Optional[str],
        typer.Option(help="Shares of train, dev and test, such as 0.7,0.15,0.15, in order."),
    ] = None,
    seed: Annotated[
        Optional[int], typer.Option(help="Shuffle the documents before the split.")
    ] = None,
    n_sents: Annotated[
        Optional[int], typer.Option("--n-sents", "-n", help="Sentences to a document.")
    ] = None,
    scheme: Annotated[
        Optional[str], typer.Option(help=f"Scheme of the tags: {', '.join(LETTERS)}.")
    ] = None,
    token_column: Annotated[
        Optional[int], typer.Option(help="Column of the token, from 1 (default), or -1 back.")
    ] = None,
    tag_column: Annotated[
        Optional[int], typer.Option(help="Column of the tag, likewise (default -1, the last).")
    ] = None,
    encoding: Annotated[
        Optional[str], typer.Option(help="Encoding (default utf8; csv: windows-1252).")
    ] = None,
    annotated_labels: Annotated[
        Optional[str],
        typer.Option(help="Labels that the text is annotated for, such as PERSON,ORG, if not all."),
    ] = None,
    positives_only: Annotated[
        bool,
        typer.Option("--positives-only", help="Only entities are known, all else is missing."),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if anything was reported.")
    ] = False,
) -> None:
    """Convert annotated text to a .spacy file, or back.

    `spacy train` reads .spacy files. JSON lines with offsets (also Prodigy's and doccano's), column
    files, the csv of the entity annotated corpus, and pairs of sentences.txt and labels.txt are
    told apart by name and content. What cannot be taken over as it stands is listed with its line,
    and counted.
    """
    problems: List[Problem] = []
    options = ReadOptions(encoding, scheme, n_sents, token_column, tag_column)
    try:
        tokenizer = spacy.blank(lang).tokenizer
        shares = parse_split(split) if split else None
        if shares is None and seed is not None:
            raise ValueError(Errors.SEED_ALONE)
        name = output_format_ or ("spacy" if shares else output_format(output_path))
        source = format_ or input_format(input_path)
        read = read_docs(input_path, source, tokenizer, problems.append, options)
        docs = list(tqdm(read, unit=" documents", leave=False, disable=None))
        labels = annotated_labels.split(",") if annotated_labels is not None else None
        for doc in docs:
            limit_known(doc, labels, positives_only=positives_only)
        outputs = {output_path: docs}
        if shares:
            parts = split_docs(docs, shares, seed)
            outputs = {output_path / (part + OUTPUTS[name][0]): parts[part] for part in parts}
        for path, kept in outputs.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_docs(kept, path, name, tokenizer, problems.append)
    except (ImportError, OSError, ValueError) as err:
        list_problems(problems)
        msg.fail(str(err), exits=1)
    list_problems(problems)
    _summarize(outputs, problems)
    if strict and problems:
        raise typer.Exit(1)


def _summarize(outputs: Dict[Path, List[Doc]], problems: List[Problem]) -> None:
    for path, docs in outputs.items():
        n_ents = sum(len(doc.ents) for doc in docs)
        msg.good(f"{path}: {len(docs)} documents, {n_ents} entities")
    counts = Counter(problem.kind for problem in problems)
    if counts:
        listed = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        msg.warn(f"Reported above: {listed}")
