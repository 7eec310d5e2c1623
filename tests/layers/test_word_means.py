import numpy
from thinc.api import Model

from spacy_lstm_ner.layers.pack_words import pack_words
from spacy_lstm_ner.layers.word_means import with_word_means
from spacy_lstm_ner.models.tagger import LSTMTagger
from spacy_lstm_ner.models.word_embed import WordEmbed

TEXTS = ["The dog saw the cat , THE end", "", "dog", "the cat"]


def own_vectors(docs, seed=0):
    """A tok2vec that gives each token a vector of its own, and says what gradient it gets."""
    rng = numpy.random.RandomState(seed)
    vectors = {id(doc): rng.normal(size=(len(doc), 3)).astype("float32") for doc in docs}
    gradients = []

    def forward(model, docs, is_train):
        return [vectors[id(doc)] for doc in docs], gradients.append

    return Model("own_vectors", forward, dims={"nO": 3}), vectors, gradients


def to_lists(packed):
    """Rows by Doc again."""
    flat = numpy.empty_like(packed.data)
    flat[packed.layout.flat_rows] = packed.data
    return flat


def test_equals_the_mean_token_by_token(nlp):
    docs = [nlp.make_doc(text) for text in TEXTS]
    tok2vec, vectors, _ = own_vectors(docs)
    Y = to_lists(with_word_means(pack_words(tok2vec)).predict(docs))
    expected = [
        numpy.concatenate(
            [
                vectors[id(doc)][token.i],
                numpy.mean([vectors[id(doc)][t.i] for t in doc if t.lower == token.lower], axis=0),
            ]
        )
        for doc in docs
        for token in doc
    ]
    numpy.testing.assert_allclose(Y, expected, atol=1e-6)


def test_backprop_is_the_transpose(nlp):
    """For a linear map, ⟨forward(X), dY⟩ = ⟨X, backprop(dY)⟩."""
    docs = [nlp.make_doc(text) for text in TEXTS]
    tok2vec, vectors, gradients = own_vectors(docs)
    Yp, backprop = with_word_means(pack_words(tok2vec))(docs, is_train=True)
    dY = numpy.random.RandomState(1).normal(size=Yp.data.shape).astype("float32")
    backprop(type(Yp)(dY, Yp.layout))
    (dXs,) = gradients
    forth = float((Yp.data * dY).sum())
    back = sum(float((vectors[id(doc)] * dX).sum()) for doc, dX in zip(docs, dXs))
    numpy.testing.assert_allclose(forth, back, rtol=1e-5)


def test_docs_do_not_depend_on_the_batch(nlp):
    docs = [nlp.make_doc(text) for text in TEXTS]
    numpy.random.seed(0)
    model = LSTMTagger(WordEmbed(4, ["NORM"], [50]), 6, 1, word_means=True, nO=5)
    model.initialize(X=docs)
    together = to_lists(model.predict(docs).emissions)
    alone = numpy.concatenate([to_lists(model.predict([doc]).emissions) for doc in docs])
    numpy.testing.assert_allclose(together, alone, atol=1e-6)


def test_empty_batches(nlp):
    docs = [nlp.make_doc("Ada slept")]
    model = LSTMTagger(WordEmbed(4, ["NORM"], [50]), 6, 1, word_means=True, nO=5)
    model.initialize(X=docs)
    for empty in ([], [nlp.make_doc("")]):
        scores, backprop = model(empty, is_train=True)
        assert len(scores.emissions.data) == 0
        backprop(scores)
