"""Files of text without annotation → Docs."""

from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

import srsly
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from ..errors import Errors, Warnings
from .docbin import read_docbin
from .files import stream_lines
from .formats import ENDINGS, input_format
from .problems import Problem, Report


def read_unlabelled(path: Path, tokenizer: Tokenizer, report: Report) -> Iterator[Doc]:
    """Read Docs from a `.spacy` file, from JSON lines with a `text` (or `data`) each, or from plain
    text, a line a Doc. `id` and `meta` of a JSON object go to `doc.user_data`; its annotation is
    not read. A Doc of a `.spacy` file is taken as it is.

    path (Path): The file; text may be in gzip or in a zip.
    tokenizer (Tokenizer): Makes a Doc of a text; its vocabulary is the Docs'.
    report (Report): Is given each line that is left out. Blank lines are left out in silence.
    YIELDS (Doc): One for each text, in the order of the file.
    RAISES (ValueError): If the file is of another format, or holds no text.
    """
    name = input_format(path)
    if name == "spacy":
        yield from read_docbin(path, tokenizer.vocab, report)
        return
    endings = [ENDINGS.get(ending) for ending in path.suffixes[-2:]]  # .tsv.gz too
    if name in ("csv", "pairs") or "columns" in endings:
        raise ValueError(Errors.UNLABELLED_FORMAT.format(path=path, format=name))
    n_docs = 0
    for number, line in enumerate(stream_lines(path, "utf8", report), start=1):
        if not line.strip():
            continue
        try:
            text, user_data = _parse(line) if name == "jsonl" else (line, {})
        except ValueError as err:
            message = Warnings.UNLABELLED.format(reason=err)
            report(Problem("unreadable", path, number, line, message))
            continue
        doc = tokenizer(text)
        doc.user_data.update(user_data)
        n_docs += 1
        yield doc
    if not n_docs:
        raise ValueError(Errors.NO_TEXT.format(path=path, format=name))


def _parse(line: str) -> Tuple[str, Dict[str, Any]]:
    given = srsly.json_loads(line)
    if not isinstance(given, dict):
        raise ValueError(Errors.RECORD_TYPE.format(type=type(given).__name__))
    text = given.get("text", given.get("data"))
    if not isinstance(text, str) or not text.strip():
        raise ValueError(Errors.RECORD_TEXT.format(value=text))
    return text, {key: given[key] for key in ("id", "meta") if key in given}
