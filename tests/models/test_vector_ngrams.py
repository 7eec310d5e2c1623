"""Static vectors guessed from spelling."""

import numpy
import pytest
import spacy
from spacy.vectors import Vectors
from spacy.vocab import Vocab
from thinc.api import Adam, NumpyOps, fix_random_seed

from spacy_lstm_ner.layers import vector_ngrams as layer
from spacy_lstm_ner.layers.ngram_table import find_rows
from spacy_lstm_ner.models.static_vectors import StaticVectors
from spacy_lstm_ner.models.vector_ngrams import VectorNgrams
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.training.weights import find_weights
from spacy_lstm_ner.types import Words
from tests.pipeline.helpers import ents_of, make_examples

STEMS = ["ander", "björk", "carl", "david", "emil", "fred", "gustav", "henrik", "ivar", "jon"]
ENDS = ["son", "ville", "tron", "bury"]


def make_vocab(keys, data):
    vocab = Vocab(strings=keys)
    vocab.vectors = Vectors(
        strings=vocab.strings, data=numpy.asarray(data, dtype="float32"), keys=keys
    )
    return vocab


def by_ending(width=4, seed=0):
    """Words whose vectors tell their endings, but for noise."""
    rng = numpy.random.RandomState(seed)
    kinds = rng.normal(size=(len(ENDS), width))
    words = [stem + end for stem in STEMS for end in ENDS]
    data = numpy.tile(kinds, (len(STEMS), 1)) + rng.normal(size=(len(words), width)) * 0.1
    return make_vocab(words, data), kinds


def words_of(vocab, texts):
    return Words(numpy.zeros((len(texts), 0), dtype="uint64"), texts=list(texts), vocab=vocab)


def make(vocab, **settings):
    model = VectorNgrams(**{"rows": 2000, **settings})
    model.initialize(X=words_of(vocab, ["a"]))
    return model


def test_words_that_the_table_lacks_are_like_words_of_their_spelling():
    vocab, kinds = by_ending()
    model = make(vocab)
    texts = [f"Kerstin{end}" for end in ENDS]
    guesses = model.predict(words_of(None, texts))
    kinds /= numpy.linalg.norm(kinds, axis=1, keepdims=True)
    centred = kinds - kinds.mean(axis=0)
    likeness = guesses @ (centred / numpy.linalg.norm(centred, axis=1, keepdims=True)).T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2, 3]
    # Capitals do not matter.
    upper = model.predict(words_of(None, [text.upper() for text in texts]))
    numpy.testing.assert_allclose(upper, guesses, rtol=1e-6)


def test_the_table_is_that_of_a_ridge_regression():
    """On all words of the table, up to what is left after the steps of the method."""
    vocab, _ = by_ending()
    E = make(vocab, rows=300).get_param("E")
    words = [vocab.strings[key] for key in vocab.vectors.key2row]
    Y = numpy.array([vocab.get_vector(word) for word in words], dtype="float64")
    Y /= numpy.sqrt((Y**2).mean(axis=1, keepdims=True))
    found = find_rows(NumpyOps(), words, 300, 2, 5, 40)
    A = numpy.zeros((len(words), 300))
    numpy.add.at(A, (found.owners, found.rows), found.scales[found.owners, 0])
    gram = A.T @ A + layer.RIDGE * numpy.eye(300)
    exact = numpy.linalg.solve(gram, A.T @ (Y - Y.mean(axis=0)))
    assert abs(exact).max() > 0.2
    numpy.testing.assert_allclose(E, exact, atol=2e-3)
    guessed = make(vocab, rows=300).predict(words_of(None, words))
    numpy.testing.assert_allclose(guessed, A @ E, atol=1e-5)


def test_vectors_that_spelling_does_not_tell_are_not_guessed():
    """Of random vectors, a guess about a word that was not fitted explains nothing."""
    vocab, _ = by_ending()
    rng = numpy.random.RandomState(1)
    vocab.vectors.data = rng.normal(size=vocab.vectors.data.shape).astype("float32")
    told = make(by_ending()[0]).predict(words_of(None, [f"kerstin{end}" for end in ENDS]))
    random = make(vocab).predict(words_of(None, [f"kerstin{end}" for end in ENDS]))
    assert (random**2).sum() < 0.2 * (told**2).sum()


