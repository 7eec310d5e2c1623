"""Sentences with a tag for each token → Docs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, List, Optional, Union

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ..errors import Errors
from .problems import Problem, Report
from .schemes import check_scheme, detect_scheme, parse_tag, read_tags


@dataclass
class Sentence:
    """A sentence as a file holds it.

    opens_doc (bool): Whether the file says that a document starts here.
    words (List[str]): Its tokens.
    tags (List[str]): One a token.
    lines (List[int]): Where each token stands, from 1.
    """

    opens_doc: bool = False
    words: List[str] = field(default_factory=list)
    tags: List[str] = field(default_factory=list)
    lines: List[int] = field(default_factory=list)

    def add(self, word: str, tag: str, line: int) -> None:
        """Add a token.

        word (str): Its text.
        tag (str): Its tag.
        line (int): Where it stands.
        """
        self.words.append(word)
        self.tags.append(tag)
        self.lines.append(line)


def make_docs(
    sentences: List[Sentence],
    vocab: Vocab,
    path: Path,
    report: Report,
    *,
    scheme: Optional[str] = None,
    n_sents: Optional[int] = None,
) -> Iterator[Doc]:
    """Make Docs of tagged sentences. A word of the file is a token as it is, and one space stands
    between two of them. A token tagged `-`, or with no tag that can be read, is left without
    annotation.

    sentences (List[Sentence]): All sentences of a file, none empty.
    vocab (Vocab): The Docs' vocabulary.
    path (Path): The file.
    report (Report): Is given each illegal tag.
    scheme (Optional[str]): The tagging scheme; found by looking at the tags if None.
    n_sents (Optional[int]): Sentences to a Doc. None: those up to the next that opens a
        document, or one if none does.
    YIELDS (Doc): Each with its sentence starts.
    RAISES (ValueError): If scheme or n_sents are no such thing, or no tag can be read.
    """
    if scheme is not None:
        check_scheme(scheme)
    if n_sents is not None and n_sents < 1:
        raise ValueError(Errors.N_SENTS.format(value=n_sents))
    tags = [sentence.tags for sentence in sentences]
    _check_tags(tags, path)
    scheme = scheme or detect_scheme(tags)
    for group in _groups(sentences, n_sents):
        yield _make_doc(group, vocab, path, report, scheme)


def _check_tags(sentences: List[List[str]], path: Path) -> None:
    names = [name for tags in sentences for name in tags]
    if names and not any(parse_tag(name) for name in set(names)):
        raise ValueError(Errors.NO_TAGS.format(total=len(names), path=path, tag=names[0]))


def _groups(sentences: List[Sentence], n_sents: Optional[int]) -> Iterator[List[Sentence]]:
    if n_sents is None and not any(sentence.opens_doc for sentence in sentences):
        n_sents = 1
    group: List[Sentence] = []
    for sentence in sentences:
        if group and (sentence.opens_doc or len(group) == n_sents):
            yield group
            group = []
        group.append(sentence)
    yield group


def _make_doc(
    sentences: List[Sentence], vocab: Vocab, path: Path, report: Report, scheme: str
) -> Doc:
    words = [word for sentence in sentences for word in sentence.words]
    starts: List[Union[bool, int, None]] = [
        i == 0 for sentence in sentences for i in range(len(sentence.words))
    ]
    spaces = [True] * (len(words) - 1) + [False]
    doc = Doc(vocab, words=words, spaces=spaces, sent_starts=starts)
    ents: List[Span] = []
    missing: List[Span] = []
    begin = 0
    for sentence in sentences:
        reading = read_tags(sentence.tags, scheme)
        for i, message in reading.illegal:
            text = f"{sentence.words[i]} {sentence.tags[i]}"
            report(Problem("illegal tag", path, sentence.lines[i], text, message))
        for start, end, label in reading.spans:
            ents.append(Span(doc, begin + start, begin + end, label=label))
        missing += [doc[begin + i : begin + i + 1] for i in reading.missing]
        begin += len(sentence.words)
    doc.set_ents(ents, missing=missing, default="outside")
    return doc
