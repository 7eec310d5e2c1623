from pathlib import Path

import pytest
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_lstm_ner.data.misfits import find_misfits, misaligned_in_example, problem_in_text
from spacy_lstm_ner.data.problems import Problem

from .helpers import make_doc, make_docs


def texts(mentions):
    return [(found.doc, found.text, found.label) for found in mentions]


def test_white_space_at_either_edge(nlp):
    docs = make_docs(
        nlp.vocab, "a [_ Rome|GPE]", "[Rome _|LOC] b [Oslo|GPE]", "[New _ York|GPE]", "a _ b"
    )
    misfits = find_misfits("dev", docs)
    assert texts(misfits.white_space) == [(1, "\n Rome", "GPE"), (2, "Rome \n", "LOC")]
    assert misfits.white_space[0].part == "dev"
    assert not misfits.crossing and not misfits.misaligned


@pytest.mark.parametrize("start,crosses", [(0, False), (1, False), (2, True), (3, False)])
def test_sentence_starts(nlp, start, crosses):
    doc = make_doc(nlp.vocab, "in [New York|GPE] today")
    for token in doc:
        token.is_sent_start = token.i == start
    found = find_misfits("dev", [doc]).crossing
    assert texts(found) == ([(1, "New York", "GPE")] if crosses else [])


def test_gold_tokens_that_the_tokenizer_does_not_make(nlp):
    gold = Doc(nlp.vocab, words=["£", "61", "m", ".", "in", "Rome"], spaces=[0, 0, 0, 1, 1, 0])
    gold.set_ents([Span(gold, 0, 3, label="MONEY"), Span(gold, 5, 6, label="GPE")])
    made = nlp.make_doc(gold.text)
    assert "m." in [token.text for token in made]
    (found,) = misaligned_in_example("train", 3, Example(made, gold))
    assert (found.doc, found.text, found.label) == (3, "£61m", "MONEY")
    assert found.context == "[£61m]. in Rome"


def test_other_tokens_beside_an_entity_do_no_harm(nlp):
    gold = Doc(nlp.vocab, words=["do", "n't", "leave", "Rome"], spaces=[0, 1, 1, 0])
    gold.set_ents([Span(gold, 3, 4, label="GPE")])
    made = Doc(nlp.vocab, words=["don't", "leave", "Rome"])
    assert not list(misaligned_in_example("train", 1, Example(made, gold)))


def test_a_readers_problem_points_at_its_line():
    line = Problem("unreadable", Path("dev.jsonl"), 4, "{", "it was left out")
    found = problem_in_text("dev", line)
    assert (found.part, found.doc, found.text, found.label) == ("dev", 4, "{", "")
    assert found.context == "it was left out"
    span = Problem("misaligned", Path("dev.jsonl"), 5, "B&Q", "…", "ORG", "saw [B&Q.] there")
    found = problem_in_text("dev", span)
    assert (found.doc, found.label, found.context) == (5, "ORG", "saw [B&Q.] there")
