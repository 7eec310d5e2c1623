"""What is read again is what was read, whatever drew from the random generators."""

import random

import numpy
import pytest

from spacy_lstm_ner.training.batches import Batches
from spacy_lstm_ner.training.random_states import (
    all_sources,
    from_json,
    get_states,
    set_states,
    to_json,
)

STEPS = 40


def stream(reads):
    """Batches that show the state of the generators where the reader draws."""
    own = random.Random(5)
    for step in range(STEPS):
        drawn = [own.random()]
        if step in reads:
            drawn += [random.random(), float(numpy.random.uniform())]
        yield step, drawn


def compute(step, computes):
    if step in computes:
        random.gauss(0, 1)
        numpy.random.normal(size=3)


@pytest.mark.parametrize(
    ("reads", "computes", "n_marks"),
    [
        (range(STEPS), range(STEPS), STEPS),
        (range(STEPS), [], 1),  # the first state is unknown
        ([], range(STEPS), 0),
        (range(0, STEPS, 8), range(STEPS), 5),
        (range(0, STEPS, 8), [2, 3, 21], 3),
        ([0, 3, 4], [0], 2),
    ],
)
def test_read_again(reads, computes, n_marks):
    random.seed(0)
    numpy.random.seed(0)
    first, batches = Batches(stream(reads)), []
    for step in range(STEPS):
        batches.append(first.read())
        compute(step, computes)
    assert len(first.marks) == n_marks
    assert first.read() is None
    # The same in three parts.
    marks, states = {}, None
    for begin, end in ((0, 15), (15, 30), (30, STEPS)):
        again = Batches(stream(reads), marks)
        assert [again.read_again() for _ in range(begin)] == batches[:begin]
        random.seed(0)
        numpy.random.seed(0)
        set_states(states or {})
        for step in range(begin, end):
            assert again.read() == batches[step]
            compute(step, computes)
        states, marks = get_states(all_sources()), again.marks
    assert marks == first.marks


def test_states_through_json():
    torch = pytest.importorskip("torch")

    def draw():
        normal = random.gauss(0, 1), numpy.random.normal(), torch.randn(1).item()
        return [*normal, random.random(), numpy.random.uniform(), torch.rand(1).item()]

    random.gauss(0, 1), numpy.random.normal()  # half of a pair is kept
    record = to_json(get_states(all_sources()))
    expected = draw()
    draw()
    set_states(from_json(record))
    assert draw() == expected
