"""A tagger whose tok2vec does all the reading is the tagger that reads by itself, as fast."""

import copy
import pickle

import numpy
import pytest
from spacy.ml.models.tok2vec import MaxoutWindowEncoder, build_Tok2Vec_model
from thinc.api import Linear, Model, chain, fix_random_seed, with_array

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


def with_a_layer_more(embed, encode):
    return chain(embed, encode, with_array(Linear(8, 8)))


def with_a_way_round(embed, encode):
    """As a residual connection makes it: no more layers, but more is done."""
    plain = chain(embed, encode)

    def forward(model, docs, is_train):
        Ys, backprop = plain(docs, is_train)
        return [2 * Y for Y in Ys], lambda dYs: backprop([2 * dY for dY in dYs])

    return Model(
        "way_round",
        forward,
        dims={"nO": 8},
        layers=[embed, encode],
        init=lambda m, X, Y: plain.initialize(X),
    )


@pytest.mark.parametrize("combine", [with_a_layer_more, with_a_way_round])
def test_a_tok2vec_that_does_more(combine, docs):
    """Predictions are made of all that training sees."""
    fix_random_seed(0)
    embed, encode = WordEmbed(6, ["NORM", "SHAPE"], [40, 20]), LSTMEncoder(8, 1, 0.0)
    tok2vec = combine(embed, encode)
    if not tok2vec.has_dim("nO"):
        tok2vec.set_dim("nO", 8)
    for name, layer in (("embed", embed), ("encode", encode)):
        tok2vec.set_ref(name, layer)
    tagger = LSTMTagger(tok2vec, 8, 0, nO=5)
    tagger.initialize(X=docs)
    found, expected = (emissions(tagger, docs, is_train=is_train) for is_train in (False, True))
    numpy.testing.assert_allclose(found, expected, atol=1e-6)


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