def test_the_scale_of_the_table_does_not_matter():
    vocab, _ = by_ending()
    expected = make(vocab).get_param("E")
    vocab.vectors.data = vocab.vectors.data * numpy.float32(256)
    numpy.testing.assert_allclose(make(vocab).get_param("E"), expected, atol=1e-6)


def test_words_without_known_ngrams():
    vocab, _ = by_ending()
    model = make(vocab, rows=200_000)
    assert not model.predict(words_of(None, ["123", "", "日本"])).any()
    assert model.predict(words_of(None, [])).shape == (0, 4)


@pytest.mark.parametrize("width", [1, 3])
def test_of_wide_vectors_the_main_components_are_guessed(width):
    ops = make(by_ending()[0]).ops
    rng = numpy.random.RandomState(0)
    scales = numpy.array([1.0, 9.0, 0.1, 5.0, 2.0])
    vectors = (rng.normal(size=(500, 5)) * scales + 7).astype("float32")
    found = layer._main_components(ops, vectors, width)
    centred = vectors - vectors.mean(axis=0)
    singular = numpy.linalg.svd(centred, compute_uv=False)[:width]
    numpy.testing.assert_allclose(numpy.linalg.norm(found, axis=0)[::-1], singular, rtol=1e-4)
    overlap = found.T @ found
    numpy.testing.assert_allclose(overlap, numpy.diag(numpy.diag(overlap)), atol=1e-2)
    numpy.testing.assert_allclose(layer._main_components(ops, vectors, 5), centred)
    vocab, _ = by_ending(width=6)
    assert make(vocab, width=2).get_dim("nO") == 2
    assert make(vocab, width=50).get_dim("nO") == 6


def test_of_large_tables_words_at_equal_distances_are_fitted(monkeypatch):
    vocab, _ = by_ending()
    monkeypatch.setattr(layer, "MAX_WORDS", 7)
    texts, vectors = layer._read_table(make(vocab).ops, vocab)
    keys = [vocab.strings[key] for key in vocab.vectors.key2row]
    assert len(texts) == 7 and {texts[0], texts[-1]} == {keys[0], keys[-1]}
    for text, vector in zip(texts, vectors):
        numpy.testing.assert_array_equal(vector, vocab.get_vector(text))


def test_keys_without_text_and_without_row_are_left_out():
    vocab, _ = by_ending()
    expected = make(vocab).get_param("E")
    vocab.vectors.add("anderson-ville", row=-1)
    vocab.strings.add("anderson-ville")
    numpy.testing.assert_array_equal(make(vocab).get_param("E"), expected)
    vocab.vectors.resize((len(vocab.vectors.data) + 1, 4))
    vocab.vectors.add("unheard", vector=numpy.ones(4))
    with pytest.warns(UserWarning, match="leaves out 1 of the 42 keys"):
        numpy.testing.assert_array_equal(make(vocab).get_param("E"), expected)


def embed(vocab):
    fix_random_seed(0)
    return WordEmbed(
        4, ["SHAPE"], [50], vectors={"own": StaticVectors()}, ngrams=VectorNgrams(rows=500)
    )


def test_training_leaves_it_as_it_is():
    vocab, _ = by_ending()
    nlp = spacy.blank("en", vocab=vocab)
    docs = [nlp.make_doc("Anderson saw Kerstinville"), nlp.make_doc(""), nlp.make_doc("x")]
    model = embed(vocab).initialize(X=docs)
    weights = {
        (node.name, name): node.get_param(name).copy()
        for node in model.walk()
        for name in node.param_names
    }
    for _ in range(3):
        Ys, backprop = model(docs, is_train=True)
        backprop([numpy.ones_like(Y) for Y in Ys])
        model.finish_update(Adam(0.1, L2=0.1))
    for node in model.walk():
        for name in node.param_names:
            same = numpy.array_equal(node.get_param(name), weights[node.name, name])
            assert same == (node.name == "vector_ngrams")


