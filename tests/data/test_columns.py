import gzip

import pytest

from spacy_lstm_ner.data.columns import read_columns


@pytest.fixture
def read(nlp, tmp_path):
    """Write a file, read it, and give what a test looks at."""

    def read_text(text, **options):
        (tmp_path / "a.conll").write_bytes(text.encode("utf8"))
        problems = []
        docs = list(read_columns(tmp_path / "a.conll", nlp.vocab, problems.append, **options))
        return docs, problems

    return read_text


def shape(docs):
    """Sentences of each document, as texts."""
    return [[[token.text for token in sent] for sent in doc.sents] for doc in docs]


def ents(docs):
    return [(ent.text, ent.label_) for doc in docs for ent in doc.ents]


def test_iob2(read):
    docs, problems = read("In\tO\nNew\tB-LOC\nYork\tI-LOC\n\nIt\tO\nis\tO\n")
    assert shape(docs) == [[["In", "New", "York"]], [["It", "is"]]]
    assert ents(docs) == [("New York", "LOC")]
    assert [token.ent_iob_ for token in docs[0]] == ["O", "B", "I"]
    assert docs[0].text == "In New York" and problems == []


def test_blank_lines_may_hold_tabs_and_spaces(read):
    docs, problems = read("a\tO\n\t\nb\tO\n  \t \n\nc\tO\r\n\r\nd\tO")
    assert shape(docs) == [[["a"]], [["b"]], [["c"]], [["d"]]]
    assert problems == []


def test_with_tabs_a_token_may_hold_spaces_of_any_kind(read):
    docs, _ = read("5\xa0storm \tO\nAD t\tB-ORG\n\xa0\tO\n\u2028\x85\tO\n")
    assert shape(docs) == [[["5\xa0storm", "AD t", "\xa0", "\u2028\x85"]]]
    assert ents(docs) == [("AD t", "ORG")]


def test_spaces_delimit_where_no_line_holds_a_tab(read):
    docs, problems = read("EU NNP B-NP  B-ORG\n5\xa0pm CD I-NP O\n \nx NN B-NP O\n")
    assert shape(docs) == [[["EU", "5\xa0pm"]], [["x"]]]
    assert ents(docs) == [("EU", "ORG")] and problems == []


def test_columns_by_number(read):
    text = "1\tEU\tB-ORG\tx\n2\tsays\tO\tx\n"
    for columns in ((2, 3), (-3, -2)):
        docs, _ = read(text, token_column=columns[0], tag_column=columns[1])
        assert shape(docs) == [[["EU", "says"]]] and ents(docs) == [("EU", "ORG")]


@pytest.mark.parametrize("column", [0, 3, -3])
def test_column_out_of_range(read, column):
    with pytest.raises(ValueError, match=f"Column {column} was asked of .* have 2 columns"):
        read("a\tO\n", tag_column=column)


DOCUMENTS = """-DOCSTART- -X- O O

a NN I-NP O

b NN I-NP O

c NN I-NP O
-DOCSTART- O

-DOCSTART- -X- O O
d NN I-NP O
"""


@pytest.mark.parametrize(
    "n_sents,expected",
    [
        (None, [["a", "b", "c"], ["d"]]),
        (1, [["a"], ["b"], ["c"], ["d"]]),
        (2, [["a", "b"], ["c"], ["d"]]),
        (9, [["a", "b", "c"], ["d"]]),
    ],
)
def test_documents(read, n_sents, expected):
    docs, problems = read(DOCUMENTS, n_sents=n_sents)
    assert [[sent.text for sent in doc.sents] for doc in docs] == expected
    assert problems == []


def test_sentences_to_a_document_without_marks(read):
    docs, _ = read("a O\n\nb O\n\nc O\n", n_sents=2)
    assert shape(docs) == [[["a"], ["b"]], [["c"]]]
    with pytest.raises(ValueError, match="n_sents was given 0"):
        read("a O\n", n_sents=0)


def test_entities_do_not_cross_sentences(read):
    docs, (problem,) = read("a B-X\n\nb I-X\n", n_sents=2, scheme="iob2")
    assert ents(docs) == [("a", "X"), ("b", "X")]
    assert (problem.kind, problem.line, problem.text) == ("illegal tag", 3, "b I-X")


def test_scheme_found_or_given(read):
    text = "a I-X\nb B-X\nc O\n"
    docs, problems = read(text)
    assert ents(docs) == [("a", "X"), ("b", "X")] and problems == []
    _, (problem,) = read(text, scheme="iob2")
    assert "I-X continues nothing, as iob2 demands" in problem.message
    with pytest.raises(ValueError, match="Unknown tagging scheme 'bilou'"):
        read(text, scheme="bilou")


def test_missing_annotation(read):
    docs, problems = read("a\t-\nb\tO\nc\tB-X\nd\t-\n")
    assert [token.ent_iob_ for token in docs[0]] == ["", "O", "B", ""]
    assert ents(docs) == [("c", "X")] and problems == []


def test_a_tag_that_cannot_be_read_is_missing_annotation(read):
    docs, problems = read("a\tB-X\nb\tPER\nc\t\nd\tO\n")
    assert [token.ent_iob_ for token in docs[0]] == ["B", "", "", "O"]
    assert [(p.kind, p.line, p.text) for p in problems] == [
        ("illegal tag", 2, "b PER"),
        ("illegal tag", 3, "c "),
    ]
    assert "counts as missing" in problems[0].message


def test_lines_that_cannot_be_read_are_left_out(read):
    docs, problems = read("a\tO\nb\nc\tX\tO\n\tO\nd\tO\n")
    assert shape(docs) == [[["a", "d"]]]
    assert [(p.kind, p.line, p.text) for p in problems] == [
        ("unreadable", 2, "b"),
        ("unreadable", 3, "c\tX\tO"),
        ("unreadable", 4, "\tO"),
    ]
    assert "1 columns, delimited by tabs, expected 2" in problems[0].message
    assert "3 columns, delimited by tabs, expected 2" in problems[1].message
    assert "names no word" in problems[2].message


@pytest.mark.parametrize("text", ["", "\n\t\n", "-DOCSTART- O\n\n", "\tO\n"])
def test_nothing_to_read(read, text):
    with pytest.raises(ValueError, match="gave no document"):
        read(text)


def test_wrong_tag_column(read):
    with pytest.raises(ValueError, match="None of the 2 tags .* first one is 'NN'.*--tag-column"):
        read("a NN\nb NN\n")


def test_encoding_and_gzip(nlp, tmp_path):
    path = tmp_path / "a.conll.gz"
    path.write_bytes(gzip.compress("Köln\tB-LOC\n".encode("latin-1")))
    (doc,) = read_columns(path, nlp.vocab, print, encoding="latin-1")
    assert [ent.text for ent in doc.ents] == ["Köln"]
    problems = []
    (doc,) = read_columns(path, nlp.vocab, problems.append)
    assert [ent.text for ent in doc.ents] == ["K\ufffdln"]
    assert [(p.kind, p.line) for p in problems] == [("bad encoding", 1)]
