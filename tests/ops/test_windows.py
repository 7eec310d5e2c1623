"""Windows and maxima on packed rows, against their definition sequence by sequence."""

import numpy
import pytest

from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.ops.windows import (
    backprop_windows,
    gather_windows,
    max_over_steps,
    window_rows,
)

from ..gradients import packed

LENGTHS = [[2, 0, 5, 1], [3], [1, 1], [0, 0], []]


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("before,after", [(0, 0), (1, 1), (0, 2), (3, 1)])
def test_windows_by_definition(lengths, before, after):
    Xp = packed(lengths, 2)
    rows = window_rows(numpy, Xp.layout, before, after)
    flat = gather_windows(numpy, Xp.data, rows)[Xp.layout.packed_rows]
    Xs = numpy.split(Xp.data[Xp.layout.packed_rows], numpy.cumsum(lengths)[:-1].astype(int))
    expected = []
    for X in Xs:
        padded = numpy.pad(X, ((before, after), (0, 0)))
        expected += [padded[t : t + before + 1 + after].reshape(-1) for t in range(len(X))]
    assert flat.shape == (sum(lengths), 2 * (before + 1 + after))
    numpy.testing.assert_array_equal(flat, numpy.array(expected).reshape(flat.shape))


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("before,after", [(0, 0), (1, 1), (0, 2), (3, 1)])
def test_backprop_is_the_transpose(lengths, before, after):
    """For a linear map A, <A x, y> = <x, A' y> whatever x and y are."""
    Xp = packed(lengths, 2)
    rows = window_rows(numpy, Xp.layout, before, after)
    windows = gather_windows(numpy, Xp.data, rows)
    Y = numpy.random.RandomState(3).normal(size=windows.shape)
    dX = backprop_windows(numpy, Y, rows)
    assert dX.shape == Xp.data.shape
    numpy.testing.assert_allclose((windows * Y).sum(), (Xp.data * dX).sum(), rtol=1e-12)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_maximum_by_definition(lengths):
    layout = pack_layout(numpy, lengths)
    X = numpy.random.RandomState(0).randint(-3, 3, size=(sum(lengths), 6)).astype("float32")
    greatest, rows = max_over_steps(numpy, X, layout, with_rows=True)
    Xs = numpy.split(X[layout.packed_rows], numpy.cumsum(lengths)[:-1].astype(int))
    starts = numpy.cumsum([0, *lengths])
    assert greatest.shape == rows.shape == (len(layout.sequences), 6)
    for rank, sequence in enumerate(layout.sequences):
        numpy.testing.assert_array_equal(greatest[rank], Xs[sequence].max(axis=0))
        first = starts[sequence] + Xs[sequence].argmax(axis=0)  # of equal ones, the first
        numpy.testing.assert_array_equal(layout.flat_rows[rows[rank]], first)
    only, none = max_over_steps(numpy, X, layout, with_rows=False)
    assert none is None
    numpy.testing.assert_array_equal(only, greatest)


def test_a_maximum_of_what_is_no_number_is_none():
    X = numpy.array([[0.0], [numpy.nan], [1.0]])
    for with_rows in (True, False):
        greatest, _ = max_over_steps(numpy, X, pack_layout(numpy, [3]), with_rows=with_rows)
        assert numpy.isnan(greatest).all()
