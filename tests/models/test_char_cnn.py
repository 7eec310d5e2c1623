import numpy
import pytest
from spacy.util import registry
from thinc.api import Config

from spacy_lstm_ner.models.char_cnn import CharCNN
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.types import Words

from ..gradients import check_params, to_float64

TEXTS = ["Ada", "a", "", "can't", "Ωmega", "😀", "a"]


def words_of(texts):
    return Words(numpy.zeros((len(texts), 0), dtype="uint64"), texts=texts)


def make(**options):
    numpy.random.seed(0)
    model = CharCNN(**{"width": 6, "char_width": 3, "rows": 50, **options})
    model.initialize(X=words_of(TEXTS))
    return model


@pytest.mark.parametrize("window_sizes", [[3], [2, 4]])
def test_numeric_gradients(window_sizes):
    model = to_float64(make(window_sizes=window_sizes))
    Y, backprop = model(words_of(TEXTS), is_train=True)
    dY = numpy.random.RandomState(0).normal(size=Y.shape)
    backprop(dY)
    check_params(model, lambda: float((model(words_of(TEXTS), True)[0] * dY).sum()))


def test_equals_the_textbook_letter_by_letter():
    model = make()
    Y = model.predict(words_of(TEXTS))
    assert Y.shape == (len(TEXTS), 6)
    (table,) = [node for node in model.walk() if node.name == "hashembed"]
    (filters,) = [node for node in model.walk() if node.name == "max_convolution"]
    W, b = filters.get_param("W3"), filters.get_param("b")
    for text, y in zip(TEXTS, Y):
        if not text:
            assert not y.any()
            continue
        X = table.predict(numpy.array([ord(char) for char in text], dtype="uint64"))
        X = numpy.pad(X, ((1, 1), (0, 0)))
        answers = [W @ numpy.concatenate(X[t : t + 3]) for t in range(len(text))]
        numpy.testing.assert_allclose(y, numpy.max(answers, axis=0) + b, atol=1e-6)


def test_words_do_not_depend_on_the_batch():
    model = make(window_sizes=[2, 3])
    together = model.predict(words_of(TEXTS))
    alone = numpy.concatenate([model.predict(words_of([text])) for text in TEXTS])
    numpy.testing.assert_allclose(together, alone, atol=1e-6)


def test_long_words_keep_both_ends():
    model = make(max_length=4)
    one, other = model.predict(words_of(["abcdefgh", "abgh"]))
    numpy.testing.assert_allclose(one, other, atol=1e-6)


def test_no_words():
    model = make()
    for texts in ([], [""]):
        Y, backprop = model(words_of(texts), is_train=True)
        assert Y.shape == (len(texts), 6) and not Y.any()
        backprop(Y)


def test_from_a_config(nlp):
    settings = {
        "@architectures": "spacy-lstm-ner.WordEmbed.v1",
        "width": 8,
        "attrs": ["SHAPE"],
        "rows": [20],
        "chars": {"@architectures": "spacy-lstm-ner.CharCNN.v1", "width": 6},
    }
    filled = Config().from_str(registry.fill(Config({"model": settings})).to_str())
    assert filled["model"]["chars"]["window_sizes"] == [3]
    filled["model"]["chars"]["window_sizes"] = [2, 3]
    model = registry.resolve(filled)["model"]
    docs = [nlp.make_doc("Rome and Oslo and Rome"), nlp.make_doc("")]
    model.initialize(X=docs)
    Y, empty = model.predict(docs)
    assert Y.shape == (5, 14) and empty.shape == (0, 14)
    numpy.testing.assert_array_equal(Y[0], Y[4])
    assert not numpy.allclose(Y[0], Y[2])  # one shape, other letters


def test_only_characters(nlp):
    model = WordEmbed(8, [], [], chars=CharCNN(4))
    docs = [nlp.make_doc("a b a")]
    model.initialize(X=docs)
    (Y,) = model.predict(docs)
    numpy.testing.assert_array_equal(Y[0], Y[2])


def test_bad_options():
    with pytest.raises(ValueError, match="width was given 25"):
        CharCNN(25, window_sizes=[2, 3])
    with pytest.raises(ValueError, match="max_length was given 0"):
        CharCNN(24, max_length=0)
