"""spaCy's binary format ↔ Docs."""

from pathlib import Path
from typing import Iterator, List

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..errors import Errors
from .problems import Report


def read_docbin(path: Path, vocab: Vocab, report: Report) -> Iterator[Doc]:
    """Read Docs from a `.spacy` file.

    path (Path): The file.
    vocab (Vocab): The Docs' vocabulary.
    report (Report): Not called: such a file holds nothing that could not be read.
    YIELDS (Doc): Each Doc.
    RAISES (ValueError): If the file is not of this format, or holds no Doc.
    """
    try:
        docs = DocBin(store_user_data=True).from_disk(path)
    except Exception as err:  # zlib's and msgpack's errors have no base in common
        reason = f"{type(err).__name__}: {err}"
        raise ValueError(Errors.NOT_DOCBIN.format(path=path, reason=reason)) from err
    if not len(docs):
        raise ValueError(Errors.NOTHING_READ.format(path=path, format="spacy"))
    yield from docs.get_docs(vocab)


def write_docbin(docs: List[Doc], path: Path) -> None:
    """Write Docs to a `.spacy` file, with their `user_data`.

    docs (List[Doc]): The Docs.
    path (Path): The file.
    """
    DocBin(docs=docs, store_user_data=True).to_disk(path)
