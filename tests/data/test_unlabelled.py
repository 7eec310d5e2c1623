import gzip

import pytest
from spacy.tokens import DocBin

from spacy_lstm_ner.data.unlabelled import read_unlabelled

from .helpers import make_doc


def read(path, nlp):
    problems = []
    return list(read_unlabelled(path, nlp.tokenizer, problems.append)), problems


def test_plain_text_is_a_doc_a_line(tmp_path, nlp):
    data = b"In Rome, twice.\n\n  \nHe said: {\n"
    (tmp_path / "texts.txt").write_bytes(data)
    (tmp_path / "texts.txt.gz").write_bytes(gzip.compress(data))
    for name in ("texts.txt", "texts.txt.gz"):
        docs, problems = read(tmp_path / name, nlp)
        assert [doc.text for doc in docs] == ["In Rome, twice.", "He said: {"]
        assert docs[0][2].text == "," and not problems


def test_json_lines_need_a_text_and_nothing_else(tmp_path, nlp):
    path = tmp_path / "texts.jsonl"
    path.write_text(
        '{"text": "In Rome", "id": 7, "meta": {"source": "x"}, "spans": "nonsense", "more": 1}\n'
        '{"data": "In Paris"}\n{"text": " "}\n{"text": 3}\n["In"]\n{"text": \n',
        encoding="utf8",
    )
    docs, problems = read(path, nlp)
    assert [doc.text for doc in docs] == ["In Rome", "In Paris"]
    assert docs[0].user_data == {"id": 7, "meta": {"source": "x"}} and not docs[1].user_data
    assert [(problem.line, problem.kind) for problem in problems] == [
        (3, "unreadable"),
        (4, "unreadable"),
        (5, "unreadable"),
        (6, "unreadable"),
    ]
    assert "'text' (or 'data') is ' ', expected" in problems[0].message
    assert "a JSON list was given, expected an object" in problems[2].message


def test_docs_keep_their_tokens_and_entities(tmp_path, nlp):
    DocBin(docs=[make_doc(nlp.vocab, "In [New York|GPE] ,now")]).to_disk(tmp_path / "a.spacy")
    (doc,), problems = read(tmp_path / "a.spacy", nlp)
    assert [token.text for token in doc] == ["In", "New", "York", ",now"]
    assert [ent.label_ for ent in doc.ents] == ["GPE"] and not problems


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_without_text_is_an_error(tmp_path, nlp, name, content):
    (tmp_path / name).write_text(content, encoding="utf8")
    with pytest.raises(ValueError, match="holds no text"):
        read(tmp_path / name, nlp)


@pytest.mark.parametrize("name", ["a.iob2", "a.conll.gz", "a.csv"])
def test_annotated_columns_are_no_texts(tmp_path, nlp, name):
    data = b"Rome B-GPE\n"
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    with pytest.raises(ValueError, match=r"expected texts: .* `spacy lstm-ner convert` first"):
        read(tmp_path / name, nlp)
