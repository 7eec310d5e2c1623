"""`spacy lstm-ner convert`: annotated text to spaCy's binary format."""

from pathlib import Path
from typing import Annotated

import spacy
import typer
from spacy.tokens import DocBin
from wasabi import msg

from ..data.jsonl import read_jsonl


def convert_cli(
    input_path: Annotated[
        Path,
        typer.Argument(help="File with one JSON object a line.", exists=True, dir_okay=False),
    ],
    output_path: Annotated[Path, typer.Argument(help="The .spacy file to write.")],
    lang: Annotated[
        str, typer.Option("--lang", "-l", help="Language whose tokenizer is used.")
    ] = "en",
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if a span does not fit the tokens.")
    ] = False,
) -> None:
    """Convert JSON lines with character offsets to a .spacy file for `spacy train`.

    Spans that do not fit the tokens are listed; their tokens count as missing annotation.
    """
    tokenizer = spacy.blank(lang).tokenizer
    docs = DocBin(store_user_data=True)
    n_docs = n_ents = n_misaligned = 0
    try:
        for doc, misaligned in read_jsonl(input_path, tokenizer):
            docs.add(doc)
            n_docs += 1
            n_ents += len(doc.ents)
            n_misaligned += len(misaligned)
            for span in misaligned:
                msg.warn(
                    f"{input_path}:{span.line}: {span.label} {span.text!r} does not fit the "
                    f"tokens {span.tokens!r}"
                )
    except ValueError as err:
        msg.fail(str(err), exits=1)
    docs.to_disk(output_path)
    msg.good(f"{output_path}: {n_docs} documents, {n_ents} entities, {n_misaligned} misaligned")
    if strict and n_misaligned:
        raise typer.Exit(1)
