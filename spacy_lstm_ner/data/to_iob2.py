"""Docs → column files: `TOKEN<TAB>TAG` in IOB2, a blank line after each sentence."""

import re
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

from spacy.tokens import Doc, Span

from ..errors import Warnings
from ..tags.annotated import annotated_labels
from .columns import DOCSTART
from .files import write_text
from .problems import Problem, Report
from .schemes import MISSING

Cell = Tuple[int, str]  # a token's place in its Doc, and its text in a column


def write_iob2(docs: List[Doc], path: Path, report: Report) -> None:
    """Write Docs as a column file. A token without annotation has the tag `-`. If a Doc has more
    than one sentence, each Doc begins with a line `-DOCSTART-`.

    White-space tokens have no place in such a file, nor have texts, `id` and `meta`.

    docs (List[Doc]): The Docs.
    path (Path): The file; in gzip if it ends with `.gz`.
    report (Report): Is given each token, entity, set of labels and Doc that does not stand in the
        file as it was; their line is the Doc's number.
    """
    marked = any(len(_sentences(doc)) > 1 for doc in docs)
    lines: List[str] = []
    for number, doc in enumerate(docs, start=1):
        labels = annotated_labels(doc)
        if labels is not None:
            message = Warnings.NO_LABEL_SET.format(document=number, labels=", ".join(labels))
            report(Problem("changed", path, number, doc.text, message))
        blocks = _blocks(doc, number, path, report)
        if not blocks:
            message = Warnings.EMPTY_DOC.format(document=number)
            report(Problem("changed", path, number, doc.text, message))
            continue
        lines += [f"{DOCSTART}\tO", ""] if marked else []
        for block in blocks:
            lines += [*block, ""]
    write_text(path, "".join(f"{line}\n" for line in lines))


def _sentences(doc: Doc) -> List[Span]:
    return list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]


def _blocks(doc: Doc, number: int, path: Path, report: Report) -> List[List[str]]:
    """The lines of each sentence that has any."""
    cells = dict(_cells(doc, number, path, report))
    owner = {token.i: ent for ent in doc.ents for token in ent}
    for label in sorted({ent.label_ for ent in doc.ents}):
        if _cell(label) != label:
            message = Warnings.LABEL_CHANGED.format(document=number, cell=_cell(label))
            report(Problem("changed", path, number, label, message))
    blocks = []
    for sent in _sentences(doc):
        if sent.start in owner and owner[sent.start].start < sent.start:
            message = Warnings.CUT_ENTITY.format(document=number)
            report(Problem("changed", path, number, owner[sent.start].text, message))
        places = [token.i for token in sent if token.i in cells]
        tags = _tags(places, owner, doc)
        blocks.append([f"{cells[place]}\t{tag}" for place, tag in zip(places, tags)])
    return [block for block in blocks if block]


def _cell(text: str) -> str:
    return re.sub(r"[\t\r\n]+", " ", text).strip(" ")


def _cells(doc: Doc, number: int, path: Path, report: Report) -> Iterator[Cell]:
    for token in doc:
        cell = _cell(token.text)
        fits = cell not in ("", DOCSTART)
        if cell != token.text or not fits:
            known = {"document": number, "token": token.i + 1}
            message = (
                Warnings.CELL_CHANGED.format(cell=cell, **known)
                if fits
                else Warnings.NO_CELL.format(**known)
            )
            report(Problem("changed", path, number, token.text, message))
        if fits:
            yield token.i, cell


def _tags(places: List[int], owner: Dict[int, Span], doc: Doc) -> List[str]:
    """Tags of a sentence's tokens. B stands on the first of an entity's tokens that is written
    in this sentence."""
    tags = []
    before = None
    for place in places:
        ent = owner.get(place)
        if ent is not None:
            tags.append(f"{'I' if ent is before else 'B'}-{_cell(ent.label_)}")
        else:
            tags.append(MISSING if doc[place].ent_iob == 0 else "O")
        before = ent
    return tags
