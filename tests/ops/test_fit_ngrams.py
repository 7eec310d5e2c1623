"""Vectors of n-grams fitted to those of words, against a solver for small tables."""

import numpy
import pytest
from thinc.api import NumpyOps

from spacy_lstm_ner.ops import fit_ngrams as module
from spacy_lstm_ner.ops.fit_ngrams import fit_ngrams

OPS = NumpyOps()
N_ROWS = 6


def make(seed, n_words=15, dtype="float64"):
    """N-grams at random rows; the last row has none, and some stand twice in a word."""
    rng = numpy.random.RandomState(seed)
    counts = rng.randint(1, 5, n_words)
    owners = numpy.repeat(numpy.arange(n_words, dtype="int32"), counts)
    rows = rng.randint(0, N_ROWS - 1, len(owners)).astype("int32")
    scales = (1 / numpy.sqrt(counts)).astype(dtype)[:, None]
    return rows, owners, scales, rng.normal(size=(n_words, 3)).astype(dtype)


def solve(rows, owners, scales, Y, ridge):
    A = numpy.zeros((len(Y), N_ROWS))
    numpy.add.at(A, (owners, rows), scales[owners, 0])
    return numpy.linalg.solve(A.T @ A + ridge * numpy.eye(N_ROWS), A.T @ Y)


@pytest.mark.parametrize("ridge", [0.1, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_equals_the_solution_of_the_normal_equations(seed, ridge):
    problem = make(seed)
    found = fit_ngrams(OPS, *problem, N_ROWS, ridge=ridge, steps=N_ROWS)
    numpy.testing.assert_allclose(found, solve(*problem, ridge), rtol=1e-8, atol=1e-10)
    assert not found[-1].any()


def test_more_steps_than_there_are_rows_change_nothing():
    problem = make(0, dtype="float32")
    expected = solve(*problem, 1.0)
    for steps in (N_ROWS, 50):
        found = fit_ngrams(OPS, *problem, N_ROWS, ridge=1.0, steps=steps)
        assert found.dtype == numpy.float32
        numpy.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_each_step_comes_nearer():
    problem = make(1, n_words=60)
    exact = solve(*problem, 0.5)
    errors = [
        numpy.linalg.norm(fit_ngrams(OPS, *problem, N_ROWS, ridge=0.5, steps=n) - exact)
        for n in (1, 2, 4)
    ]
    assert errors == sorted(errors, reverse=True)


def test_chunks_and_arguments_do_not_matter(monkeypatch):
    problem = make(2)
    before = [array.copy() for array in problem]
    expected = fit_ngrams(OPS, *problem, N_ROWS, ridge=1.0, steps=3)
    for array, same in zip(problem, before):
        numpy.testing.assert_array_equal(array, same)
    monkeypatch.setattr(module, "CHUNK", 4)
    found = fit_ngrams(OPS, *problem, N_ROWS, ridge=1.0, steps=3)
    numpy.testing.assert_allclose(found, expected, rtol=1e-10)


def test_words_that_all_have_one_vector_less_their_mean():
    rows, owners, scales, Y = make(3)
    found = fit_ngrams(OPS, rows, owners, scales, numpy.zeros_like(Y), N_ROWS, ridge=1.0, steps=5)
    assert not found.any()
