"""Kept word vectors beyond one model in one thread: copies, zones, threads, processes."""

import copy
import multiprocessing
import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
import spacy
from spacy.tokens import Doc

from .kept_words import TEXTS, assert_right, computed, kept, make_model


@pytest.fixture
def docs(nlp):
    return [nlp.make_doc(text) for text in TEXTS]


def test_nothing_is_stored(docs):
    model = make_model(docs)
    before = model.to_bytes()
    model.predict(docs)
    assert model.to_bytes() == before
    for other in (model.copy(), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert len(kept(other)) == 0 < len(kept(model))
        assert_right(other, docs)
        assert kept(other) is not kept(model)


def test_memory_zones(nlp, docs):
    """Strings of a zone are gone after it, rows of their words are as good as before."""
    model = make_model(docs, chars=True)
    words = ["zonal", "Zonally", "zonal"]
    expected = computed(make_model(docs, chars=True), [Doc(spacy.blank("en").vocab, words=words)])
    for _ in range(3):
        with nlp.memory_zone():
            (Y,) = model.predict([Doc(nlp.vocab, words=words)])
            numpy.testing.assert_allclose(Y, expected, atol=1e-6)
        assert "zonal" not in nlp.vocab.strings
        assert_right(model, docs)
    everything = [kept(model)._free[0].places, kept(model)._free[0].sources]
    assert {type(name) for name in everything[0]} == {bytes}
    assert {type(source) for source in everything[1]} == {numpy.ndarray}


def test_threads(nlp):
    words = [f"word{n}" for n in range(60)] + ["the", "cat"]
    rng = numpy.random.RandomState(0)
    docs = [Doc(nlp.vocab, words=rng.choice(words, 12).tolist()) for _ in range(80)]
    model = make_model(docs, limit=50)
    expected = [computed(model, [doc]) for doc in docs]

    def work(seed):
        order = numpy.random.RandomState(seed).permutation(len(docs))
        got = {place: model.predict([docs[place]])[0] for place in order}
        return all(numpy.allclose(got[n], expected[n], atol=1e-6) for n in range(len(docs)))

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(12)))


def _report(model, docs, queue):
    n_kept = len(kept(model))
    queue.put((n_kept, numpy.concatenate(model.predict(docs))))


@pytest.mark.parametrize("method,inherits", [("fork", True), ("spawn", False)])
def test_child_processes(docs, method, inherits):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this platform")
    model = make_model(docs)
    expected = numpy.concatenate(model.predict(docs))
    context = multiprocessing.get_context(method)
    queue = context.SimpleQueue()
    child = context.Process(target=_report, args=(model, docs, queue))
    child.start()
    n_kept, got = queue.get()
    child.join()
    assert n_kept == (len(kept(model)) if inherits else 0)
    numpy.testing.assert_array_equal(got, expected)


def test_a_childs_rows_are_its_own(docs):
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this platform")
    model = make_model(docs)
    expected = numpy.concatenate(model.predict(docs))
    n_kept = len(kept(model))
    child = multiprocessing.get_context("fork").Process(target=_spoil, args=(model, docs))
    child.start()
    child.join()
    assert child.exitcode == 0 and len(kept(model)) == n_kept
    numpy.testing.assert_array_equal(numpy.concatenate(model.predict(docs)), expected)


def _spoil(model, docs):
    kept(model)._free[0].data[:] = -1
    assert (numpy.concatenate(model.predict(docs)) == -1).all()
