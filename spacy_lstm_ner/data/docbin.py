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
    docs = load_docbin(path, store_user_data=True)
    if not len(docs):
        raise ValueError(Errors.NOTHING_READ.format(path=path, format="spacy"))
    yield from docs.get_docs(vocab)


def load_docbin(path: Path, *, store_user_data: bool = False) -> DocBin:
    """Load a `.spacy` file.

    path (Path): The file.
    store_user_data (bool): Whether its Docs get their `user_data`.
    RETURNS (DocBin): What it holds.
    RAISES (OSError): If it cannot be read.
    RAISES (ValueError): If it is not of this format.
    """
    try:
        return DocBin(store_user_data=store_user_data).from_bytes(path.read_bytes())
    except OSError:
        raise
    except Exception as err:  # zlib's and msgpack's errors have no base in common
        reason = f"{type(err).__name__}: {err}"
        raise ValueError(Errors.NOT_DOCBIN.format(path=path, reason=reason)) from err


def write_docbin(docs: List[Doc], path: Path) -> None:
    """Write Docs to a `.spacy` file, with their `user_data`.

    docs (List[Doc]): The Docs.
    path (Path): The file.
    """
    DocBin(docs=docs, store_user_data=True).to_disk(path)
