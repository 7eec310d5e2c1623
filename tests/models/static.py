"""Word embeddings with static vectors, for tests."""

import numpy
import pytest
import spacy
from spacy.vectors import Vectors
from thinc.api import Adam, fix_random_seed

from spacy_lstm_ner.models.static_vectors import StaticVectors
from spacy_lstm_ner.models.word_embed import WordEmbed

WORDS = ["the", "cat", "rome", "0000", "dog"]
TABLE_WORDS = ("Rome", "unseen", "in", "1")
TEXTS = ["The cat in Rome", "unseen", "", "dog the DOG 1984 cat", "in 1"]
# A table by its path beside the vocab's own, and all ways to give vectors on.
WAYS = {
    "raw": [{}],
    "mapped": [{"width": 4}],
    "trained": [{"trained_words": 3}],
    "mapped and trained": [{"width": 4, "trained_words": 100}],
    "normalized and trained": [{"normalize": True, "trained_words": 3}],
    "two": [
        {"trained_words": 100},
        {"path": True, "normalize": True, "width": 3, "trained_words": 2},
    ],
    "by path alone": [{"path": True}],
}
parametrize_ways = pytest.mark.parametrize("way", WAYS)


def random_vectors(words, width, seed=0):
    return numpy.random.RandomState(seed).normal(size=(len(words), width)).astype("float32")


def add_vectors(vocab, width=5):
    data = random_vectors(WORDS, width)
    vocab.vectors = Vectors(strings=vocab.strings, data=data, keys=WORDS)


def write_table(path, width, words=TABLE_WORDS, seed=1):
    nlp = spacy.blank("en")
    data = random_vectors(words, width, seed=seed)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=words)
    nlp.to_disk(path)
    return str(path)


def make_model(way, path, docs=None, **settings):
    fix_random_seed(0)
    tables = [
        StaticVectors(**{**options, **({"path": path} if "path" in options else {})})
        for options in WAYS[way]
    ]
    vectors = {f"table{n}": table for n, table in enumerate(tables)}
    model = WordEmbed(4, ["NORM"], [20], vectors=vectors, **settings)
    return model if docs is None else initialize(model, docs)


def initialize(model, docs):
    """As lstm_ner does it."""
    for layer in model.walk():
        if "read_training_docs" in layer.attrs:
            layer.attrs["read_training_docs"](layer, docs)
    return model.initialize(X=docs)


def step(model, docs, optimizer=None):
    """A step of training, which changes all weights that were touched."""
    Ys, backprop = model(docs, is_train=True)
    rng = numpy.random.RandomState(0)
    backprop([rng.normal(size=Y.shape).astype("float32") for Y in Ys])
    model.finish_update(optimizer or Adam(0.1))


def flat(model, docs):
    return numpy.concatenate(model.predict(docs))
