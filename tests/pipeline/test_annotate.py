"""What is written to Docs: preset and blocked tokens, white space, sentences, other pipes."""

import pytest
from spacy.tokens import Doc, Span

from spacy_lstm_ner.pipeline.annotate import new_spans, set_ents
from spacy_lstm_ner.tags.spans import ScoredSpan

from .helpers import TRAIN, ents_of, train_small


@pytest.fixture(scope="module")
def trained():
    return train_small()


@pytest.fixture
def doc(nlp):
    return Doc(nlp.vocab, words=["a", "b", "c", "d", "e"])


def found(start, end, label):
    return ScoredSpan(start, end, label, None)


def iobs(doc):
    return [(token.ent_iob, token.ent_type_) for token in doc]


def test_missing_becomes_o(doc):
    assert not doc.has_annotation("ENT_IOB")
    set_ents(doc, [found(1, 3, "PER")])
    assert iobs(doc) == [(2, ""), (3, "PER"), (1, "PER"), (2, ""), (2, "")]
    set_ents(Doc(doc.vocab), [])


def test_nothing_found(doc):
    set_ents(doc, [])
    assert iobs(doc) == [(2, "")] * 5 and doc.has_annotation("ENT_IOB")


def test_neighbours_stay_apart(doc):
    set_ents(doc, [found(0, 2, "PER"), found(2, 3, "PER")])
    assert [(ent.start, ent.end) for ent in doc.ents] == [(0, 2), (2, 3)]


def test_preset_entities_and_blocked_tokens_stay(doc):
    preset = Span(doc, 0, 2, label="LOC", kb_id="Q84", span_id="rule-1")
    doc.set_ents([preset], blocked=[doc[3:4]], default="missing")
    set_ents(doc, new_spans(doc, [found(0, 2, "LOC"), found(2, 3, "PER")]))
    assert [(ent.label_, ent.kb_id_, ent.ent_id_) for ent in doc.ents] == [
        ("LOC", "Q84", "rule-1"),
        ("PER", "", ""),
    ]
    assert iobs(doc)[3:] == [(3, ""), (2, "")]


def test_component_keeps_preset_entities_and_finds_the_rest(trained):
    doc = trained.make_doc("I like London and Berlin.")
    doc.ents = [Span(doc, 2, 3, label="PERSON", kb_id="Q1")]
    trained.get_pipe("lstm_ner")(doc)
    assert [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents] == [
        ("London", "PERSON", "Q1"),
        ("Berlin", "GPE", ""),
    ]


def test_a_preset_entity_of_a_known_label_is_decoded_with_the_rest(trained):
    doc = trained.make_doc("I like London and Berlin.")
    doc.ents = [Span(doc, 1, 3, label="ORG")]
    trained.get_pipe("lstm_ner")(doc)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("like London", "ORG"),
        ("Berlin", "GPE"),
    ]


def test_blocked_tokens_stay_out(trained):
    doc = trained.make_doc("I like London and Berlin.")
    doc.set_ents([], blocked=[doc[2:3]], default="missing")
    trained.get_pipe("lstm_ner")(doc)
    assert [ent.text for ent in doc.ents] == ["Berlin"]
    assert doc[2].ent_iob == 3 and doc[2].ent_type == 0


def test_plain_o_is_free(trained):
    """An EntityRuler leaves O on every token that it has no rule for."""
    ruler = trained.add_pipe("entity_ruler", before="lstm_ner")
    ruler.add_patterns([{"label": "ANIMAL", "pattern": "like", "id": "verb"}])
    doc = trained("I like London and Berlin.")
    trained.remove_pipe("entity_ruler")
    assert [(ent.text, ent.label_, ent.ent_id_) for ent in doc.ents] == [
        ("like", "ANIMAL", "verb"),
        ("London", "GPE", ""),
        ("Berlin", "GPE", ""),
    ]


def test_a_second_pass_changes_nothing(trained):
    doc = trained(TRAIN[0][0])
    before = doc.to_bytes()
    assert trained.get_pipe("lstm_ner")(doc).to_bytes() == before


def test_sentence_starts_cut_entities(trained):
    text = "Uber blew through $1 million"
    doc = trained.make_doc(text)
    assert doc[4].text == "1" and ents_of(trained(text))[-1] == (18, 28, "MONEY")
    doc[4].is_sent_start = True
    trained.get_pipe("lstm_ner")(doc)
    assert all(not (ent.start < 4 < ent.end) for ent in doc.ents)


@pytest.mark.parametrize("text", ["\n Uber \n\n blew through \n $1 \n million \n", " ", "\n\n\n"])
def test_no_entity_has_white_space_at_an_edge(trained, text):
    doc = trained(text)
    for ent in doc.ents:
        assert not ent[0].is_space and not ent[-1].is_space


def test_sliced_docs(trained):
    doc = trained.make_doc("Yes, I like London and Berlin.")[2:].as_doc()
    trained.get_pipe("lstm_ner")(doc)
    assert [ent.text for ent in doc.ents] == ["London", "Berlin"]


def test_json_round_trip(trained):
    doc = trained(TRAIN[1][0])
    again = Doc(trained.vocab).from_json(doc.to_json())
    assert ents_of(again) == ents_of(doc)
