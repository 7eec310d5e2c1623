"""A tagger does to each word once what its lowest layer would do to each token."""

from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
from spacy.tokens import Doc
from thinc.api import SGD, Adam, fix_random_seed

from spacy_lstm_ner.layers.pack_words import PackedWords, pack_words
from spacy_lstm_ner.layers.recurrent import Recurrent
from spacy_lstm_ner.models.tagger import LSTMTagger
from spacy_lstm_ner.models.word_embed import WordEmbed

from .kept_words import TEXTS, kept


def make_tagger(docs, *, kept_rows=100, **settings):
    fix_random_seed(0)
    embed = WordEmbed(6, ["NORM", "SHAPE"], [40, 20], kept_rows=kept_rows)
    arguments = {"width": 8, "depth": 1, "nO": 5, **settings}
    tagger = LSTMTagger(embed, **arguments)
    tagger.initialize(X=docs)
    return tagger


def node_of(tagger, name):
    return next(node for node in tagger.walk() if node.name == name)


def emissions(tagger, docs):
    scores = tagger.predict(docs).emissions
    return scores.data[scores.layout.packed_rows]


def by_token(tagger, docs):
    """The same without words: every token is a row of its own, and nothing is kept."""
    twin = tagger.copy()
    del node_of(twin, "once_per_word").attrs["look_up_words"]
    return emissions(twin, docs)


def assert_right(tagger, docs):
    found = emissions(tagger, docs)
    numpy.testing.assert_allclose(found, by_token(tagger, docs), rtol=0, atol=1e-5)
    return found


@pytest.fixture
def docs(nlp):
    return [nlp.make_doc(text) for text in TEXTS]


@pytest.mark.parametrize("kept_rows", [0, 3, 100])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"depth": 2},
        {"depth": 2, "residual": True},
        {"depth": 0},
        {"bidirectional": False},
        {"kernel": "torch"},
        {"kernel": "numpy", "depth": 2},
        {"cell": "gru"},
        {"cell": "rnn", "bidirectional": False},
        {"cell": "irnn", "depth": 2, "residual": True},
    ],
)
def test_equal_to_the_vectors_of_tokens(nlp, kept_rows, settings):
    rng = numpy.random.RandomState(0)
    words = [f"word{n}" for n in range(30)]
    docs = [Doc(nlp.vocab, words=rng.choice(words, rng.randint(0, 9)).tolist()) for _ in range(40)]
    tagger = make_tagger(docs, kept_rows=kept_rows, **settings)
    for _ in range(10):
        batch = [docs[place] for place in rng.permutation(40)[: rng.randint(1, 20)]]
        assert_right(tagger, batch)
        assert_right(tagger, batch[:1])
    assert len(kept(tagger.get_ref("tok2vec"))) <= kept_rows


def test_words_are_projected_once(docs):
    tagger = make_tagger(docs)
    tagger.predict(docs)
    (rows,) = kept(tagger.get_ref("tok2vec"))._free
    assert rows.data.shape[1] == 2 * 4 * 4  # directions, gates, units
    before = rows.data.copy()
    rows.data[: len(rows.places)] += 1
    assert numpy.abs(emissions(tagger, docs) - by_token(tagger, docs)).max() > 0.01
    rows.data[:] = before
    assert_right(tagger, docs)


@pytest.mark.parametrize("name", ["Wx", "Wh", "b"])
@pytest.mark.parametrize("how", ["use_params", "set_param", "from_bytes"])
def test_weights_of_the_layer_above_change(docs, name, how):
    tagger = make_tagger(docs)
    first = assert_right(tagger, docs)
    layer = node_of(tagger, "lstm-r2l")
    other = layer.get_param(name) * 2 + 0.5
    if how == "use_params":
        with tagger.use_params({(layer.id, name): other}):
            second = assert_right(tagger, docs)
        numpy.testing.assert_array_equal(assert_right(tagger, docs), first)
    elif how == "set_param":
        layer.set_param(name, other)
        second = assert_right(tagger, docs)
    else:
        twin = tagger.copy()
        node_of(twin, "lstm-r2l").set_param(name, other)
        tagger.from_bytes(twin.to_bytes())
        second = assert_right(tagger, docs)
    assert numpy.abs(second - first).max() > 0.01


@pytest.mark.parametrize("optimizer", [SGD(0.5), Adam(0.5)])
def test_steps_of_an_optimizer(docs, optimizer):
    """Thinc's SGD changes parameters in place."""
    tagger = make_tagger(docs)
    for _ in range(3):
        before = assert_right(tagger, docs)
        scores, backprop = tagger(docs, is_train=True)
        scores.emissions.data[:] = 1.0
        backprop(scores)
        assert_right(tagger, docs)
        tagger.finish_update(optimizer)
        assert numpy.abs(assert_right(tagger, docs) - before).max() > 0.01


def test_words_and_tokens_in_turn(docs):
    """The embedding by itself gives its own vectors, whatever was kept for the layer above."""
    tagger = make_tagger(docs)
    embed = tagger.get_ref("tok2vec")
    expected = numpy.concatenate(embed.copy().predict(docs))
    for _ in range(2):
        assert_right(tagger, docs)
        found = numpy.concatenate(embed.predict(docs))
        numpy.testing.assert_allclose(found, expected, atol=1e-6)


def test_threads(nlp):
    words = [f"word{n}" for n in range(60)]
    rng = numpy.random.RandomState(0)
    docs = [Doc(nlp.vocab, words=rng.choice(words, 12).tolist()) for _ in range(40)]
    tagger = make_tagger(docs, kept_rows=50)
    expected = [by_token(tagger, [doc]) for doc in docs]

    def work(seed):
        order = numpy.random.RandomState(seed).permutation(len(docs))
        got = {place: emissions(tagger, [docs[place]]) for place in order}
        return all(numpy.allclose(got[n], expected[n], atol=1e-5) for n in range(len(docs)))

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(12)))


def test_training_is_that_of_tokens(docs):
    tagger, other = make_tagger(docs), make_tagger(docs)
    tagger.predict(docs)
    del other.get_ref("tok2vec").attrs["look_up_words"]
    for model in (tagger, other):
        scores, backprop = model(docs, is_train=True)
        backprop(scores)
    for node, twin in zip(tagger.walk(), other.walk()):
        for name in node.param_names:
            numpy.testing.assert_array_equal(node.get_grad(name), twin.get_grad(name))


def test_wrong_width(docs):
    embed = WordEmbed(6, ["NORM"], [40])
    embed.initialize(X=docs)
    Xp = pack_words(embed).predict(docs)
    layer = Recurrent(4, 7)
    layer.initialize()
    assert isinstance(Xp, PackedWords)
    with pytest.raises(ValueError, match="7"):
        layer.predict(Xp)


def test_no_way_back(docs):
    embed = WordEmbed(6, ["NORM"], [40])
    embed.initialize(X=docs)
    Xp, backprop = pack_words(embed)(docs, is_train=False)
    with pytest.raises(RuntimeError, match="is_train = True"):
        backprop(Xp)
