"""Word embeddings that keep vectors, and what they would give if they kept none."""

import numpy
from thinc.api import fix_random_seed

from spacy_lstm_ner.models.char_lstm import CharLSTM
from spacy_lstm_ner.models.char_ngrams import CharNgrams
from spacy_lstm_ner.models.word_embed import WordEmbed

TEXTS = ["the cat and the dog can't", "ca dog", "", "Rome the Rome cat", "a"]


def make_model(docs, limit=1000, static=False, chars=False, rows=(40, 20)):
    fix_random_seed(0)
    model = WordEmbed(
        6,
        ["NORM", "SHAPE"][: len(rows)],
        list(rows),
        include_static_vectors=static,
        chars=CharLSTM(4) if chars else None,
        ngrams=CharNgrams(4, rows=50) if chars else None,
        word_dropout_scale=0.5,
        kept_rows=limit,
    )
    model.initialize(X=docs)
    return model


def computed(model, docs):
    """What a model gives that has kept nothing."""
    return numpy.concatenate(model.copy().predict(docs))


def assert_right(model, docs):
    numpy.testing.assert_allclose(
        numpy.concatenate(model.predict(docs)), computed(model, docs), rtol=1e-5, atol=1e-6
    )


def kept(model):
    return model.shims[0]
