import pytest

from spacy_lstm_ner.data.split import parse_split, split_docs


def split(total, value, seed=None):
    parts = split_docs(range(total), parse_split(value), seed)
    return [list(part) for part in parts.values()]


def test_in_order_at_the_exact_shares():
    assert split(20, "0.7,0.15,0.15") == [[*range(14)], [14, 15, 16], [17, 18, 19]]
    sizes = [len(part) for part in split(47_958, "0.7,0.15,0.15")]
    assert sizes == [33_570, 7_194, 7_194]
    # in binary 0.57 x 100 is a little below 57
    assert [len(part) for part in split(100, "0.57,0.33,0.1")] == [57, 33, 10]


def test_shuffled():
    parts = split(20, "0.5,0.25,0.25", seed=1)
    assert sorted(i for part in parts for i in part) == [*range(20)] and parts[0] != [*range(10)]
    assert parts == split(20, "0.5,0.25,0.25", seed=1) != split(20, "0.5,0.25,0.25", seed=2)


@pytest.mark.parametrize("value", ["", "a,b,c", "0.5,0.5", "0.5,0.5,0", "0.9,0.9,-0.8", "1,1,1"])
def test_shares_that_are_none(value):
    with pytest.raises(ValueError, match=f"The split was given '{value}', expected three shares"):
        parse_split(value)


def test_too_few_documents():
    with pytest.raises(ValueError, match="3 documents cannot be split .* 'dev' would be empty"):
        split(3, "0.7,0.15,0.15")
