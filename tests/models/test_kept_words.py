"""Word vectors that are kept between batches are those that would be computed now."""

import numpy
import pytest
import spacy
from spacy.vectors import Vectors
from thinc.api import SGD, Adam

from spacy_lstm_ner.models.word_embed import WordEmbed

from .kept_words import TEXTS, assert_right, computed, kept, make_model


def add_vectors(vocab, mode="default"):
    data = numpy.random.RandomState(0).normal(size=(30, 5)).astype("float32")
    if mode == "floret":
        settings = {"mode": mode, "minn": 2, "maxn": 3, "hash_count": 2}
        vocab.vectors = Vectors(strings=vocab.strings, data=data, **settings)
    else:
        words = ["the", "cat", "dog", "Rome"]
        vocab.vectors = Vectors(strings=vocab.strings, shape=data.shape)
        for word, vector in zip(words, data):
            vocab.vectors.add(word, vector=vector)


@pytest.fixture
def docs(nlp):
    return [nlp.make_doc(text) for text in TEXTS]


@pytest.mark.parametrize("limit", [0, 3, 20, 10_000])
@pytest.mark.parametrize("static,chars", [(False, False), (True, False), (False, True)])
def test_many_batches_in_any_order(nlp, limit, static, chars):
    rng = numpy.random.RandomState(0)
    add_vectors(nlp.vocab)
    lexicon = ["the", "Cat", "cat", "can't", "Rome", "dogs", "ca", "3", "31", "x" * 50]
    docs = [nlp.make_doc(" ".join(rng.choice(lexicon, rng.randint(0, 9)))) for _ in range(60)]
    model = make_model(docs, limit, static, chars)
    expected = [computed(model, [doc]) for doc in docs]
    for _ in range(15):
        places = rng.permutation(60)[: rng.randint(1, 30)]
        for place, Y in zip(places, model.predict([docs[place] for place in places])):
            numpy.testing.assert_allclose(Y, expected[place], rtol=1e-5, atol=1e-6)
    assert len(kept(model)) <= limit


def test_norm_of_the_token_tells_words_apart(nlp):
    model = make_model([nlp.make_doc("a")])
    for text in ("ca", "can't", "ca can't"):
        assert_right(model, [nlp.make_doc(text)])


@pytest.mark.parametrize("optimizer", [SGD(0.5), Adam(0.5)])
@pytest.mark.parametrize("chars", [False, True])
def test_predicting_between_gradient_and_step(docs, optimizer, chars):
    """As an annotating component does in training. Thinc's SGD changes parameters in place."""
    model = make_model(docs, chars=chars)
    for _ in range(2):
        Ys, backprop = model(docs, is_train=True)
        backprop([numpy.ones_like(Y) for Y in Ys])
        before = numpy.concatenate(model.predict(docs))
        model.finish_update(optimizer)
        assert_right(model, docs)
        assert numpy.abs(numpy.concatenate(model.predict(docs)) - before).max() > 0.01


def test_a_step_of_ones_own(docs):
    """Parameters changed in place, behind the back of the model."""
    model = make_model(docs)
    model.predict(docs)
    Ys, backprop = model(docs, is_train=True)
    backprop([numpy.ones_like(Y) for Y in Ys])
    for param, gradient in model.get_gradients().values():
        numpy.subtract(param, gradient, out=param)
    assert_right(model, docs)


def test_training_keeps_nothing(docs):
    model = make_model(docs)
    model.predict(docs)
    model.attrs["dropout_rate"] = 1.0  # half of the words are met as unknown ones
    model(docs, is_train=True)
    assert len(kept(model)) == 0


def test_use_params(docs):
    model = make_model(docs)
    plain = numpy.concatenate(model.predict(docs))
    (table,) = [node for node in model.walk() if node.has_param("E")]
    other = {(table.id, "E"): table.get_param("E") + 1}
    with model.use_params(other):
        numpy.testing.assert_allclose(numpy.concatenate(model.predict(docs)), plain + 4, atol=1e-5)
        assert_right(model, docs)
    numpy.testing.assert_array_equal(numpy.concatenate(model.predict(docs)), plain)


def test_a_label_is_added(nlp, docs):
    """The words' vectors lie below the labels and stay."""
    ner = nlp.add_pipe("lstm_ner")
    ner.add_label("A")
    nlp.initialize()
    embed = ner.model.get_ref("tok2vec")
    expected = computed(embed, docs)
    ner.predict(docs)
    n_kept = len(kept(embed))
    ner.add_label("B")
    assert ner.model.get_ref("tok2vec") is embed and len(kept(embed)) == n_kept > 0
    numpy.testing.assert_allclose(numpy.concatenate(embed.predict(docs)), expected, atol=1e-6)
    assert ner.model.predict(docs).emissions.data.shape[1] == 9


@pytest.mark.parametrize("way", ["bytes", "disk"])
def test_loading(docs, way, tmp_path):
    model, other = make_model(docs), make_model(docs)
    other.predict(docs)
    model.layers[0].set_param("E", model.layers[0].get_param("E") + 1)
    if way == "bytes":
        other.from_bytes(model.to_bytes())
    else:
        model.to_disk(tmp_path / "model")
        other.from_disk(tmp_path / "model")
    numpy.testing.assert_array_equal(
        numpy.concatenate(other.predict(docs)), numpy.concatenate(model.predict(docs))
    )


@pytest.mark.parametrize("chars", [False, True])
def test_vectors_that_change(nlp, docs, chars):
    add_vectors(nlp.vocab)
    model = make_model(docs, static=True, chars=chars)
    seen = []

    def check():
        assert_right(model, docs)
        seen.append(numpy.concatenate(model.predict(docs)))
        assert len(seen) == 1 or numpy.abs(seen[-1] - seen[-2]).max() > 1e-3

    check()
    nlp.vocab.set_vector("cat", numpy.ones(5, dtype="float32"))  # in place
    check()
    nlp.vocab.set_vector("and", numpy.ones(5, dtype="float32"))  # a new word
    check()
    nlp.vocab.vectors.add("and", row=nlp.vocab.vectors.find(key="dog"))  # another row
    check()
    nlp.vocab.vectors.data = nlp.vocab.vectors.data * 2
    check()
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=numpy.ones((1, 5), dtype="float32"), keys=["cat"]
    )
    check()


def test_floret_vectors_that_change(nlp, docs):
    add_vectors(nlp.vocab, "floret")
    model = make_model(docs, static=True)
    first = numpy.concatenate(model.predict(docs))
    nlp.vocab.vectors.data = nlp.vocab.vectors.data * 2
    assert_right(model, docs)
    assert numpy.abs(numpy.concatenate(model.predict(docs)) - first).max() > 1e-3


def test_docs_of_two_vocabs(nlp, docs):
    other = spacy.blank("en")
    for vocab, sign in ((nlp.vocab, 1.0), (other.vocab, -1.0)):
        vocab.vectors = Vectors(strings=vocab.strings, shape=(1, 5))
        vocab.vectors.add("cat", vector=numpy.full(5, sign, dtype="float32"))
    model = make_model(docs, static=True, chars=True)
    for _ in range(2):
        assert_right(model, docs)
        assert_right(model, [other.make_doc(text) for text in TEXTS])


def test_bad_limit():
    with pytest.raises(ValueError, match="kept_rows was given -1, expected a number >= 0"):
        WordEmbed(4, ["NORM"], [10], kept_rows=-1)


def test_no_way_back_from_a_prediction(docs):
    model = make_model(docs)
    Ys, backprop = model(docs, is_train=False)
    with pytest.raises(RuntimeError, match="is_train = True"):
        backprop(Ys)
