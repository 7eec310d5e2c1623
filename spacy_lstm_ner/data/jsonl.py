"""JSON lines with character offsets ↔ Docs."""

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Set, Tuple

import srsly
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc, Span

from ..errors import Errors


class Misaligned(NamedTuple):
    """A span whose ends are not ends of tokens.

    line (int): Line of the file, from 1.
    text (str): The span's text.
    label (str): Its label.
    tokens (str): The tokens that it touches, which count as missing annotation.
    """

    line: int
    text: str
    label: str
    tokens: str


def read_jsonl(path: Path, tokenizer: Tokenizer) -> Iterator[Tuple[Doc, List[Misaligned]]]:
    """Read Docs from a file with one JSON object a line: `text`, `spans` (objects with `start`,
    `end`, `label`; end exclusive) and, if wanted, `sentences` (pairs of offsets), `id` and
    `meta`, which go to `doc.user_data`.

    path (Path): The file.
    tokenizer (Tokenizer): Makes a Doc of a text.
    YIELDS (Tuple[Doc, List[Misaligned]]): Each Doc with the spans that do not fit its tokens.
        The tokens that such a span touches are left without annotation (`ent_iob` 0), neither
        entity nor O.
    RAISES (ValueError): If a line is not of this form; the message names it.
    """
    for number, record in enumerate(srsly.read_jsonl(path), start=1):
        try:
            yield _make_doc(record, number, tokenizer)
        except (KeyError, TypeError, ValueError) as err:
            reason = f"{type(err).__name__}: {err}"
            raise ValueError(
                Errors.JSONL_LINE.format(path=path, line=number, reason=reason)
            ) from err


def _make_doc(
    record: Dict[str, Any], line: int, tokenizer: Tokenizer
) -> Tuple[Doc, List[Misaligned]]:
    doc = tokenizer(record["text"])
    ents: List[Span] = []
    unknown: Set[int] = set()  # tokens without annotation
    misaligned: List[Misaligned] = []
    for span in record["spans"]:
        start, end, label = span["start"], span["end"], span["label"]
        if not (0 <= start < end <= len(doc.text)):
            raise ValueError(Errors.OFFSETS.format(start=start, end=end, length=len(doc.text)))
        ent = doc.char_span(start, end, label=label)
        if ent is not None:
            ents.append(ent)
            continue
        touched = doc.char_span(start, end, alignment_mode="expand")
        misaligned.append(Misaligned(line, doc.text[start:end], label, touched.text))
        unknown.update(range(touched.start, touched.end))
    unknown -= {token.i for ent in ents for token in ent}
    doc.set_ents(ents, missing=[doc[i : i + 1] for i in sorted(unknown)], default="outside")
    if "sentences" in record:
        _set_sentences(doc, [start for start, _ in record["sentences"]])
    doc.user_data.update({key: record[key] for key in ("id", "meta") if key in record})
    return doc, misaligned


def _set_sentences(doc: Doc, starts: List[int]) -> None:
    wanted = set(starts)
    for token in doc:
        token.is_sent_start = token.i == 0 or token.idx in wanted
