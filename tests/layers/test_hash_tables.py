import numpy
import pytest
from thinc.api import HashEmbed, NumpyOps

from spacy_lstm_ner.layers.hash_tables import HASHES, HashTables, hashed_rows
from spacy_lstm_ner.types import Words

from ..gradients import check_params, to_float64

ROWS = [7, 50, 1000]


def make_words(n, seed=0, columns=3):
    keys = numpy.random.RandomState(seed).randint(0, 2**63, (n, columns), dtype="uint64")
    return Words(keys)


def test_is_a_hash_embed_for_each_column():
    """thinc's layer, with the number of the column as its seed, on the same tables."""
    words = make_words(200)
    model = HashTables(5, ROWS)
    model.initialize(X=words)
    Y, backprop = model(words, is_train=True)
    dY = numpy.random.RandomState(1).normal(size=Y.shape).astype("float32")
    backprop(dY)
    tables = numpy.split(model.get_param("E"), numpy.cumsum(ROWS)[:-1])
    gradients = numpy.split(model.get_grad("E"), numpy.cumsum(ROWS)[:-1])
    for column, (table, gradient) in enumerate(zip(tables, gradients)):
        other = HashEmbed(5, ROWS[column], seed=column + 1)
        other.initialize()
        other.set_param("E", table)
        columns = slice(5 * column, 5 * column + 5)
        y, bp_other = other(words.keys[:, column], is_train=True)
        numpy.testing.assert_allclose(Y[:, columns], y, rtol=1e-6)
        bp_other(numpy.ascontiguousarray(dY[:, columns]))
        numpy.testing.assert_allclose(gradient, other.get_grad("E"), rtol=1e-5, atol=1e-6)


def test_numeric_gradient():
    words = make_words(9, columns=2)
    model = HashTables(2, [4, 3])
    model.initialize(X=words)
    to_float64(model)
    Y, backprop = model(words, is_train=True)
    dY = numpy.random.RandomState(1).normal(size=Y.shape)
    backprop(dY)
    check_params(model, lambda: float((model.predict(words) * dY).sum()))


def test_gradients_add_up():
    model = HashTables(3, ROWS)
    model.initialize()
    both, parts = make_words(10), []
    for part in (slice(0, 4), slice(4, 10)):
        Y, backprop = model(Words(both.keys[part]), is_train=True)
        backprop(numpy.ones_like(Y))
        parts.append(model.get_grad("E").copy())
    model.set_grad("E", numpy.zeros_like(parts[0]))
    Y, backprop = model(both, is_train=True)
    backprop(numpy.ones_like(Y))
    numpy.testing.assert_allclose(parts[1], model.get_grad("E"), rtol=1e-6)
    assert numpy.abs(parts[1] - parts[0]).max() > 0


def test_rows_stay_inside_their_table():
    words = make_words(500)
    places = hashed_rows(NumpyOps(), words.keys, ROWS).reshape(HASHES, 500, len(ROWS))
    above = 0
    for column, size in enumerate(ROWS):
        at = places[:, :, column]
        assert at.min() >= above and at.max() < above + size
        assert len(numpy.unique(at)) > 0.8 * size  # all of it is used
        above += size


@pytest.mark.parametrize("n", [0, 1])
def test_few_words(n):
    words = make_words(n)
    model = HashTables(3, ROWS)
    model.initialize(X=words)
    Y, backprop = model(words, is_train=True)
    assert Y.shape == (n, 9)
    backprop(Y)
    assert model.get_grad("E").any() == bool(n)
