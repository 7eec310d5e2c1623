"""Gold documents: what commands measure pipelines on."""

from pathlib import Path
from typing import List, Sequence

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from ..data.corpus_files import corpus_files
from ..data.docbin import load_docbin
from ..data.jsonl import read_jsonl
from ..data.problems import Report
from ..data.readers import plain_doc
from ..errors import Errors


def read_docs(nlp: Language, path: Path, report: Report) -> List[Doc]:
    """Read annotated documents.

    nlp (Language): The pipeline, for its tokenizer and vocabulary.
    path (Path): A .spacy or .jsonl file.
    report (Report): Is given what could not be taken over.
    RETURNS (List[Doc]): The documents; a document's number is its place among them, from 1.
    RAISES (ValueError): If the file is of another format or damaged, or no line of it can be read.
    """
    (path,) = corpus_files(path)  # of no other format
    if path.suffix == ".jsonl":
        return list(read_jsonl(path, nlp.tokenizer, report))
    return list(load_docbin(path, store_user_data=True).get_docs(nlp.vocab))


def read_gold(nlp: Language, path: Path, report: Report) -> List[Example]:
    """Read gold documents. Empty ones are kept, so that all commands number them alike.

    nlp (Language): The pipeline; its tokenizer makes the Docs to predict on.
    path (Path): A .spacy or .jsonl file.
    report (Report): Is given what could not be taken over.
    RETURNS (List[Example]): Docs without annotation, and the gold ones.
    RAISES (ValueError): If the file is of another format or damaged, or none of its documents says
        anything about entities.
    """
    docs = read_docs(nlp, path, report)
    if not any(len(doc) and doc.has_annotation("ENT_IOB") for doc in docs):
        raise ValueError(Errors.NO_GOLD_ENTS.format(path=path, n_docs=len(docs)))
    return [Example(plain_doc(nlp, doc), doc) for doc in docs]


def without_empty(examples: Sequence[Example]) -> List[Example]:
    """Leave empty documents out, where nothing can be learned of them and nobody counts.

    examples (Sequence[Example]): Predicted and gold Docs.
    RETURNS (List[Example]): Those with a token.
    """
    return [example for example in examples if len(example.reference)]
