"""Odd documents, and what must hold whatever they look like."""

from itertools import pairwise
from typing import Any, List

import numpy
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from thinc.api import Adam

from spacy_lstm_ner.tags.annotated import set_annotated_labels

from .components import KEY, NEGATIVE, REJECTED, Trained

LABELS = ["GPE", "LOC", "MONEY", "ORG", "PRODUCT", "UNKNOWN", "étrange 🦄", ""]
PIECES = [
    *("Uber", "London", "a", "B", "7", ".", "can't", "$", "ﬁ", "ß", "İ", "日本", "ไทย"),
    *(
        "👩\u200d👩\u200d👧\u200d👦",
        "🇩🇪",
        "👍🏽",
        "e\u0301\u0323\u0301",
        "\u0301",
        "\u200d",
        "\ufe0f",
    ),
    *("שלום", "مرحبا", "\u202eabc\u202c", "\u200b", "\ufeff", "\u2028", "\x00", "\x1b[31m", "\x7f"),
    *(" ", "  ", "\t", "\n", "\r\n", "\n \n", "\u00a0", "\u3000", "\U0010ffff", "\ufffe"),
]
words = st.one_of(
    st.sampled_from(PIECES),
    st.text(min_size=1, max_size=8),  # any characters but lone surrogates, which no text can hold
    st.builds(lambda piece, n: piece * n, st.sampled_from(PIECES), st.integers(2, 400)),
)


@st.composite
def token_lists(draw: Any) -> Any:
    """Words and spaces of a Doc; none at all now and then."""
    fewest = draw(st.sampled_from([0, 1, 1, 1]))
    listed = draw(st.lists(words, min_size=fewest, max_size=draw(st.sampled_from([1, 4, 12, 30]))))
    return listed, draw(st.lists(st.booleans(), min_size=len(listed), max_size=len(listed)))


@st.composite
def span_lists(draw: Any, length: int, *, overlapping: bool) -> Any:
    """Spans as (start, end, label), some of them of labels that no component has."""
    ends = st.integers(0, length)
    cuts = sorted(draw(st.lists(ends, max_size=8, unique=True)))
    spans = [(a, b) for a, b in pairwise(cuts) if draw(st.booleans())]
    if overlapping:
        pairs = draw(st.lists(st.tuples(ends, ends), max_size=4))
        spans += [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]]
    return [(a, b, draw(st.sampled_from(LABELS))) for a, b in spans]


@st.composite
def odd_docs(draw: Any, nlp: Language) -> Doc:
    """Documents as no tokenizer makes them, or as spaCy's does of odd texts, with preset entities,
    blocked and missing tokens, sentence starts and rejected spans."""
    listed, spaces = draw(token_lists())
    if draw(st.booleans()):
        doc = nlp.make_doc("".join(word + " " * space for word, space in zip(listed, spaces)))
    else:
        doc = Doc(nlp.vocab, words=listed, spaces=spaces)
    length = len(doc)
    if length and draw(st.booleans()):
        for token in doc:
            token.is_sent_start = draw(st.sampled_from([None, None, True, False]))
    if length and draw(st.booleans()):
        preset = draw(span_lists(length, overlapping=False))
        ents = [Span(doc, a, b, label=label, kb_id="Q1") for a, b, label in preset if label]
        blocked = [doc[a:b] for a, b, label in preset if not label]
        default = draw(st.sampled_from(["missing", "outside"]))
        doc.set_ents(ents, blocked=blocked, default=default)
    for key in (REJECTED, NEGATIVE):
        if length and draw(st.booleans()):
            spans = draw(span_lists(length, overlapping=True))
            doc.spans[key] = [Span(doc, a, b, label=label) for a, b, label in spans]
    return doc


