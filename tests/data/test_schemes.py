"""Tags → spans. The expected spans are what conlleval counts for the same tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.data.schemes import check_scheme, detect_scheme, parse_tag, read_tags

A_THEN_A = {  # three tokens, then one token, one label, neighbours
    "io": ("I-x I-x I-x I-x", [(0, 4, "x")]),
    "iob1": ("I-x I-x I-x B-x", [(0, 3, "x"), (3, 4, "x")]),
    "iob2": ("B-x I-x I-x B-x", [(0, 3, "x"), (3, 4, "x")]),
    "bioes": ("B-x I-x E-x S-x", [(0, 3, "x"), (3, 4, "x")]),
    "biluo": ("B-x I-x L-x U-x", [(0, 3, "x"), (3, 4, "x")]),
}


def spans(tags, scheme="iob2"):
    return [tuple(span) for span in read_tags(tags.split(), scheme).spans]


def breaches(tags, scheme):
    return [(i, message) for i, message in read_tags(tags.split(), scheme).illegal]


@pytest.mark.parametrize("scheme", A_THEN_A)
def test_each_scheme_is_detected_and_read(scheme):
    tags, expected = A_THEN_A[scheme]
    assert detect_scheme([tags.split()]) == scheme
    assert spans(tags, scheme) == expected
    assert breaches(tags, scheme) == []


@pytest.mark.parametrize(
    "tags,scheme",
    [
        (["O O"], "iob2"),
        (["I-x O I-y"], "io"),
        (["I-x B-x", "I-y I-z"], "iob1"),
        (["B-x I-x", "I-y"], "iob2"),  # a slip in IOB2: B opens somewhere
        (["O S-x"], "bioes"),
        (["O B-x", "U-x"], "biluo"),
        (["B-x -", "bad tag"], "iob2"),
        ([], "iob2"),
    ],
)
def test_detection(tags, scheme):
    assert detect_scheme([sentence.split() for sentence in tags]) == scheme


@pytest.mark.parametrize(
    "tags,expected",
    [
        ("O I-x I-x", [(1, 3, "x")]),
        ("B-x I-y", [(0, 1, "x"), (1, 2, "y")]),
        ("B-x O I-x", [(0, 1, "x"), (2, 3, "x")]),
        ("B-x - I-x", [(0, 1, "x"), (2, 3, "x")]),
        ("E-x E-x", [(0, 1, "x"), (1, 2, "x")]),
        ("B-x E-x I-x", [(0, 2, "x"), (2, 3, "x")]),
        ("S-x I-x", [(0, 1, "x"), (1, 2, "x")]),
        ("B-x B-x", [(0, 1, "x"), (1, 2, "x")]),
        ("B-a-b I-a-b", [(0, 2, "a-b")]),
        ("", []),
    ],
)
def test_illegal_sequences_are_read_as_conlleval_reads_them(tags, expected):
    assert spans(tags) == expected


@pytest.mark.parametrize(
    "tags,scheme,at,part",
    [
        ("O I-x", "iob2", 1, "I-x continues nothing, as iob2 demands: an entity starts here"),
        ("B-x I-y", "iob2", 1, "I-y continues nothing"),
        ("B-x E-x", "iob2", 1, "E-x is no tag of the scheme iob2, whose letters are B, I: it con"),
        ("O S-x", "iob2", 1, "letters are B, I: an entity starts here"),
        ("O B-x", "iob1", 1, "B-x does not follow an entity of its label, as iob1 demands"),
        ("I-y B-x", "iob1", 1, "B-x does not follow"),
        ("O B-x", "io", 1, "B-x is no tag of the scheme io"),
        ("B-x O", "bioes", 0, "the entity ends with B-x, though bioes demands L- (E-) or U- (S-)"),
        ("B-x I-x", "biluo", 1, "the entity ends with I-x"),
        ("O L-x", "biluo", 1, "L-x continues nothing"),
        ("O B_x", "iob2", 1, "the tag 'B_x' is not O, - or one of B- I- L- U- E- S- and a label"),
    ],
)
def test_every_breach_is_named(tags, scheme, at, part):
    ((place, message),) = breaches(tags, scheme)
    assert place == at and part in message


def test_both_ends_of_a_broken_biluo_entity_are_named():
    assert [at for at, _ in breaches("B-x I-y L-y", "biluo")] == [0, 1]


def test_missing_and_unreadable_tags():
    assert read_tags(["-", "O", "X-", "B-x"], "iob2").missing == [0, 2]
    assert [parse_tag(name) for name in ("", "B-", "B", "-x", "Q-x", "b-x")] == [None] * 6


def test_unknown_scheme():
    with pytest.raises(ValueError, match="Unknown tagging scheme 'bio'. Known schemes: io, iob1"):
        check_scheme("bio")


LABEL = st.sampled_from(["x", "y-z"])
SEGMENT = st.one_of(
    st.just(("O", 1)), st.just(("-", 1)), st.tuples(LABEL, st.integers(min_value=1, max_value=4))
)


def tags_of(segments, scheme):
    """Write tags by each scheme's definition."""
    tags, before = [], None
    for label, length in segments:
        if label in ("O", "-"):
            tags.append(label)
        else:
            inside = ["I"] * length
            if scheme == "iob2" or (scheme == "iob1" and before == label):
                inside[0] = "B"
            if scheme in ("biluo", "bioes"):
                last, unit = ("L", "U") if scheme == "biluo" else ("E", "S")
                inside = [unit] if length == 1 else ["B", *inside[2:], last]
            tags += [f"{letter}-{label}" for letter in inside]
        before = label
    return tags


@given(st.lists(SEGMENT, max_size=8), st.sampled_from(["iob1", "iob2", "biluo", "bioes"]))
def test_legal_tags_give_back_their_spans(segments, scheme):
    expected, begin = [], 0
    for label, length in segments:
        expected += [] if label in ("O", "-") else [(begin, begin + length, label)]
        begin += length
    reading = read_tags(tags_of(segments, scheme), scheme)
    assert [tuple(span) for span in reading.spans] == expected
    assert reading.illegal == []
    detected = detect_scheme([tags_of(segments, scheme)])
    assert [tuple(s) for s in read_tags(tags_of(segments, scheme), detected).spans] == expected
