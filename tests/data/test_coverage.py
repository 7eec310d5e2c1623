import numpy

from spacy_lstm_ner.data.coverage import Unseen, VectorCoverage, count_unseen, vector_coverage

from .helpers import make_docs


def test_unseen(nlp):
    train = make_docs(nlp.vocab, "[Rome|GPE] Oslo")
    docs = make_docs(nlp.vocab, "[Rome|LOC] [Oslo|GPE] [Oslo|GPE]", "[Bonn|GPE] [Rome|GPE]")
    assert count_unseen(train, docs) == Unseen(3, 2, 5, 3)
    assert count_unseen(train, []) == Unseen(0, 0, 0, 0)


def test_vectors(nlp):
    vocab = nlp.vocab
    docs = make_docs(vocab, "a b b _", "b c d")
    assert vector_coverage(docs) is None
    vocab.reset_vectors(shape=(2, 3))
    for word in "bd":
        vocab.set_vector(word, numpy.ones(3, dtype="f"))
    assert vector_coverage(docs) == VectorCoverage(6, 4, 4, 2, {"a": 1, "c": 1})
    assert vector_coverage([]) is None
