import numpy
import pytest
from spacy.util import registry
from thinc.api import Config, set_dropout_rate

from spacy_lstm_ner.models.char_ngrams import CharNgrams
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.ops.ngrams import char_ngrams
from spacy_lstm_ner.types import Words

from ..gradients import check_params, to_float64

TEXTS = ["Ada", "a", "", "can't", "Ωmega", "😀", "a", "banana"]


def words_of(texts):
    return Words(numpy.zeros((len(texts), 0), dtype="uint64"), texts=texts)


def make(**options):
    numpy.random.seed(0)
    model = CharNgrams(**{"width": 6, "rows": 50, **options})
    model.initialize(X=words_of(TEXTS))
    return model


@pytest.mark.parametrize("drop", [0.0, 0.4])
def test_numeric_gradients(drop):
    model = to_float64(make())
    set_dropout_rate(model, drop)

    def run():
        numpy.random.seed(1)  # the same n-grams are left out
        return model(words_of(TEXTS), is_train=True)

    Y, backprop = run()
    dY = numpy.random.RandomState(0).normal(size=Y.shape)
    backprop(dY)
    check_params(model, lambda: float((run()[0] * dY).sum()))


@pytest.mark.parametrize("min_size, max_size", [(1, 1), (2, 4), (3, 9)])
def test_finds_the_ngrams_of_each_word(min_size, max_size):
    found = char_ngrams(TEXTS, min_size, max_size)
    expected = []
    for size in range(min_size, max_size + 1):
        for word, text in enumerate(TEXTS):
            marked = f"\x02{text}\x03"
            ngrams = [marked[at : at + size] for at in range(len(marked) - size + 1)]
            expected += [(word, ngram) for ngram in ngrams]
    assert found.words.tolist() == [word for word, _ in expected]
    # The same number for the same n-gram, another number for another one.
    pairs = set(zip(found.keys.tolist(), [ngram for _, ngram in expected]))
    assert len(pairs) == len({key for key, _ in pairs}) == len({ngram for _, ngram in pairs})


def test_equals_the_sum_ngram_by_ngram():
    model = make()
    E = model.get_param("E")
    for text, y in zip(TEXTS, model.predict(words_of(TEXTS))):
        keys = char_ngrams([text.lower()], 2, 4).keys
        rows = [int(model.ops.hash(numpy.array([key]), 0)[0, 0]) % 50 for key in keys]
        total = sum((E[row] for row in rows), numpy.zeros(6))
        numpy.testing.assert_allclose(y, total / len(rows) ** 0.5, atol=1e-6)


def test_case_does_not_count_but_place_does():
    model = make(rows=5000)
    upper, lower = model.predict(words_of(["ADA", "ada"]))
    numpy.testing.assert_array_equal(upper, lower)
    one, other = model.predict(words_of(["ab", "ba"]))
    assert not numpy.allclose(one, other)


def test_words_do_not_depend_on_the_batch():
    model = make()
    together = model.predict(words_of(TEXTS))
    alone = numpy.concatenate([model.predict(words_of([text])) for text in TEXTS])
    numpy.testing.assert_array_equal(together, alone)


def test_dropout_leaves_the_mean_as_it_is():
    model = make()
    set_dropout_rate(model, 0.5)
    numpy.random.seed(0)
    words = words_of(["banana"])
    draws = numpy.concatenate([model(words, is_train=True)[0] for _ in range(4000)])
    expected = model.predict(words)
    assert len(numpy.unique(draws.round(4), axis=0)) > 100
    numpy.testing.assert_allclose(draws.mean(axis=0), expected[0], atol=0.02)


def test_dropout_follows_its_scale():
    still = make(dropout_scale=0.0)
    set_dropout_rate(still, 0.5)
    Y, _ = still(words_of(TEXTS), is_train=True)
    numpy.testing.assert_array_equal(Y, still.predict(words_of(TEXTS)))


def test_no_words():
    model = make()
    Y, backprop = model(words_of([]), is_train=True)
    assert Y.shape == (0, 6)
    backprop(Y)


@pytest.mark.parametrize(
    "options",
    [
        {"width": 0},
        {"rows": 0},
        {"min_size": 0},
        {"min_size": 3, "max_size": 2},
        {"dropout_scale": 1.5},
        {"dropout_scale": -0.5},
    ],
)
def test_refuses_numbers_outside_their_limits(options):
    name = list(options)[-1]
    with pytest.raises(ValueError, match=f"{name} was given"):
        make(**options)


def test_from_a_config(nlp):
    settings = {
        "@architectures": "spacy-lstm-ner.WordEmbed.v1",
        "width": 8,
        "attrs": ["SHAPE"],
        "rows": [20],
        "chars": {"@architectures": "spacy-lstm-ner.CharCNN.v1", "width": 6},
        "ngrams": {"@architectures": "spacy-lstm-ner.CharNgrams.v1", "width": 5},
    }
    model = registry.resolve({"model": Config(settings)})["model"]
    docs = [nlp.make_doc("Ada and Grace"), nlp.make_doc("Ada")]
    model.initialize(X=docs)
    first, second = model.predict(docs)
    assert first.shape == (3, 8 + 6 + 5)
    numpy.testing.assert_allclose(first[0], second[0], atol=1e-6)


def test_ngrams_alone_tell_words_apart(nlp):
    model = WordEmbed(4, [], [], ngrams=CharNgrams(5))
    doc = nlp.make_doc("Ada Grace ada")
    model.initialize(X=[doc])
    (Y,) = model.predict([doc])
    assert not numpy.allclose(Y[0], Y[1])
    numpy.testing.assert_array_equal(Y[0], Y[2])


def test_scale_and_rate_multiply():
    words = words_of(TEXTS)
    outputs = []
    for scale, rate in ((0.5, 0.8), (1.0, 0.4)):
        model = make(dropout_scale=scale)
        set_dropout_rate(model, rate)
        numpy.random.seed(3)
        outputs.append(model(words, is_train=True)[0])
    numpy.testing.assert_allclose(*outputs, atol=1e-6)


def test_all_dropped_is_zero():
    model = make()
    set_dropout_rate(model, 1.0)
    Y, backprop = model(words_of(TEXTS), is_train=True)
    assert not Y.any()
    backprop(Y)


def test_long_words_keep_both_ends():
    model = make(max_length=4)
    one, other = model.predict(words_of(["abcdefgh", "abgh"]))
    numpy.testing.assert_array_equal(one, other)
