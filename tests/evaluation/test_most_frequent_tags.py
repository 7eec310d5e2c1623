from itertools import permutations

import pytest
from spacy.training import Example

from spacy_lstm_ner.evaluation.most_frequent_tags import TagCounts
from spacy_lstm_ner.evaluation.token_accuracy import token_accuracy

from .helpers import make_doc


def count(docs):
    counts = TagCounts()
    for doc in docs:
        counts.add(doc)
    return counts.most_frequent()


def docs_of(*texts):
    """One Doc a text of words with tags, as in "New/B-GPE York/I-GPE is/? far"."""
    docs = []
    for text in texts:
        words, tags = zip(*(word.partition("/")[::2] for word in text.split()))
        ents, missing = [], [i for i, tag in enumerate(tags) if tag == "?"]
        for i, tag in enumerate(tags):
            letter, _, label = tag.partition("-")
            if letter == "B":
                ents.append((i, i + 1, label))
            elif letter == "I":
                ents[-1] = (ents[-1][0], i + 1, label)
        docs.append(make_doc(ents, missing, words=words))
    return docs


def test_by_hand():
    docs = docs_of("York/B-GPE in New/B-GPE York/I-GPE", "new York/B-ORG York/B-GPE", "in/B-X")
    # York: B-GPE twice, I-GPE and B-ORG once; in: O as often as B-X; new: O
    assert count(docs) == {"New": "B-GPE", "York": "B-GPE"}
    assert list(count(docs)) == ["New", "York"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["B-X", "B-GPE", "B-ORG"], "B-GPE"),
        (["B-X", "O", "B-GPE"], None),
        (["B-X", "O", "B-X"], "B-X"),
        (["O", "B-X", "?", "?"], None),
        (["?", "B-X", "?"], "B-X"),
    ],
)
def test_ties_and_missing_tokens_in_any_order(tags, expected):
    for order in set(permutations(tags)):
        found = count(docs_of(*(f"w/{tag}" for tag in order)))
        assert found == ({} if expected is None else {"w": expected})


def test_nothing_to_count():
    assert count([]) == {} and count([make_doc(words=[])]) == {}


def test_as_a_baseline_it_is_what_looking_each_word_up_gives():
    """On its own training text: fox is B-X twice and O once, the is O twice and B-GPE once."""
    docs = docs_of("the fox/B-X", "the fox/B-X", "the/B-GPE fox")
    examples = [Example(make_doc(words=["the", "fox"]), doc) for doc in docs]
    found = token_accuracy(examples, count(docs))
    assert found.most_frequent == 4 / 6 and found.all_o == 3 / 6
