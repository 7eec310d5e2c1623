import pytest

from spacy_lstm_ner.data.pairs import read_pairs


@pytest.fixture
def read(nlp, tmp_path):
    def read_texts(sentences, labels, **options):
        (tmp_path / "sentences.txt").write_text(sentences, encoding="utf8")
        (tmp_path / "labels.txt").write_text(labels, encoding="utf8")
        problems = []
        return list(read_pairs(tmp_path, nlp.vocab, problems.append, **options)), problems

    return read_texts


def test_sentences_with_their_tags(read):
    docs, problems = read("In New York 5\xa0pm\n\nHi\n", "O B-geo I-geo O\n\nO\n")
    assert [[token.text for token in doc] for doc in docs] == [
        ["In", "New", "York", "5\xa0pm"],
        ["Hi"],
    ]
    assert [ent.text for ent in docs[0].ents] == ["New York"] and problems == []
    docs, _ = read("a b\nc\n", "O O\nO\n", n_sents=2)
    assert [[sent.text for sent in doc.sents] for doc in docs] == [["a b", "c"]]


def test_unequal_numbers_of_tokens_and_of_lines(read, tmp_path):
    docs, problems = read("a b\nc\nd\ne", "O\nO\n")
    assert [doc.text for doc in docs] == ["c"]
    assert [(p.kind, p.path.name, p.line, p.text) for p in problems] == [
        ("unreadable", "sentences.txt", 1, "a b"),
        ("unreadable", "sentences.txt", 3, "d"),
        ("unreadable", "sentences.txt", 4, "e"),
    ]
    assert "2 words and 1 tags, expected as many" in problems[0].message
    assert f"no partner in {tmp_path / 'labels.txt'}" in problems[1].message
    _, (problem,) = read("a\n", "O\nB-x\n")
    assert (problem.path.name, problem.line, problem.text) == ("labels.txt", 2, "B-x")


def test_illegal_tags_are_named(read):
    docs, (problem,) = read("a b\nc\n", "O I-x\nB-x\n")
    assert [ent.text for ent in docs[0].ents] == ["b"]
    assert (problem.kind, problem.line, problem.text) == ("illegal tag", 1, "b I-x")


def test_the_pair_must_be_there(read, nlp, tmp_path):
    read("a\n", "O\n")
    assert len(list(read_pairs(tmp_path / "sentences.txt", nlp.vocab, print))) == 1
    for path in (tmp_path / "labels.txt", tmp_path.parent):
        with pytest.raises(ValueError, match="expected a folder with sentences.txt and labels.txt"):
            list(read_pairs(path, nlp.vocab, print))
    with pytest.raises(ValueError, match="gave no document"):
        read("a b\n", "O\n")
