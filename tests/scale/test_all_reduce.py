"""Gradients of two workers against those of one."""

import copy

import numpy
import pytest
from thinc.api import Adam
from thinc.optimizers import Optimizer

from spacy_lstm_ner.scale.training.all_reduce import AllReduce
from spacy_lstm_ner.training.optimizers import Adam as FusedAdam

from .replicas import SPLITS, learn, make_batch, run_two


@pytest.mark.slow
def test_two_workers_have_the_gradients_of_one(tmp_path):
    """A batch in two unequal parts, and one worker without any: sums over the batch, clipped by
    the norm per word of the whole batch, the same weights after a step."""
    run_two("gradients", tmp_path)
    nlp, examples = make_batch()
    expected = dict(zip(["gradients", "weights"], learn(nlp, examples)))
    for what, arrays in expected.items():
        for number in range(len(SPLITS)):
            first, second = (numpy.load(tmp_path / f"{what}{number}-{rank}.npz") for rank in (0, 1))
            assert first.files == second.files == list(arrays)
            for name, array in arrays.items():
                assert numpy.array_equal(first[name], second[name]), name
                scale = max(abs(array).max(), 1e-8) if what == "gradients" else 1.0
                assert abs(first[name] - array).max() <= 1e-5 * scale, (what, number, name)
    assert sum(abs(array).max() > 0 for array in expected["gradients"].values()) > 10


@pytest.mark.parametrize("make", [Adam, FusedAdam])
def test_alone_it_is_the_optimizer_inside(make):
    def arrays():
        return numpy.ones(5, dtype="f"), numpy.arange(5, dtype="f")

    plain, wrapped = make(0.1), AllReduce(make(0.1))
    assert isinstance(wrapped, Optimizer)
    for optimizer in (plain, copy.deepcopy(wrapped)):
        weights, gradient = arrays()
        for _ in range(3):
            optimizer((1, "W"), weights, gradient + 1)
        assert optimizer.nr_update[(1, "W")] == 3
        assert optimizer.averages[(1, "W")].shape == (5,)
        if optimizer is plain:
            expected = weights
    assert numpy.array_equal(weights, expected)
    wrapped.learn_rate = 0.5
    assert wrapped.inner.learn_rate == wrapped.learn_rate == 0.5


def test_alone_nothing_is_exchanged():
    nlp, examples = make_batch()
    before, _ = learn(nlp, examples)
    assert any(abs(gradient).max() > 0 for gradient in before.values())


def test_schedules():
    wrapped = AllReduce(Adam(iter([0.1, 0.2, 0.3])))
    wrapped.step_schedules()
    assert wrapped.learn_rate == 0.2
