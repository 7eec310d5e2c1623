"""The formats by name: how to tell them apart, who reads and who writes them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import srsly
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from ..errors import Errors
from .columns import read_columns
from .docbin import read_docbin, write_docbin
from .files import read_lines
from .jsonl import read_jsonl
from .kaggle import NAMES, read_csv
from .pairs import LABELS, SENTENCES, read_pairs
from .problems import Report
from .to_iob2 import write_iob2
from .to_jsonl import write_jsonl

READERS = {"columns": read_columns, "csv": read_csv, "pairs": read_pairs, "spacy": read_docbin}
TAGGED = ("columns", "csv", "pairs")
INPUTS = ("jsonl", *READERS)
OUTPUTS = {"spacy": (".spacy",), "jsonl": (".jsonl",), "iob2": (".iob2", ".conll", ".tsv")}
ENDINGS = {".spacy": "spacy", ".jsonl": "jsonl", ".csv": "csv"}
ENDINGS.update(dict.fromkeys(OUTPUTS["iob2"], "columns"))


@dataclass
class ReadOptions:
    """How to read a file; what is None is left to its reader.

    encoding (Optional[str]): The file's encoding.
    scheme (Optional[str]): The tagging scheme.
    n_sents (Optional[int]): Sentences to a document.
    token_column (Optional[int]): Where the token stands, from 1.
    tag_column (Optional[int]): Where the tag stands, from 1.
    """

    encoding: Optional[str] = None
    scheme: Optional[str] = None
    n_sents: Optional[int] = None
    token_column: Optional[int] = None
    tag_column: Optional[int] = None


USERS = {
    "encoding": ("jsonl", *TAGGED),
    "scheme": TAGGED,
    "n_sents": TAGGED,
    "token_column": ("columns",),
    "tag_column": ("columns",),
}


def input_format(path: Path) -> str:
    """Tell a file's format, by its name or else its first line.

    path (Path): The file, or a folder with a pair of files.
    RETURNS (str): One of `INPUTS`.
    """
    if path.is_dir() or (path.name == SENTENCES and path.with_name(LABELS).is_file()):
        return "pairs"
    if _ending(path) in ENDINGS:
        return ENDINGS[_ending(path)]
    lines = read_lines(path, "utf8", lambda problem: None)
    first = next((line for line in lines if line.strip()), "")
    if first.startswith(f"{NAMES[0]},"):
        return "csv"
    return "jsonl" if _is_object(first) else "columns"


def _ending(path: Path) -> str:
    packed = path.suffix in (".gz", ".zip")
    return Path(path.stem).suffix if packed else path.suffix


def _is_object(line: str) -> bool:
    try:
        return isinstance(srsly.json_loads(line), dict)
    except ValueError:
        return False


def output_format(path: Path) -> str:
    """Tell the format to write by the ending of a name, not counting `.gz`.

    path (Path): The file.
    RETURNS (str): One of `OUTPUTS`.
    RAISES (ValueError): If the ending is unknown.
    """
    for name, endings in OUTPUTS.items():
        if _ending(path) in endings:
            return name
    known = ", ".join(ending for endings in OUTPUTS.values() for ending in endings)
    raise ValueError(Errors.OUTPUT_FORMAT.format(path=path, known=known))


def read_docs(
    path: Path, name: str, tokenizer: Tokenizer, report: Report, options: ReadOptions
) -> Iterator[Doc]:
    """Read Docs from a file of any format.

    path (Path): The file.
    name (str): Its format.
    tokenizer (Tokenizer): Makes a Doc of a text whose tokens are not given; its vocabulary is
        the Docs'.
    report (Report): Is given each problem.
    options (ReadOptions): How to read it.
    RETURNS (Iterator[Doc]): The Docs.
    RAISES (ValueError): If the format is unknown or has no use for an option that is set, or
        nothing can be read.
    """
    if name not in INPUTS:
        known = ", ".join(INPUTS)
        raise ValueError(Errors.FILE_FORMAT.format(format=name, direction="input", known=known))
    given: Dict[str, Any] = {key: it for key, it in asdict(options).items() if it is not None}
    for key in given:
        if name not in USERS[key]:
            option, formats = f"--{key.replace('_', '-')}", ", ".join(USERS[key])
            raise ValueError(
                Errors.FORMAT_OPTION.format(option=option, format=name, formats=formats)
            )
    if name == "jsonl":
        return read_jsonl(path, tokenizer, report, **given)
    return READERS[name](path, tokenizer.vocab, report, **given)


def write_docs(
    docs: List[Doc], path: Path, name: str, tokenizer: Tokenizer, report: Report
) -> None:
    """Write Docs to a file of any format that can be written.

    docs (List[Doc]): The Docs.
    path (Path): The file.
    name (str): Its format.
    tokenizer (Tokenizer): The one that will read the file.
    report (Report): Is given what the format cannot hold.
    RAISES (ValueError): If the format is unknown.
    """
    if name == "spacy":
        write_docbin(docs, path)
    elif name == "jsonl":
        write_jsonl(docs, path, tokenizer)
    elif name == "iob2":
        write_iob2(docs, path, report)
    else:
        known = ", ".join(OUTPUTS)
        raise ValueError(Errors.FILE_FORMAT.format(format=name, direction="output", known=known))