@st.composite
def odd_examples(draw: Any, nlp: Language, doc: Doc) -> Example:
    """Gold for a document: its tokens or the tokenizer's, any entities, some of them missing."""
    reference = nlp.make_doc(doc.text) if draw(st.booleans()) else doc.copy()
    if len(reference):
        found = draw(span_lists(len(reference), overlapping=False))
        ents = [Span(reference, a, b, label=label) for a, b, label in found if label]
        missing = [reference[a:b] for a, b, label in found if not label]
        reference.set_ents(ents, missing=missing, default="outside")
    if draw(st.booleans()):
        set_annotated_labels(reference, draw(st.lists(st.sampled_from(LABELS[:6]), unique=True)))
    return Example(doc, reference)


def check_prediction(component: Any, docs: List[Doc]) -> None:
    """Predict, and check what is promised for every document."""
    before = [doc.to_bytes() for doc in docs]
    analysis = component.analyse(docs)
    for doc, marginals in zip(docs, analysis.marginals() if any(map(len, docs)) else []):
        assert marginals.shape == (len(doc), len(component.tagset))
        assert ((marginals >= -1e-6) & (marginals <= 1 + 1e-6)).all()
        numpy.testing.assert_allclose(marginals.sum(axis=1), 1, atol=1e-5)
    assert [doc.to_bytes() for doc in docs] == before
    found = list(component.pipe(map(Doc.copy, docs), batch_size=max(len(docs), 1)))
    for doc, out in zip(docs, found):
        check_doc(component, doc, out)
        again = Doc(doc.vocab).from_bytes(out.to_bytes())
        assert shape_of(again) == shape_of(out)
    alone = [component(doc.copy()) for doc in docs]
    backwards = list(component.pipe(map(Doc.copy, docs[::-1]), batch_size=2))[::-1]
    for doc, *outs in zip(docs, found, alone, backwards):
        if any(shape_of(out) != shape_of(outs[0]) for out in outs):
            margin = float(component.analyse([doc]).margins()[0])
            assert margin < 1e-3, f"answers depend on the batch, at a margin of {margin}"


def check_doc(component: Any, doc: Doc, out: Doc) -> None:
    """Check what was written to one document."""
    assert out.text == doc.text
    assert [token.is_sent_start for token in out] == [token.is_sent_start for token in doc]
    preset = shape_of(doc)
    assert set(preset) <= set(shape_of(out))
    for token in doc:
        if token.ent_iob == 3 and not token.ent_type:
            assert (out[token.i].ent_iob, out[token.i].ent_type) == (3, 0), "blocked token"
    scores = out.spans[KEY].attrs["scores"]
    assert ((scores >= 0) & (scores <= 1 + 1e-6)).all()
    for ent in out.ents:
        if (ent.start, ent.end, ent.label_, ent.kb_id_) not in preset:
            assert ent.label_ in component.labels
            check_span(doc, ent)
            assert 0 <= ent._.confidence <= 1 + 1e-6
    for span in out.spans[KEY]:
        check_span(doc, span)


def check_span(doc: Doc, span: Span) -> None:
    """Check that an entity that was found may stand where it does."""
    assert not span[0].is_space and not span[-1].is_space
    assert not any(doc[i].is_sent_start for i in range(span.start + 1, span.end))
    assert not any(token.ent_type for token in doc[span.start : span.end])
    for rejected in doc.spans.get(REJECTED, []):
        if rejected.label_ in ("", span.label_):
            assert rejected.end <= span.start or span.end <= rejected.start


def check_update(trained: Trained, examples: List[Example]) -> None:
    """Learn from documents, and check that it was for real and survives saving."""
    component = trained.component
    losses = component.update(examples, sgd=Adam(0.001), drop=0.2)
    assert numpy.isfinite(losses[component.name]) and losses[component.name] > -1e-3
    for node in component.model.walk():
        for name in node.param_names:
            assert not node.has_param(name) or numpy.isfinite(node.get_param(name)).all()
    saved = component.to_bytes(exclude=["vocab"])
    loaded = trained.fresh().from_bytes(saved)
    assert loaded.to_bytes(exclude=["vocab"]) == saved
    assert trained.answers(loaded) == trained.answers(component)


def shape_of(doc: Doc) -> List[Any]:
    return [(ent.start, ent.end, ent.label_, ent.kb_id_) for ent in doc.ents]
