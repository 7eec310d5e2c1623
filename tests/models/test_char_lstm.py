import numpy
import pytest

from spacy_lstm_ner.layers.last_states import last_states
from spacy_lstm_ner.layers.spell import spell
from spacy_lstm_ner.models.char_lstm import CharLSTM
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.types import Packed, Words

from .. import reference
from ..gradients import check_params, numeric_gradient, packed, relative_error, to_float64

TEXTS = ["Ada", "a", "", "can't", "Ωmega", "😀", "a"]


def words_of(texts):
    return Words(numpy.zeros((len(texts), 0), dtype="uint64"), texts=texts)


def test_spelling():
    Xp = spell(40).predict(words_of(TEXTS))
    flat = Xp.data[Xp.layout.packed_rows]
    assert Xp.layout.lengths.tolist() == [len(text) for text in TEXTS]
    assert "".join(chr(code) for code in flat) == "".join(TEXTS)


@pytest.mark.parametrize("max_length,expected", [(4, "abyz"), (5, "abcyz"), (1, "a"), (26, None)])
def test_long_words_keep_both_ends(max_length, expected):
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    Xp = spell(max_length).predict(words_of([alphabet]))
    spelled = "".join(chr(code) for code in Xp.data[Xp.layout.packed_rows])
    assert spelled == (expected or alphabet)


def test_last_states_by_definition():
    lengths = [2, 0, 3, 1]
    Xp = packed(lengths, 4)
    Xs = numpy.split(Xp.data[Xp.layout.packed_rows], numpy.cumsum(lengths)[:-1])
    Y = last_states(4).predict(Xp)
    for X, y in zip(Xs, Y):
        expected = [*X[-1, :2], *X[0, 2:]] if len(X) else [0.0] * 4
        numpy.testing.assert_array_equal(y, expected)


def test_last_states_gradient():
    layer, Xp = last_states(4), packed([2, 0, 3, 1], 4)
    Y, backprop = layer(Xp, is_train=True)
    dY = numpy.random.RandomState(0).normal(size=Y.shape)
    exact = numeric_gradient(lambda: float((layer.predict(Xp) * dY).sum()), Xp.data)
    assert relative_error(exact, backprop(dY).data) < 1e-6


def test_numeric_gradients():
    numpy.random.seed(0)
    model = CharLSTM(4, char_width=3, rows=20)
    model.initialize(X=words_of(TEXTS))
    to_float64(model)
    Y, backprop = model(words_of(TEXTS), is_train=True)
    dY = numpy.random.RandomState(0).normal(size=Y.shape)
    backprop(dY)
    check_params(model, lambda: float((model(words_of(TEXTS), True)[0] * dY).sum()))


@pytest.mark.parametrize("cell", reference.CELLS)
def test_equals_the_textbook_letter_by_letter(cell):
    model = CharLSTM(6, cell=cell, char_width=3, rows=50)
    model.initialize(X=words_of(TEXTS))
    Y = model.predict(words_of(TEXTS))
    assert Y.shape == (len(TEXTS), 6)
    (table,) = [node for node in model.walk() if node.name == "hashembed"]
    l2r, r2l = (node for node in model.walk() if node.name.startswith(f"{cell}-"))
    for text, y in zip(TEXTS, Y):
        if not text:
            assert not y.any()
            continue
        X = table.predict(numpy.array([ord(char) for char in text], dtype="uint64"))
        ends = []
        for layer, order in ((l2r, X), (r2l, X[::-1])):
            weights = [layer.get_param(name) for name in ("Wx", "Wh", "b")]
            ends.append(reference.CELLS[cell](order, *weights)[-1])
        numpy.testing.assert_allclose(y, numpy.concatenate(ends), atol=1e-5)


def test_inside_the_word_embedding(nlp):
    docs = [nlp.make_doc("Rome and Oslo and Rome"), nlp.make_doc("")]
    model = WordEmbed(8, ["SHAPE"], [20], chars=CharLSTM(4))
    model.initialize(X=docs)
    Y, empty = model.predict(docs)
    assert Y.shape == (5, 12) and empty.shape == (0, 12)
    numpy.testing.assert_array_equal(Y[0], Y[4])
    assert not numpy.allclose(Y[0], Y[2])  # one shape, other letters


def test_only_characters(nlp):
    model = WordEmbed(8, [], [], chars=CharLSTM(4))
    docs = [nlp.make_doc("a b a")]
    model.initialize(X=docs)
    (Y,) = model.predict(docs)
    numpy.testing.assert_array_equal(Y[0], Y[2])


def test_bad_options():
    with pytest.raises(ValueError, match="must be even: use 24 or 26"):
        CharLSTM(25)
    with pytest.raises(ValueError, match="max_length was given 0"):
        CharLSTM(24, max_length=0)


def test_no_words():
    model = CharLSTM(4)
    model.initialize(X=words_of(["a"]))
    for texts in ([], [""]):
        Y, backprop = model(words_of(texts), is_train=True)
        assert Y.shape == (len(texts), 4)
        backprop(Y)


def test_packed_codes_are_not_floats():
    Xp = spell(40).predict(words_of(["ab"]))
    assert isinstance(Xp, Packed) and Xp.data.dtype == numpy.uint64
