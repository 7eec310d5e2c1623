"""Token accuracy: worked examples, masks, other tokens, and the definition on random documents."""

import pytest
from hypothesis import given
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_ner.evaluation.token_accuracy import (
    accuracy_rows,
    gold_tags,
    predicted_tags,
    token_accuracy,
)

from .helpers import TEXT, VOCAB, examples, make_doc, make_example


def test_by_hand():
    """O B-GPE I-GPE O B-ORG B-ORG O O O against O O B-GPE O B-X B-ORG O O O."""
    example = make_example(
        predicted=[(2, 3, "GPE"), (4, 5, "X"), (5, 6, "ORG")],
        gold=[(1, 3, "GPE"), (4, 5, "ORG"), (5, 6, "ORG")],
    )
    assert gold_tags(example.reference) == ["O", "B-GPE", "I-GPE", "O", "B-ORG", "B-ORG", *"OOO"]
    assert predicted_tags(example) == ["O", "O", "B-GPE", "O", "B-X", "B-ORG", *"OOO"]
    # four right, dog wrong, cat not in the text, all others O
    table = {"quick": "B-GPE", "brown": "I-GPE", "jumps": "B-ORG", "over": "B-ORG"}
    found = token_accuracy([example], {**table, "dog": "B-ORG", "cat": "B-X"})
    assert found == (6 / 9, 5 / 9, 8 / 9, 9, 0)
    assert found.scores() == {
        "ents_tag_acc": 6 / 9,
        "ents_tag_acc_all_o": 5 / 9,
        "ents_tag_acc_most_frequent": 8 / 9,
    }


def test_missing_tokens_are_in_neither_number():
    """Of fox and jumps nothing is known; whatever is predicted and stands in the table there."""
    gold = [(0, 1, "GPE")]
    for predicted in ([], [(3, 5, "ORG")], [(3, 4, "X"), (4, 5, "X")]):
        example = make_example(predicted, gold, missing=[3, 4])
        for table in ({}, {"fox": "B-X"}):
            assert token_accuracy([example], table) == (6 / 7, 6 / 7, 6 / 7, 7, 2)
    reaches_out = make_example([(0, 1, "GPE"), (2, 4, "ORG")], gold, missing=[3, 4])
    assert token_accuracy([reaches_out]).accuracy == 6 / 7  # brown is O


def test_entities_that_do_not_fit_the_tokens_are_missing(nlp):
    with pytest.warns(UserWarning, match="W030"):
        example = Example.from_dict(
            nlp.make_doc("Ann saw Parisians"), {"entities": [(0, 3, "PER"), (8, 13, "GPE")]}
        )
    assert gold_tags(example.reference) == ["B-PER", "O", None]
    assert token_accuracy([example]) == (1 / 2, 1 / 2, None, 2, 1)


def test_blocked_tokens_are_outside_on_both_sides():
    gold, predicted = (Doc(VOCAB, ["a", "b", "c"]) for _ in "gp")
    gold.set_ents([], blocked=[gold[0:2]], missing=[gold[2:3]])
    predicted.set_ents([], blocked=[predicted[0:1]], missing=[predicted[1:3]])
    assert [token.ent_iob for token in gold] == [3, 3, 0]
    assert gold_tags(gold) == ["O", "O", None]
    assert token_accuracy([Example(predicted, gold)]) == (1.0, 1.0, None, 2, 1)


@pytest.mark.parametrize(("missing", "accuracy"), [([], 2 / 3), ([1], 1 / 2)])
def test_white_space_counts_where_it_is_annotated(missing, accuracy):
    words, spaces = ["Ann", "\n", "sang"], [True, False, False]
    gold = make_doc([(0, 1, "PER")], missing, words=words, spaces=spaces)
    predicted = make_doc([], words=words, spaces=spaces)
    assert token_accuracy([Example(predicted, gold)]).accuracy == accuracy


