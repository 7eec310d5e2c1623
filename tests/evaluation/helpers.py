"""Small documents with entities, and random ones."""

from hypothesis import strategies as st
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab

VOCAB = Vocab()
TEXT = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog"]
LABELS = ["GPE", "ORG", "X"]


def make_doc(ents=(), missing=(), words=TEXT, spaces=None, sent_starts=None):
    doc = Doc(VOCAB, words=list(words), spaces=spaces, sent_starts=sent_starts)
    doc.set_ents(
        [Span(doc, start, end, label=label) for start, end, label in ents],
        missing=[doc[i : i + 1] for i in missing],
        default="outside",
    )
    return doc


def make_example(predicted, gold, missing=(), sent_starts=None):
    return Example(make_doc(predicted), make_doc(gold, missing, sent_starts=sent_starts))


@st.composite
def ents(draw):
    bounds = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=6)))
    return [
        (start, end, draw(st.sampled_from(LABELS)))
        for start, end in zip(bounds, bounds[1:])
        if draw(st.booleans())
    ]


@st.composite
def examples(draw):
    gold = draw(ents())
    covered = {i for start, end, _ in gold for i in range(start, end)}
    free = [i for i in range(len(TEXT)) if i not in covered]
    missing = draw(st.sets(st.sampled_from(free), max_size=2)) if free else set()
    starts = draw(st.none() | st.lists(st.booleans(), min_size=len(TEXT), max_size=len(TEXT)))
    return make_example(draw(ents()), gold, missing, starts)
