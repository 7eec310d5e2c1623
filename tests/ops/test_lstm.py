"""What only an LSTM has: cells, whose messages through time are limited too. All else is in
`test_cells.py`."""

import numpy

from spacy_lstm_ner.ops.lstm import backprop_lstm, lstm
from spacy_lstm_ner.ops.packing import pack_layout

from ..gradients import LIMIT, numeric_gradient, relative_error
from ..reference import lstm_one_sequence
from .test_cells import inputs


def params(nI, nH, seed=0, dtype="float64"):
    rng = numpy.random.RandomState(seed)
    shapes = [(4 * nH, nI), (4 * nH, nH), (4 * nH,)]
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def test_bptt_clip_limits_what_a_step_hands_back():
    """With a limit, the gradient at the first token is what the limited message gives: at most
    clip for each of h and c, through one step of the cell."""
    Wx, Wh, b = params(2, 3)
    layout = pack_layout(numpy, [2])
    X = inputs([2], 2)
    dY = numpy.array([[0.0, 0.0, 0.0], [50.0, -80.0, 3.0]])
    _, trace = lstm(X, Wx, Wh, b, layout)
    free = backprop_lstm(dY, Wx, Wh, layout, trace)
    loose = backprop_lstm(dY, Wx, Wh, layout, trace, bptt_clip=1e6)
    tight = backprop_lstm(dY, Wx, Wh, layout, trace, bptt_clip=0.5)
    for a, c in zip(free, loose):
        numpy.testing.assert_array_equal(a, c)
    # By hand: messages to step 0, cut to ±0.5, then one step back from there.
    nH = 3
    i, f, g, o = (trace.G[:, k * nH : (k + 1) * nH] for k in range(4))
    dC1 = dY[1] * o[1] * (1 - trace.tanhC[1] ** 2)
    dA1 = numpy.concatenate(
        [
            dC1 * g[1] * i[1] * (1 - i[1]),
            dC1 * trace.C[0] * f[1] * (1 - f[1]),
            dC1 * i[1] * (1 - g[1] ** 2),
            dY[1] * trace.tanhC[1] * o[1] * (1 - o[1]),
        ]
    )
    dh0, dc0 = numpy.clip(dA1 @ Wh, -0.5, 0.5), numpy.clip(dC1 * f[1], -0.5, 0.5)
    assert (numpy.abs(dA1 @ Wh) > 0.5).any()
    handed = numpy.abs([dA1 @ Wh, dC1 * f[1]])
    assert tight.clipped == (handed > 0.5).mean() and free.clipped == loose.clipped == 0
    dC0 = dh0 * o[0] * (1 - trace.tanhC[0] ** 2) + dc0
    dA0 = numpy.concatenate(
        [
            dC0 * g[0] * i[0] * (1 - i[0]),
            numpy.zeros(nH),
            dC0 * i[0] * (1 - g[0] ** 2),
            dh0 * trace.tanhC[0] * o[0] * (1 - o[0]),
        ]
    )
    numpy.testing.assert_allclose(tight[0], numpy.array([dA0, dA1]) @ Wx, atol=1e-12)
    numpy.testing.assert_allclose(tight[3], dA0 + dA1, atol=1e-12)


def test_gradients_of_cells_hold_all_that_comes_later():
    """Central differences by a push at each cell from outside."""
    Wx, Wh, b = params(2, 3)
    layout, X, dY = pack_layout(numpy, [6]), inputs([6], 2), inputs([6], 3, seed=2)
    pushes = numpy.zeros((6, 3))

    def loss():
        return float((lstm_one_sequence(X, Wx, Wh, b, cell_pushes=pushes) * dY).sum())

    _, trace = lstm(X, Wx, Wh, b, layout)
    found = backprop_lstm(dY, Wx, Wh, layout, trace).C
    assert relative_error(numeric_gradient(loss, pushes), found) < LIMIT