def test_a_trained_pipeline_does_not_need_the_table(tmp_path):
    vocab, _ = by_ending()
    nlp = spacy.blank("en", vocab=vocab)
    data = [
        ("Anderson left", [(0, 8, "PERSON")]),
        ("I like Carlville", [(7, 16, "GPE")]),
        ("Fredson left", [(0, 7, "PERSON")]),
        ("I like Emilville", [(7, 16, "GPE")]),
    ]
    block = {"@architectures": "spacy-lstm-ner.VectorNgrams.v1", "rows": 500}
    tok2vec = {
        "@architectures": "spacy-lstm-ner.WordEmbed.v1",
        **{"width": 4, "attrs": ["SHAPE"], "rows": [50], "ngrams": block},
    }
    model = {
        "@architectures": "spacy-lstm-ner.LSTMTagger.v1",
        **{"width": 16, "depth": 1, "tok2vec": tok2vec},
    }
    fix_random_seed(0)
    nlp.add_pipe("lstm_ner", config={"model": model})
    optimizer = nlp.initialize(lambda: make_examples(nlp, data))
    optimizer.learn_rate = 0.02
    for _ in range(60):
        nlp.update(make_examples(nlp, data), sgd=optimizer)
    # Workers that train together do not exchange a gradient that there is none of.
    weights = find_weights(nlp, []).values()
    assert [weight.get().shape for weight in weights if not weight.learns()] == [(500, 4)]
    texts = ["Gustavson left", "I like Gustavville", "I like Carlville", ""]
    expected = [ents_of(doc) for doc in nlp.pipe(texts)]
    assert expected[:3] == [[(0, 9, "PERSON")], [(7, 18, "GPE")], [(7, 16, "GPE")]]
    nlp.to_disk(tmp_path, exclude=["vocab"])
    loaded = spacy.load(tmp_path)
    assert loaded.vocab.vectors.shape[0] == 0
    assert [ents_of(loaded(text)) for text in texts] == expected


def test_batch_invariance():
    vocab, _ = by_ending()
    nlp = spacy.blank("en", vocab=vocab)
    docs = [nlp.make_doc(text) for text in ["Anderson b Carl", "", "Kerstinville", "b b"]]
    model = embed(vocab).initialize(X=docs)
    alone = [model.copy().predict([doc])[0] for doc in docs]
    for order in ([3, 1, 0, 2], [0, 1, 2, 3], [2, 0]):
        for place, Y in zip(order, model.predict([docs[at] for at in order])):
            numpy.testing.assert_allclose(Y, alone[place], rtol=1e-5, atol=1e-6)


def test_a_table_that_cannot_be_fitted():
    with pytest.raises(ValueError, match="VectorNgrams\\), but the vocab has no vectors"):
        make(Vocab())
    with pytest.raises(ValueError, match="no word with a letter among the 2 keys"):
        make(make_vocab(["1", "!"], numpy.ones((2, 3))))
    floret = Vocab()
    floret.vectors = Vectors(
        strings=floret.strings,
        data=numpy.ones((10, 3), dtype="float32"),
        mode="floret",
        **{"hash_count": 1, "minn": 2, "maxn": 3, "bow": "<", "eow": ">", "hash_seed": 0},
    )
    with pytest.raises(ValueError, match="given floret vectors"):
        make(floret)
    vocab, _ = by_ending()
    vocab.vectors.data[3, 1] = numpy.nan
    with pytest.raises(ValueError, match="numbers that are infinite or NaN"):
        make(vocab)
    with pytest.raises(ValueError, match="layer 'vector_ngrams' cannot be initialized"):
        VectorNgrams().initialize()


@pytest.mark.parametrize(
    "name,value", [("width", 0), ("rows", 0), ("min_size", 0), ("max_size", 1), ("max_length", 0)]
)
def test_numbers_outside_their_limits(name, value):
    with pytest.raises(ValueError, match=f"{name} .*{value}|{value}.*{name}"):
        VectorNgrams(**{name: value})
