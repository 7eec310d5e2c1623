"""The "entity annotated corpus" as a table, `Sentence #,Word,POS,Tag` → Docs."""

import csv
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..errors import Errors, Warnings
from .files import read_lines
from .problems import Problem, Report
from .tagged import Sentence, make_docs

NAMES = ("Sentence #", "Word", "Tag")
SPREADSHEET_ROWS = 1_048_576


def read_csv(
    path: Path,
    vocab: Vocab,
    report: Report,
    *,
    encoding: str = "windows-1252",
    scheme: Optional[str] = None,
    n_sents: Optional[int] = None,
) -> Iterator[Doc]:
    """Read Docs from a table with a token a row. A sentence starts at each new entry in the
    column `Sentence #`; the rows below may repeat it or leave it empty. A table with as many
    rows as a spreadsheet can hold was cut off in its last sentence, which is left out.

    path (Path): The file, plain, in gzip or in a zip.
    vocab (Vocab): The Docs' vocabulary.
    report (Report): Is given each row that is left out and each illegal tag.
    encoding (str): The file's encoding.
    scheme (Optional[str]): The tagging scheme; found by looking at the tags if None.
    n_sents (Optional[int]): Sentences to a Doc, one if None.
    YIELDS (Doc): Each with its sentence starts.
    RAISES (ValueError): If a column is not in the header, or nothing can be read.
    """
    lines = read_lines(path, encoding, report)
    header = _fields(lines[0]) if lines else []
    if not set(NAMES) <= set(header):
        expected = ", ".join(NAMES)
        given = lines[0] if lines else ""
        raise ValueError(Errors.CSV_HEADER.format(path=path, header=given, expected=expected))
    places = tuple(header.index(name) for name in NAMES)
    sentences: List[Sentence] = [Sentence()]
    current = ""
    for line_number, line in enumerate(lines[1:], start=2):
        row, message = _read_row(line, len(header), places)
        if message:
            report(Problem("unreadable", path, line_number, line, message))
            # a row whose word is unreadable may still be the first of its sentence
        if row[0] not in ("", current):
            sentences.append(Sentence())
            current = row[0]
        if not message:
            sentences[-1].add(row[1], row[2], line_number)
    if len(lines) == SPREADSHEET_ROWS:
        _report_cut(sentences.pop(), path, report)
    sentences = [sentence for sentence in sentences if sentence.words]
    if not sentences:
        raise ValueError(Errors.NOTHING_READ.format(path=path, format="csv"))
    yield from make_docs(sentences, vocab, path, report, scheme=scheme, n_sents=n_sents)


def _fields(line: str) -> List[str]:
    """The fields of a line on its own: none goes on over the next line, so that a stray quote
    costs a line and not the rest of the file."""
    try:
        return [field.strip(" ") for field in next(csv.reader([line], strict=True))]
    except (csv.Error, StopIteration):
        return []


def _read_row(line: str, width: int, places: Tuple[int, ...]) -> Tuple[List[str], Optional[str]]:
    """Sentence, word and tag of a row, and why it is left out."""
    fields = _fields(line)
    if len(fields) != width:
        message = Warnings.N_COLUMNS.format(given=len(fields), delimiter="commas", expected=width)
        return [line.partition(",")[0].strip('" '), "", ""], message
    row = [fields[place] for place in places]
    return row, None if row[1] else Warnings.NO_WORD


def _report_cut(sentence: Sentence, path: Path, report: Report) -> None:
    message = Warnings.CUT_TABLE.format(rows=f"{SPREADSHEET_ROWS:,}")
    line = sentence.lines[0] if sentence.lines else SPREADSHEET_ROWS
    report(Problem("skipped", path, line, " ".join(sentence.words), message))
