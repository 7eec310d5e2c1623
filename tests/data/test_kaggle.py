import zipfile

import pytest

from spacy_lstm_ner.data import kaggle
from spacy_lstm_ner.data.kaggle import read_csv

HEADER = "Sentence #,Word,POS,Tag\n"


@pytest.fixture
def read(nlp, tmp_path):
    def read_text(text, encoding="windows-1252", **options):
        path = tmp_path / "a.csv"
        path.write_bytes(text.encode(encoding))
        problems = []
        return list(read_csv(path, nlp.vocab, problems.append, **options)), problems

    return read_text


def words(docs):
    return [[token.text for token in doc] for doc in docs]


def test_sentences_and_entities(read):
    docs, problems = read(
        HEADER + "Sentence: 1,London\u2019s,NNP,B-geo\n,calls,NNS,O\nSentence: 2,Hi,UH,O\n"
    )
    assert words(docs) == [["London\u2019s", "calls"], ["Hi"]]
    assert [(ent.text, ent.label_) for ent in docs[0].ents] == [("London\u2019s", "geo")]
    assert problems == []


def test_words_that_a_csv_must_quote_and_words_that_look_empty(read):
    rows = 'Sentence: 1,"""",``,O\n,",",",",I-tim\n,"2,00,000",CD,B-tim\n,NA,NN,O\n,null,NN,O\n'
    (doc,), problems = read(HEADER + rows, scheme="iob1")
    assert words([doc]) == [['"', ",", "2,00,000", "NA", "null"]]
    assert [ent.text for ent in doc.ents] == [",", "2,00,000"]
    assert [p.line for p in problems] == []


def test_a_sentence_number_may_stand_in_every_row(read):
    docs, _ = read(HEADER + "1,a,X,O\n1,b,X,O\n2,c,X,O\n2,d,X,O\n")
    assert words(docs) == [["a", "b"], ["c", "d"]]
    docs, _ = read(HEADER + "1,a,X,O\n,b,X,O\n2,c,X,O\n", n_sents=2)
    assert words(docs) == [["a", "b", "c"]]


def test_columns_are_found_by_name(read):
    docs, _ = read("Tag,Word,Sentence #\nB-x,a,1\n")
    assert words(docs) == [["a"]] and docs[0].ents[0].label_ == "x"
    with pytest.raises(ValueError, match="is 'a,b', expected the columns Sentence #, Word, Tag"):
        read("a,b\n")
    with pytest.raises(ValueError, match="is '', expected the columns"):
        read("")


def test_rows_that_cannot_be_read_cost_no_other_row(read):
    docs, problems = read(
        HEADER + 'Sentence: 1,a,X,O\n,",``,O\n,,X,O\n,c,X\n,d,X,O\nSentence: 2,",X,O\n,e,X,O\n'
    )
    assert words(docs) == [["a", "d"], ["e"]]
    assert [(p.kind, p.line, p.text) for p in problems] == [
        ("unreadable", 3, ',",``,O'),
        ("unreadable", 4, ",,X,O"),
        ("unreadable", 5, ",c,X"),
        ("unreadable", 7, 'Sentence: 2,",X,O'),
    ]
    assert "names no word" in problems[1].message
    assert "3 columns, delimited by commas, expected 4" in problems[2].message


def test_the_last_sentence_of_a_table_that_was_cut_off(read, monkeypatch):
    text = HEADER + "1,a,X,O\n2,b,X,O\n,c,X,O\n"
    docs, problems = read(text)
    assert words(docs) == [["a"], ["b", "c"]] and problems == []
    monkeypatch.setattr(kaggle, "SPREADSHEET_ROWS", 4)
    docs, (problem,) = read(text)
    assert words(docs) == [["a"]]
    assert (problem.kind, problem.line, problem.text) == ("skipped", 3, "b c")
    assert "the table has 4 rows, the most that a spreadsheet holds" in problem.message


def test_zip_and_encoding(nlp, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.csv.zip", "w") as archive:
        archive.writestr("a.csv", (HEADER + "1,é,X,O\n").encode("utf8"))
    (doc,) = read_csv(tmp_path / "a.csv.zip", nlp.vocab, print, encoding="utf8")
    assert doc.text == "é"


def test_bytes_that_windows_1252_lacks(nlp, tmp_path):
    (tmp_path / "a.csv").write_bytes(HEADER.encode() + b"1,a\x81,X,O\n")
    problems = []
    (doc,) = read_csv(tmp_path / "a.csv", nlp.vocab, problems.append)
    assert doc.text == "a\ufffd"
    assert [(p.kind, p.line) for p in problems] == [("bad encoding", 2)]
    assert "byte 4 of the line is no cp1252" in problems[0].message


def test_nothing_to_read(read):
    with pytest.raises(ValueError, match="nothing in it can be read as 'csv'"):
        read(HEADER)
