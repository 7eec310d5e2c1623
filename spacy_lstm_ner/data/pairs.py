"""A file of sentences and one of their tags, a sentence a line → Docs."""

from itertools import zip_longest
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..errors import Errors, Warnings
from .files import read_lines
from .problems import Problem, Report
from .tagged import Sentence, make_docs

SENTENCES, LABELS = "sentences.txt", "labels.txt"


def read_pairs(
    path: Path,
    vocab: Vocab,
    report: Report,
    *,
    encoding: str = "utf8",
    scheme: Optional[str] = None,
    n_sents: Optional[int] = None,
) -> Iterator[Doc]:
    """Read Docs from `sentences.txt` and `labels.txt` of one folder: a sentence a line, its
    tokens or tags separated by spaces.

    path (Path): The folder, or the sentences' file in it.
    vocab (Vocab): The Docs' vocabulary.
    report (Report): Is given each sentence that has not as many tags as tokens, which is left
        out, and each illegal tag.
    encoding (str): The files' encoding.
    scheme (Optional[str]): The tagging scheme; found by looking at the tags if None.
    n_sents (Optional[int]): Sentences to a Doc, one if None.
    YIELDS (Doc): Each with its sentence starts.
    RAISES (ValueError): If a file is not there, or nothing can be read.
    """
    words_path, tags_path = find_pair(path)
    words_lines, tags_lines = (read_lines(p, encoding, report) for p in (words_path, tags_path))
    sentences: List[Sentence] = []
    for number, pair in enumerate(zip_longest(words_lines, tags_lines), start=1):
        words, tags = ([part for part in (line or "").split(" ") if part] for line in pair)
        if len(words) != len(tags):
            at, line, message = _why_left_out(pair, (words_path, tags_path), len(words), len(tags))
            report(Problem("unreadable", at, number, line, message))
        elif words:
            sentences.append(Sentence(False, words, tags, [number] * len(words)))
    if not sentences:
        raise ValueError(Errors.NOTHING_READ.format(path=path, format="pairs"))
    yield from make_docs(sentences, vocab, words_path, report, scheme=scheme, n_sents=n_sents)


def find_pair(path: Path) -> Tuple[Path, Path]:
    """Find the two files.

    path (Path): The folder, or the sentences' file in it.
    RETURNS (Tuple[Path, Path]): The files of sentences and of tags.
    RAISES (ValueError): If one is not there.
    """
    folder = path if path.is_dir() else path.parent
    pair = folder / SENTENCES, folder / LABELS
    if path not in (folder, pair[0]) or not all(file.is_file() for file in pair):
        raise ValueError(Errors.PAIR.format(path=path, sentences=SENTENCES, labels=LABELS))
    return pair


def _why_left_out(
    pair: Tuple[Optional[str], Optional[str]], paths: Tuple[Path, Path], n_words: int, n_tags: int
) -> Tuple[Path, str, str]:
    """Where to look, what stands there, and why it is left out."""
    words, tags = pair
    if words is None or tags is None:
        here, other = paths if tags is None else paths[::-1]
        return here, words or tags or "", Warnings.PAIR_ALONE.format(other=other)
    return paths[0], words, Warnings.PAIR_LENGTH.format(words=n_words, tags=n_tags)
