from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab

from spacy_lstm_ner.data.conflicts import find_conflicts, find_unlabelled
from spacy_lstm_ner.tags.annotated import set_annotated_labels

from .helpers import make_doc, make_docs

VOCAB = Vocab()


def test_conflicts(nlp):
    parts = {
        "train": make_docs(nlp.vocab, "[Jordan|GPE] [Jordan|GPE] [Jordan|PER]", "[May|DATE]"),
        "dev": make_docs(nlp.vocab, "by [Jordan|PER] or [Jordan|GPE]", "x [May|PER] [Rome|GPE]"),
    }
    jordan, may = find_conflicts(parts)
    assert (jordan.text, jordan.labels) == ("Jordan", {"GPE": 3, "PER": 2})
    assert [(found.part, found.doc, found.label) for found in jordan.fewer] == [
        ("train", 1, "PER"),
        ("dev", 1, "PER"),
    ]
    assert (may.text, may.labels) == ("May", {"DATE": 1, "PER": 1})
    assert [(found.part, found.doc) for found in may.fewer] == [("dev", 2)]


def test_case_makes_another_string(nlp):
    assert not find_conflicts({"train": make_docs(nlp.vocab, "[May|PER] [MAY|DATE]")})


def test_unlabelled(nlp):
    parts = {
        "train": make_docs(
            nlp.vocab,
            "[New York|GPE] , [New York|GPE] or [New York|GPE]",
            "[York|PER]",  # an entity only once
            "[of|ORG] [of|ORG] of of",  # as often O as an entity
            "new York ?New York New ?York New",  # other case, or in part without annotation
        ),
        "dev": make_docs(nlp.vocab, "to New York by New York", "[New York Times|ORG] New"),
    }
    (found,) = find_unlabelled(parts)
    assert (found.text, found.label, found.labelled) == ("New York", "GPE", 3)
    assert [(place.part, place.doc, place.label) for place in found.places] == [("dev", 1, "")] * 2
    assert found.places[0].context == "to [New York] by New York"


def test_unlabelled_where_the_label_is_annotated(nlp):
    docs = make_docs(nlp.vocab, "[A|X] [A|X] [A|X]", "A", "A")
    set_annotated_labels(docs[1], ["Y"])
    set_annotated_labels(docs[2], ["X", "Y"])
    (found,) = find_unlabelled({"train": docs})
    assert [place.doc for place in found.places] == [3]


def test_unlabelled_needs_more_labelled_than_not(nlp):
    parts = {"train": make_docs(nlp.vocab, "[A|X] [A|X] A A")}
    assert not find_unlabelled(parts)
    parts["train"] += make_docs(nlp.vocab, "[A|X]")
    (found,) = find_unlabelled(parts)
    assert (found.labelled, len(found.places)) == (3, 2)


PIECES = st.sampled_from(["a", "b", "?a", "[a|X]", "[b|Y]", "[a b|X]", "[a b a|Y]", "[b a|X]"])
TEXTS = st.lists(st.lists(PIECES, min_size=1, max_size=12).map(" ".join), max_size=5)


@settings(max_examples=200)
@given(TEXTS)
def test_unlabelled_is_what_brute_force_finds(texts):
    docs = [make_doc(VOCAB, text) for text in texts]
    labelled = Counter(ent.text for doc in docs for ent in doc.ents)
    windows = Counter(
        doc[start:end].text
        for doc in docs
        for start in range(len(doc))
        for end in range(start + 1, len(doc) + 1)
        if all(token.ent_iob_ == "O" for token in doc[start:end])
    )
    expected = {
        text: windows[text]
        for text, times in labelled.items()
        if times >= 2 and 0 < windows[text] < times
    }
    found = find_unlabelled({"train": docs})
    assert {entry.text: len(entry.places) for entry in found} == expected
    assert all(entry.labelled == labelled[entry.text] for entry in found)
    assert all(place.text == entry.text for entry in found for place in entry.places)
