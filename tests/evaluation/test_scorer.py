import pytest
from hypothesis import given
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from spacy_lstm_ner.evaluation.token_accuracy import KEYS

from .helpers import TEXT, VOCAB, examples, make_doc, make_example

score = registry.get("scorers", "spacy-lstm-ner.NerScorer.v1")()


def rest_of(scores):
    """The scores without those of tokens."""
    return {key: value for key, value in scores.items() if key not in KEYS}


@given(examples(), examples())
def test_entity_scores_are_those_of_spacys_scorer(one, two):
    """To the last bit, labels included; nothing of ours among the labels."""
    theirs = registry.get("scorers", "spacy.ner_scorer.v1")()
    expected = theirs([one, two], labels=("GPE",))
    assert rest_of(score(iter([one, two]), labels=("GPE",), threshold=None)) == expected


def test_all_scores_by_hand():
    example = make_example([(0, 1, "GPE"), (4, 5, "X")], [(0, 1, "GPE"), (2, 4, "ORG")], [8])
    scores = score([example], most_frequent_tags={"the": "B-GPE", "dog": "B-X"})
    assert scores == {
        **get_ner_prf([example]),
        "ents_tag_acc": 5 / 8,
        "ents_tag_acc_all_o": 5 / 8,
        "ents_tag_acc_most_frequent": 6 / 8,
    }
    assert set(scores["ents_per_type"]) == {"GPE", "ORG", "X"}
    assert score([example])["ents_tag_acc_most_frequent"] is None


@pytest.mark.parametrize(
    "some", [[], [Example(Doc(VOCAB), Doc(VOCAB))], [Example(make_doc(), Doc(VOCAB, words=TEXT))]]
)
def test_without_gold_all_is_none(some):
    keys = ("ents_p", "ents_r", "ents_f", "ents_per_type", *KEYS)
    assert score(some, most_frequent_tags={"fox": "B-X"}) == dict.fromkeys(keys)


def test_no_entities_on_either_side_is_all_right():
    """spaCy has no precision then, and the tokens are right."""
    scores = score([make_example([], [])])
    assert scores["ents_f"] is None and scores["ents_per_type"] is None
    assert scores["ents_tag_acc"] == scores["ents_tag_acc_all_o"] == 1.0
