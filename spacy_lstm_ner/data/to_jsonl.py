"""Docs → JSON lines with character offsets."""

from itertools import groupby
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import srsly
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from ..tags.annotated import annotated_labels
from .files import write_text


def write_jsonl(docs: List[Doc], path: Path, tokenizer: Tokenizer) -> None:
    """Write Docs as JSON lines, as `read_jsonl` reads them: `id` and `meta` if their `user_data`
    holds them, `text`, `spans`, and where there are any, `missing` (tokens without annotation),
    `annotated_labels` and `sentences`. `tokens` are written only where the tokenizer would make
    other ones.

    docs (List[Doc]): The Docs.
    path (Path): The file; in gzip if it ends with `.gz`.
    tokenizer (Tokenizer): The one that will read the file.
    """
    lines = [srsly.json_dumps(make_record(doc, tokenizer)) for doc in docs]
    write_text(path, "".join(f"{line}\n" for line in lines))


def make_record(doc: Doc, tokenizer: Tokenizer) -> Dict[str, Any]:
    """Make the JSON object of a Doc.

    doc (Doc): The Doc.
    tokenizer (Tokenizer): The one that will read it.
    RETURNS (Dict[str, Any]): The object.
    """
    record: Dict[str, Any] = {}
    record.update({key: doc.user_data[key] for key in ("id", "meta") if key in doc.user_data})
    record["text"] = doc.text
    record["spans"] = [
        {"start": ent.start_char, "end": ent.end_char, "label": ent.label_} for ent in doc.ents
    ]
    missing = list(_missing(doc))
    if missing:
        record["missing"] = missing
    labels = annotated_labels(doc)
    if labels is not None:
        record["annotated_labels"] = list(labels)
    if doc.has_annotation("SENT_START"):
        record["sentences"] = [(sent.start_char, sent.end_char) for sent in doc.sents]
    if _cuts(tokenizer(doc.text)) != _cuts(doc):
        record["tokens"] = [
            {
                "text": token.text,
                "start": token.idx,
                "end": token.idx + len(token),
                "id": token.i,
                "ws": bool(token.whitespace_),
            }
            for token in doc
        ]
    return record


def _cuts(doc: Doc) -> List[Tuple[str, str]]:
    return [(token.text, token.whitespace_) for token in doc]


def _missing(doc: Doc) -> Iterator[Tuple[int, int]]:
    """Tokens without annotation, neighbours as one."""
    for known, group in groupby(doc, key=lambda token: token.ent_iob != 0):
        tokens = list(group)
        if not known:
            yield tokens[0].idx, tokens[-1].idx + len(tokens[-1])
