"""What is read, and what counts as a word."""

import gzip

import spacy

from benchmarks.speed.environment import pinned
from benchmarks.speed.texts import count_words, make_docs, sentence_lengths, unseen_texts, up_to


def test_words_are_tokens(nlp):
    docs = make_docs(nlp, ["Ada doesn't know.", "", "Two words"])
    assert count_words(docs) == 5 + 0 + 2


def test_the_first_documents_up_to_a_number_of_words(nlp):
    documents = ["one two", "three four", "five"]
    assert up_to(nlp, documents, 3) == documents[:2]
    assert up_to(nlp, documents, 2) == documents[:1]
    assert up_to(nlp, documents, 100) == documents


def test_nothing_unseen_is_in_the_training_part(monkeypatch):
    monkeypatch.delenv("SPACY_LSTM_NER_DATA", raising=False)
    (text,) = unseen_texts()
    assert text.name == "almanac" and len(text.documents) == 98 + 99
    nlp = spacy.blank("en")
    assert count_words(make_docs(nlp, text.documents)) > 15_000


def test_published_text_where_it_is_named(monkeypatch, tmp_path):
    (tmp_path / "gmb").mkdir()
    lines = "Ada\tB-per\nsleeps\tO\n\n\nBonn\tB-geo\n\n"
    (tmp_path / "gmb" / "test.iob2.gz").write_bytes(gzip.compress(lines.encode()))
    monkeypatch.setenv("SPACY_LSTM_NER_DATA", str(tmp_path))
    assert unseen_texts()[1:] == [("gmb", ["Ada sleeps", "Bonn"])]


def test_sentence_lengths_are_those_of_news():
    lengths = sentence_lengths(1000)
    assert lengths == sentence_lengths(1000) and lengths[:100] == sentence_lengths(100)
    assert 16 <= sum(lengths) / 1000 <= 18 and min(lengths) >= 1 and max(lengths) <= 120


def test_threads_are_pinned_and_the_core_type_is_left_alone():
    found = pinned({"OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "8", "HOME": "/x"})
    assert "OPENBLAS_CORETYPE" not in found and found["HOME"] == "/x"
    assert found["OMP_NUM_THREADS"] == found["OPENBLAS_NUM_THREADS"] == "1"
