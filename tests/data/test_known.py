from spacy.tokens import Doc, Span

from spacy_lstm_ner.data.known import limit_known
from spacy_lstm_ner.tags.annotated import annotated_labels


def make_doc(nlp):
    doc = Doc(nlp.vocab, words=["Ada", "met", "Bob", "."])
    doc.set_ents([Span(doc, 0, 1, label="PER", span_id="q7")], blocked=[doc[3:4]])
    return doc


def test_positives_only_keeps_entities_and_blocked_tokens(nlp):
    doc = make_doc(nlp)
    limit_known(doc, positives_only=True)
    assert [(token.ent_iob, token.ent_type_) for token in doc] == [
        (3, "PER"),
        (0, ""),
        (0, ""),
        (3, ""),
    ]
    assert doc.ents[0].id_ == "q7"


def test_labels_of_the_document_itself_come_first(nlp):
    doc = make_doc(nlp)
    limit_known(doc, ["PER"])
    limit_known(doc, ["LOC"])
    assert annotated_labels(doc) == ("PER",)
    assert [token.ent_iob for token in doc] == [3, 2, 2, 3]


def test_nothing_asked_for(nlp):
    doc = make_doc(nlp)
    limit_known(doc)
    assert annotated_labels(doc) is None
    assert [token.ent_iob for token in doc] == [3, 2, 2, 3]
