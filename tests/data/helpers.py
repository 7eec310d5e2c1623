"""Small Docs with entities, written as text: `[New York|GPE]`, `?` in front of an unknown word."""

import re

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab


def make_doc(vocab: Vocab, text: str) -> Doc:
    """Words are split at spaces; `_` stands for a line break as a word of its own."""
    words, ents, missing = [], [], []
    for piece in re.findall(r"\[[^]]+\]|\S+", text):
        if piece.startswith("["):
            inside, label = piece[1:-1].split("|")
            ents.append((len(words), len(words) + len(inside.split()), label))
            words.extend(inside.split())
        else:
            if piece.startswith("?"):
                missing.append(len(words))
            words.append(piece.lstrip("?"))
    doc = Doc(vocab, words=["\n" if word == "_" else word for word in words])
    spans = [Span(doc, start, end, label=label) for start, end, label in ents]
    doc.set_ents(spans, missing=[doc[at : at + 1] for at in missing], default="outside")
    return doc


def make_docs(vocab: Vocab, *texts: str) -> list[Doc]:
    return [make_doc(vocab, text) for text in texts]
