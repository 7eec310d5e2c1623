"""Half-lives and saturation, by numbers worked out by hand; what traces hold, by their names."""

import numpy
import pytest

from spacy_lstm_ner.diagnostics.gates import arrays_of, half_lives, keeping_gate, saturation
from spacy_lstm_ner.ops.cells import CELLS
from spacy_lstm_ner.ops.packing import pack_layout


def test_half_lives_by_hand():
    f = numpy.array([[0.5, 0.25, 1.0, 0.0, 0.9], [0.5, 1.0, 1.0, 0.5, 0.9]], dtype="float32")
    found = half_lives(f)
    assert found.dtype == numpy.float64
    # 0.25 and 1 halve the content twice in two tokens; 0.9 ** 6.58 = 0.5
    numpy.testing.assert_allclose(found, [1.0, 1.0, numpy.inf, 0.0, 6.5788], rtol=1e-4)


def test_after_a_half_life_half_is_left():
    f = numpy.random.RandomState(0).uniform(0.2, 0.99, size=(40, 6))
    left = f.prod(axis=0)
    numpy.testing.assert_allclose(0.5 ** (40 / half_lives(f)), left, rtol=1e-9)


def test_saturation_by_hand():
    gate = numpy.array([[0.05, 0.1, 0.5], [0.9, 0.95, 1.0]])
    assert saturation(gate) == 0.5
    assert saturation(gate[0]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "cell,names,keep", [("lstm", "ifgoch", "f"), ("gru", "rznh", "z"), ("rnn", "h", None)]
)
def test_arrays_obey_the_equations_of_the_cell(cell, names, keep):
    rng, layout = numpy.random.RandomState(0), pack_layout(numpy, [5])
    gates, biases = len(CELLS[cell].gates), len(CELLS[cell].biases)
    X, Wx, Wh, b = (
        rng.normal(size=shape) for shape in ((5, 3), (gates * 2, 3), (gates * 2, 2), biases * 2)
    )
    Y, trace = CELLS[cell].forward(X, Wx, Wh, b, layout)
    found = arrays_of(trace)
    assert list(found) == list(names)
    numpy.testing.assert_array_equal(found["h"], Y)
    before = {name: numpy.vstack([0 * rows[:1], rows[:-1]]) for name, rows in found.items()}
    if cell == "lstm":
        i, f, g, o, c, h = found.values()
        numpy.testing.assert_allclose(c, f * before["c"] + i * g, atol=1e-12)
        numpy.testing.assert_allclose(h, o * numpy.tanh(c), atol=1e-12)
    elif cell == "gru":
        r, z, n, h = found.values()
        numpy.testing.assert_allclose(h, (1 - z) * n + z * before["h"], atol=1e-12)
    assert keeping_gate(found) is (found[keep] if keep else None)
