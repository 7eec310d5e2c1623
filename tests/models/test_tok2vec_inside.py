"""A tagger whose tok2vec does all the reading is the tagger that reads by itself, as fast."""

import copy
import pickle

import numpy
import pytest
from spacy.ml.models.tok2vec import MaxoutWindowEncoder, build_Tok2Vec_model
from thinc.api import fix_random_seed

from spacy_lstm_ner.layers.pack_words import PackedWords
from spacy_lstm_ner.models.encoder import LSTMEncoder
from spacy_lstm_ner.models.tagger import LSTMTagger
from spacy_lstm_ner.models.word_embed import WordEmbed

from .kept_words import TEXTS


@pytest.fixture
def docs(nlp):
    return [nlp.make_doc(text) for text in TEXTS]


def make(docs, encode=None, depth=2):
    """A tagger with its recurrent layers below or, with an encoder, in its tok2vec."""
    fix_random_seed(0)
    embed = WordEmbed(6, ["NORM", "SHAPE"], [40, 20])
    if encode is not None:
        embed, depth = build_Tok2Vec_model(embed, encode), 0
    tagger = LSTMTagger(embed, 8, depth, nO=5)
    tagger.initialize(X=docs)
    return tagger


def emissions(tagger, docs, *, is_train=False):
    scores, _ = tagger(docs, is_train)
    return scores.emissions.data


def take_weights(tagger, other):
    """Those of another tagger, whose layers stand in the same order."""
    with_params = [
        [n for n in one.walk(order="dfs_pre") if n.param_names] for one in (tagger, other)
    ]
    for node, source in zip(*with_params, strict=True):
        assert node.name == source.name
        for name in node.param_names:
            node.set_param(name, source.get_param(name))


def test_same_answers(docs):
    inside, below = make(docs, LSTMEncoder(8, 2, 0.0)), make(docs)
    take_weights(inside, below)
    for is_train in (True, False):
        found, expected = (emissions(one, docs, is_train=is_train) for one in (inside, below))
        numpy.testing.assert_allclose(found, expected, atol=1e-6)
    for other in (inside.copy(), copy.deepcopy(inside), pickle.loads(pickle.dumps(inside))):
        numpy.testing.assert_allclose(emissions(other, docs), emissions(inside, docs), atol=1e-6)


def test_the_encoder_meets_words_and_not_tokens(docs, monkeypatch):
    asked = []
    through = PackedWords.through
    monkeypatch.setattr(
        PackedWords, "through", lambda words, then: asked.append(then) or through(words, then)
    )
    emissions(make(docs, LSTMEncoder(8, 2, 0.0)), docs)
    assert len(asked) == 2  # directions of the lowest layer


@pytest.mark.parametrize(
    "encode", [LSTMEncoder(8, 0, 0.0), MaxoutWindowEncoder(12, 1, 2, 1)], ids=["none", "other"]
)
def test_other_encoders_run_per_token(docs, encode):
    tagger = make(docs, encode)
    found, expected = emissions(tagger, docs), emissions(tagger, docs, is_train=True)
    numpy.testing.assert_allclose(found, expected, atol=1e-6)


def test_no_tokens(docs, nlp):
    tagger = make(docs, LSTMEncoder(8, 1, 0.0))
    assert emissions(tagger, [nlp.make_doc("")]).shape == (0, 5)
    assert emissions(tagger, [nlp.make_doc(""), docs[0]]).shape == (len(docs[0]), 5)
