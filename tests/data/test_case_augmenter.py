"""Other letters, the same annotation."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.attrs import NORM, ORTH
from spacy.tokens import Doc, Span, SpanGroup
from spacy.training import Corpus as SpacyCorpus
from spacy.training import Example
from spacy.util import registry

from spacy_lstm_ner.data.case_augmenter import (
    CaseAugmenter,
    lower_case,
    recased,
    title_case,
    upper_case,
)
from spacy_lstm_ner.data.docbin import write_docbin
from spacy_lstm_ner.data.readers import Corpus
from spacy_lstm_ner.tags.annotated import annotated_labels, set_annotated_labels

from .helpers import make_doc

NLP = spacy.blank("en")
CASES = [lower_case, upper_case, title_case]


def annotated(vocab):
    """A Doc with every kind of annotation, behind a letter that is two in lower case."""
    doc = make_doc(vocab, "İzmir saw [New York|GPE] ?and Straße . _ Ada can go")
    ent = Span(doc, 2, 4, label="GPE", kb_id="Q60", span_id="id-1")
    blocked, missing = [doc[9:10]], [doc[4:5]]
    doc.set_ents([ent], blocked=blocked, missing=missing, default="outside")
    doc[8].is_sent_start = True
    doc[1].lemma_, doc[1].tag_, doc[1].pos_ = "see", "VBD", "VERB"
    doc.spans["negative"] = SpanGroup(
        doc, name="negative", spans=[Span(doc, 5, 6, "PER", span_id="id-2")], attrs={"why": "no"}
    )
    set_annotated_labels(doc, ["GPE", "PER"])
    doc.cats["news"] = 1.0
    doc.user_data["meta"] = {"register": "news"}
    return doc


@pytest.mark.parametrize(
    "recase,text",
    [
        (lower_case, "İzmir saw new york and straße . \n ada can go "),
        (upper_case, "İZMIR SAW NEW YORK AND STRAßE . \n ADA CAN GO "),
        (title_case, "İzmir Saw New York And Straße . \n Ada Can Go "),
    ],
)
def test_annotation_stays(nlp, recase, text):
    doc = annotated(nlp.vocab)
    before = doc.to_bytes()
    new = recased(doc, recase)
    assert doc.to_bytes() == before
    assert new.text == text
    columns = [attr for attr in Doc._get_array_attrs() if attr not in (ORTH, NORM)]
    assert (new.to_array(columns) == doc.to_array(columns)).all()
    assert [(s.start, s.end, s.label_, s.id_) for s in new.spans["negative"]] == [
        (5, 6, "PER", "id-2")
    ]
    assert new.spans["negative"].attrs == {"why": "no"}
    assert new.spans["negative"][0].text == text.split()[5]
    assert annotated_labels(new) == ("GPE", "PER")
    assert [(e.text, e.kb_id_, e.id_) for e in new.ents] == [
        (" ".join(text.split()[2:4]), "Q60", "id-1")
    ]
    assert new.cats == doc.cats and new.user_data == doc.user_data
    assert new.user_data["meta"] is not doc.user_data["meta"]


def test_values_that_cannot_be_copied_stay_as_they_are(nlp):
    doc = nlp.make_doc("Ada sings")
    values = {"span": doc[0:1], "list": [doc[0]], "dict": {"a": []}}
    doc.user_data.update(values)
    new = recased(doc, lower_case)
    assert new.user_data == values
    assert new.user_data["list"] is values["list"]
    assert new.user_data["dict"]["a"] is not values["dict"]["a"]


def test_features_follow_from_the_new_letters(nlp):
    """Also where the annotation was given a norm of its own."""
    doc = nlp.make_doc("McDonald can't")
    doc[0].norm_ = "somebody"
    new = recased(doc, upper_case)
    token = new[0]
    assert (token.norm_, token.shape_, token.prefix_, token.suffix_, token.lower_) == (
        "mcdonald",
        "XXXX",
        "M",
        "ALD",
        "mcdonald",
    )


@pytest.mark.parametrize(
    "recase,text,expected",
    [
        (lower_case, "ΟΔΟΣ ΣΑΣ", "οδος σας"),  # a sigma at the end of a word has another form
        (lower_case, "İİ Q", "İİ q"),
        (upper_case, "straße ﬁn ŉ é", "STRAßE ﬁN ŉ É"),
        (
            title_case,
            '"maker" o\'neil iPhone (well-known) ßa 1st',
            '"Maker" O\'neil IPhone (Well-known) ßa 1st',
        ),
        (title_case, "a\n\nb\tc", "A\n\nB\tC"),
    ],
)
def test_letters(recase, text, expected):
    assert recase(text) == expected


@given(st.text())
@settings(max_examples=300)
def test_lengths_hold(text):
    for recase in CASES:
        changed = recase(text)
        assert len(changed) == len(text)
        assert [c.isspace() for c in changed] == [c.isspace() for c in text]


def example_of(nlp, text="Ada met New York"):
    reference = nlp.make_doc(text)
    reference.set_ents([Span(reference, 0, 1, label="PER")])
    return Example(nlp.make_doc(text), reference)


def test_shares_and_seed(nlp):
    examples = [example_of(nlp) for _ in range(2000)]

    def texts(seed):
        augmenter = CaseAugmenter(0.2, 0.1, 0.3, seed=seed)
        return [made.text for example in examples for made in augmenter(nlp, example)]

    first = texts(0)
    counts = [first.count(text) / len(first) for text in sorted(set(first))]
    # ADA MET NEW YORK, Ada Met New York, Ada met New York, ada met new york
    assert counts == pytest.approx([0.1, 0.3, 0.4, 0.2], abs=0.03)
    assert texts(0) == first and texts(1) != first


def test_all_and_none(nlp):
    example = example_of(nlp)
    assert list(CaseAugmenter()(nlp, example)) == [example]
    for _ in range(100):
        (made,) = CaseAugmenter(0.7, 0.2, 0.1)(nlp, example)
        assert made is not example


def test_predicted_tokens_are_what_the_pipeline_would_make(nlp):
    """Cannot is cut in two, CANNOT need not be: the predicted Doc has the tokens of run time."""
    nlp.tokenizer.add_special_case("FOO", [{ORTH: "F"}, {ORTH: "OO"}])
    (made,) = CaseAugmenter(upper=1.0)(nlp, example_of(nlp, "Ada likes foo"))
    assert [token.text for token in made.predicted] == ["ADA", "LIKES", "F", "OO"]
    assert [token.text for token in made.reference] == ["ADA", "LIKES", "FOO"]
    assert made.get_aligned_ner() == ["U-PER", "O", "O", "O"]


def test_gold_tokens_stay(nlp):
    gold = Doc(nlp.vocab, words=["New", "York's", "cannot", "be"])
    gold.set_ents([Span(gold, 0, 2, label="GPE")])
    plain = Doc(nlp.vocab, words=[token.text for token in gold])
    (made,) = CaseAugmenter(lower=1.0)(nlp, Example(plain, gold))
    for doc in (made.predicted, made.reference):
        assert [token.text for token in doc] == ["new", "york's", "cannot", "be"]
        assert doc.has_unknown_spaces
    assert made.get_aligned_ner() == ["B-GPE", "L-GPE", "O", "O"]


def test_empty_document(nlp):
    (made,) = CaseAugmenter(lower=1.0)(nlp, Example(nlp.make_doc(""), nlp.make_doc("")))
    assert len(made.predicted) == len(made.reference) == 0


@pytest.mark.parametrize("reader", [Corpus, SpacyCorpus])
def test_in_readers(nlp, tmp_path, reader):
    write_docbin([annotated(nlp.vocab)], tmp_path / "a.spacy")
    augmenter = registry.resolve(
        {"it": {"@augmenters": "spacy-lstm-ner.case_augmenter.v1", "lower": 1.0}}
    )["it"]
    (example,) = reader(tmp_path / "a.spacy", augmenter=augmenter)(nlp)
    assert [ent.text for ent in example.reference.ents] == ["new york"]
    assert annotated_labels(example.reference) == ("GPE", "PER")


@pytest.mark.parametrize("shares", [(-0.1, 0, 0), (0.5, 0.5, 0.1)])
def test_bad_shares(shares):
    with pytest.raises(ValueError, match="shares of the documents: none below 0"):
        CaseAugmenter(*shares)
