"""The labels that a Doc is annotated for: kept by everything that keeps a Doc."""

import pytest
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_lstm_ner.tags.annotated import annotated_labels, set_annotated_labels


def through_docbin(doc):
    data = DocBin(docs=[doc], store_user_data=False).to_bytes()
    return next(iter(DocBin().from_bytes(data).get_docs(doc.vocab)))


@pytest.mark.parametrize(
    "copy",
    [
        lambda doc: doc,
        lambda doc: doc.copy(),
        lambda doc: Doc(doc.vocab).from_bytes(doc.to_bytes()),
        through_docbin,
        lambda doc: Example(doc.copy(), doc).reference,
    ],
)
@pytest.mark.parametrize("words", [["Ada", "met"], []])
@pytest.mark.parametrize("labels", [None, [], ["PER"], ["PER", "LOC", "PER"]])
def test_kept(nlp, copy, words, labels):
    doc = Doc(nlp.vocab, words=words)
    set_annotated_labels(doc, labels)
    assert annotated_labels(copy(doc)) == (None if labels is None else tuple(sorted(set(labels))))


def test_taken_back(nlp):
    doc = nlp("Ada met Bob")
    set_annotated_labels(doc, "PER")
    assert annotated_labels(doc) == ("PER",)
    set_annotated_labels(doc, None)
    assert annotated_labels(doc) is None and not doc.spans


@pytest.mark.parametrize("labels", ["", [""], [3], [None]])
def test_what_is_no_label(nlp, labels):
    with pytest.raises(ValueError, match="A label must be a non-empty string"):
        set_annotated_labels(nlp("Ada"), labels)


def test_a_copy_that_lost_them_is_noticed(nlp):
    doc = nlp("Ada met Bob")
    set_annotated_labels(doc, ["PER"])
    example = Example(nlp.make_doc(doc.text), doc)
    copy = Example.from_dict(nlp.make_doc(doc.text), example.to_dict())
    with pytest.raises(ValueError, match="no attribute 'labels'.*'Ada met Bob'"):
        annotated_labels(copy.reference)