def test_what_is_not_annotated_at_all_has_no_accuracy():
    plain = Example(make_doc([(0, 1, "GPE")]), Doc(VOCAB, words=TEXT))
    empty = Example(Doc(VOCAB), Doc(VOCAB))
    for some in ([], [empty], [plain], [plain, empty, plain]):
        masked = len(TEXT) * some.count(plain)
        assert token_accuracy(some, {"fox": "B-X"}) == (None, None, None, 0, masked)


def test_tokens_of_all_documents_are_pooled():
    """Not the mean of 1/2 and 1."""
    short = Example(make_doc([], words=["a", "b"]), make_doc([(1, 2, "X")], words=["a", "b"]))
    empty = Example(Doc(VOCAB), Doc(VOCAB))
    found = token_accuracy(iter([short, empty, make_example([], [])]))
    assert found == (10 / 11, 10 / 11, None, 11, 0)


@pytest.mark.parametrize(
    ("ents", "tags"),
    [
        ([(0, 1, "GPE")], ["B-GPE", "I-GPE", "O", "O"]),  # New York!, the joined token
        ([(0, 1, "GPE"), (1, 2, "X")], ["B-GPE", "I-GPE", "B-X", "O"]),
        ([(1, 2, "GPE")], ["O", "O", "B-GPE", "O"]),  # one half of don't
        ([(1, 3, "GPE")], ["O", "O", "B-GPE", "O"]),
        ([(1, 2, "GPE"), (2, 4, "X")], ["O", "O", "B-GPE", "I-X"]),  # the earlier one keeps it
        ([(2, 3, "GPE"), (3, 4, "X")], ["O", "O", "B-GPE", "B-X"]),
    ],
)
def test_predictions_on_other_tokens_are_aligned_to_gold_ones(ents, tags):
    gold = make_doc(words=["New", "York", "don't", "go"])
    words = ["New York", "do", "n't", "go"]
    predicted = make_doc(ents, words=words, spaces=[True, False, True, True])
    example = Example(predicted, gold)
    assert predicted_tags(example) == tags
    right = sum(tag == "O" for tag in tags)
    assert token_accuracy([example]) == (right / 4, 1.0, None, 4, 0)


def test_predictions_on_white_space_that_gold_does_not_have():
    gold = make_doc([(0, 1, "X")], words=["a", "b"])
    predicted = make_doc([(1, 2, "X")], words=["a", " ", "b"], spaces=[True, False, False])
    assert token_accuracy([Example(predicted, gold)]).accuracy == 1 / 2


@given(examples())
def test_is_the_share_of_equal_tags(example):
    """Written down anew, with the letters spaCy gives the tokens of equal Docs."""

    def tag(token):
        return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"

    pairs = [
        (tag(gold), tag(predicted))
        for gold, predicted in zip(example.reference, example.predicted)
        if gold.ent_iob_
    ]
    found = token_accuracy([example])
    assert found.n_counted == len(pairs) and found.n_counted + found.n_masked == len(TEXT)
    assert found.accuracy == sum(gold == guess for gold, guess in pairs) / len(pairs)
    assert found.all_o == sum(gold == "O" for gold, _ in pairs) / len(pairs)


@pytest.mark.parametrize(
    ("table", "shown", "meaning"),
    [({"fox": "B-X"}, 7 / 9, "each word"), ({}, 8 / 9, "each word"), (None, None, "not known")],
)
def test_accuracy_is_shown_with_its_baselines(table, shown, meaning):
    example = make_example(predicted=[(0, 1, "X")], gold=[(0, 1, "X")])
    predicted, most_frequent, all_o = accuracy_rows(token_accuracy([example], table).scores())
    assert (predicted.accuracy, all_o.accuracy) == (1.0, 8 / 9)
    assert most_frequent.accuracy == shown and most_frequent.meaning.startswith(meaning)


def test_an_unknown_table_is_not_blamed_where_nothing_is_annotated():
    rows = accuracy_rows(token_accuracy([], {"fox": "B-X"}).scores())
    assert [row.accuracy for row in rows] == [None, None, None]
    assert rows[1].meaning.startswith("each word")
