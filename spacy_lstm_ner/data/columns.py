"""Column files in the manner of CoNLL → Docs: a token a line, a blank line between sentences."""

import re
from collections import Counter
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..errors import Errors, Warnings
from .files import read_lines
from .problems import Problem, Report
from .tagged import Sentence, make_docs

DOCSTART = "-DOCSTART-"
BLANK = " \t"  # and no other white space: a no-break space may be a token


def read_columns(
    path: Path,
    vocab: Vocab,
    report: Report,
    *,
    encoding: str = "utf8",
    scheme: Optional[str] = None,
    n_sents: Optional[int] = None,
    token_column: int = 1,
    tag_column: int = -1,
) -> Iterator[Doc]:
    """Read Docs from a column file. If a line holds a tab, tabs alone delimit the columns, since
    tokens may hold spaces; else spaces do. Spaces around a field do not belong to it. A line that
    is blank but for spaces and tabs ends a sentence; one that begins with `-DOCSTART-` starts a
    document.

    path (Path): The file, plain, in gzip or in a zip.
    vocab (Vocab): The Docs' vocabulary.
    report (Report): Is given each line that is left out and each illegal tag.
    encoding (str): The file's encoding.
    scheme (Optional[str]): The tagging scheme; found by looking at the tags if None.
    n_sents (Optional[int]): Sentences to a Doc, never across a document's start. None: the
        documents of the file, or one if it marks none.
    token_column (int): Where the token stands, from 1, or from -1 backwards.
    tag_column (int): Where the tag stands, likewise.
    YIELDS (Doc): Each with its sentence starts.
    RAISES (ValueError): If a column is out of range or nothing can be read.
    """
    lines = read_lines(path, encoding, report)
    rows, delimiter = _split(lines)
    widths = Counter(len(row) for row in rows if row and row[0] != DOCSTART)
    if not widths:
        raise ValueError(Errors.NOTHING_READ.format(path=path, format="columns"))
    width = widths.most_common(1)[0][0]
    word_at, tag_at = (_index(column, width, path) for column in (token_column, tag_column))
    sentences = [Sentence()]
    for number, row in enumerate(rows, start=1):
        if row and row[0] == DOCSTART:
            sentences.append(Sentence(opens_doc=True))
        elif not row:
            # what a document's start is followed by is still its first sentence
            sentences += [Sentence()] if sentences[-1].words else []
        else:
            message = _why_left_out(row, width, word_at, delimiter)
            if message:
                report(Problem("unreadable", path, number, lines[number - 1], message))
            else:
                sentences[-1].add(row[word_at], row[tag_at], number)
    sentences = _without_empty(sentences)
    if not sentences:
        raise ValueError(Errors.NOTHING_READ.format(path=path, format="columns"))
    yield from make_docs(sentences, vocab, path, report, scheme=scheme, n_sents=n_sents)


def _split(lines: List[str]) -> Tuple[List[List[str]], str]:
    """The columns of each line, none for a blank one, and what delimits them, in words."""
    lines = [line if line.strip(BLANK) else "" for line in lines]
    if any("\t" in line for line in lines):
        rows = [[field.strip(" ") for field in line.split("\t")] if line else [] for line in lines]
        return rows, "tabs"
    return [re.split(" +", line.strip(" ")) if line else [] for line in lines], "spaces"


def _index(column: int, width: int, path: Path) -> int:
    index = column - 1 if column > 0 else width + column
    if column == 0 or not 0 <= index < width:
        raise ValueError(Errors.COLUMN.format(column=column, path=path, total=width))
    return index


def _why_left_out(row: List[str], width: int, word_at: int, delimiter: str) -> Optional[str]:
    if len(row) != width:
        return Warnings.N_COLUMNS.format(given=len(row), delimiter=delimiter, expected=width)
    return None if row[word_at] else Warnings.NO_WORD


def _without_empty(sentences: List[Sentence]) -> List[Sentence]:
    """A document whose first sentence is empty still starts where it did."""
    kept: List[Sentence] = []
    opens_doc = False
    for sentence in sentences:
        opens_doc |= sentence.opens_doc
        if sentence.words:
            sentence.opens_doc = opens_doc
            kept.append(sentence)
            opens_doc = False
    return kept
