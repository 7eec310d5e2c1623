"""JSON lines with character offsets → Docs."""

from functools import partial
from pathlib import Path
from typing import Callable, Iterator, List, Set, Tuple

import srsly
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from ..errors import Errors, Warnings
from ..tags.annotated import set_annotated_labels
from .files import stream_lines
from .mentions import mention
from .problems import Kind, Problem, Report
from .records import Record, parse_record

Note = Callable[..., None]  # Report with path and line filled in


def read_jsonl(
    path: Path, tokenizer: Tokenizer, report: Report, *, encoding: str = "utf8"
) -> Iterator[Doc]:
    """Read Docs from a file with one JSON object a line: `text`, `spans` (objects with `start`,
    `end`, `label`; end exclusive) and, if wanted, `sentences` and `missing` (pairs of offsets),
    `tokens` (objects with `start` and `end`), `annotated_labels` (see `set_annotated_labels`),
    and `id` and `meta`, which go to `doc.user_data`.
    Prodigy's and doccano's keys will do as well.

    Tokens of a span that does not fit them, or that lost to one that it overlaps with, are left
    without annotation (`ent_iob` 0), neither entity nor O.

    path (Path): The file, plain, in gzip or in a zip.
    tokenizer (Tokenizer): Makes a Doc of a text whose tokens are not given.
    report (Report): Is given each line that is left out, and each span.
    encoding (str): The file's encoding.
    YIELDS (Doc): One for each record that is neither unreadable nor rejected.
    RAISES (ValueError): If that is none.
    """
    n_docs = 0
    for number, line in enumerate(stream_lines(path, encoding, report), start=1):
        if not line.strip():
            continue
        note = partial(_note, report, path, number)
        try:
            record = parse_record(srsly.json_loads(line))
            doc = _make_doc(record, tokenizer)
        except (KeyError, TypeError, ValueError) as err:
            reason = str(err) if type(err) is ValueError else f"{type(err).__name__}: {err}"
            note("unreadable", line, Warnings.RECORD.format(reason=reason))
            continue
        if record.answer != "accept":
            note("skipped", record.text, Warnings.ANSWER.format(answer=record.answer))
            continue
        _set_entities(doc, record, note)
        if record.sentences is not None:
            _set_sentences(doc, record.sentences, note)
        set_annotated_labels(doc, record.annotated_labels)
        doc.user_data.update(record.user_data)
        n_docs += 1
        yield doc
    if not n_docs:
        raise ValueError(Errors.NOTHING_READ.format(path=path, format="jsonl"))


def _note(
    report: Report,
    path: Path,
    line: int,
    kind: Kind,
    text: str,
    message: str,
    label: str = "",
    context: str = "",
) -> None:
    report(Problem(kind, path, line, text, message, label, context))


def _make_doc(record: Record, tokenizer: Tokenizer) -> Doc:
    if record.tokens is None:
        return tokenizer(record.text)
    words = [record.text[start:end] for start, end in record.tokens]
    # a space that is a token itself belongs to no token before it
    starts = {start for start, _ in record.tokens}
    spaces = [record.text[end : end + 1] == " " and end not in starts for _, end in record.tokens]
    doc = Doc(tokenizer.vocab, words=words, spaces=spaces)
    if doc.text != record.text:
        raise ValueError(Errors.RECORD_TOKENS.format(given=doc.text))
    return doc


def _set_entities(doc: Doc, record: Record, note: Note) -> None:
    ents: List[Span] = []
    unknown: Set[int] = {i for pair in record.missing for i in _touched(doc, pair)}
    for start, end, label in record.spans:
        ent = doc.char_span(start, end, label=label)
        if ent is not None:
            ents.append(ent)
            continue
        touched = _touched(doc, (start, end))
        unknown.update(touched)
        around = doc[touched[0] : touched[-1] + 1] if touched else doc[:0]
        message = Warnings.MISALIGNED.format(label=label, tokens=around.text)
        context = mention("", 0, around).context if touched else ""
        note("misaligned", record.text[start:end], message, label, context)
    kept = filter_spans(ents)
    for ent in _lost(ents, kept, note):
        unknown.update(range(ent.start, ent.end))
    unknown -= {token.i for ent in kept for token in ent}
    doc.set_ents(kept, missing=[doc[i : i + 1] for i in sorted(unknown)], default="outside")


def _touched(doc: Doc, pair: Tuple[int, int]) -> List[int]:
    """The tokens that hold a character between two offsets."""
    start, end = pair
    return [token.i for token in doc if token.idx < end and token.idx + len(token) > start]


def _lost(ents: List[Span], kept: List[Span], note: Note) -> List[Span]:
    """Entities that overlap with one that is kept."""
    owner = {token.i: ent for ent in kept for token in ent}
    lost = [ent for ent in ents if owner.get(ent.start) is not ent]
    for ent in lost:
        other = next(owner[token.i] for token in ent if token.i in owner)
        message = Warnings.OVERLAPPING.format(
            label=ent.label_, other_label=other.label_, other=other.text
        )
        note("overlapping", ent.text, message)
    return lost


def _set_sentences(doc: Doc, starts: List[int], note: Note) -> None:
    wanted = set(starts)
    for token in doc:
        token.is_sent_start = token.i == 0 or token.idx in wanted
    for start in sorted(wanted - {token.idx for token in doc} - {0}):
        message = Warnings.SENTENCE_START.format(start=start)
        note("misaligned", doc.text[max(start - 10, 0) : start + 10], message)
