from itertools import permutations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_ner.ops.packing import pack_layout


def test_picture_in_the_docstring():
    tokens = numpy.array(["a0", "b0", "b1", "b2", "c0", "c1"])
    layout = pack_layout(numpy, [1, 3, 2])
    assert tokens[layout.flat_rows].tolist() == ["b0", "c0", "a0", "b1", "c1", "b2"]
    assert layout.size_at_t == [3, 2, 1]
    assert layout.steps == [slice(0, 3), slice(3, 5), slice(5, 6)]
    reversed_tokens = tokens[layout.flat_rows][layout.reversed_rows]
    assert reversed_tokens.tolist() == ["b2", "c1", "a0", "b1", "c0", "b0"]
    assert layout.previous_rows.tolist() == [0, 1, 3]
    assert layout.last_rows.tolist() == [5, 4, 2]
    assert layout.ranks.tolist() == [0, 1, 2, 0, 1, 0]


@given(st.lists(st.integers(0, 6), max_size=7))
def test_definitions(lengths):
    layout = pack_layout(numpy, lengths)
    # (sequence, token) at every packed row, by the definition: falling length, then time-major
    order = sorted(range(len(lengths)), key=lambda n: -lengths[n])
    cells = [(n, t) for t in range(max(lengths, default=0)) for n in order if lengths[n] > t]
    flat = [(n, t) for n in range(len(lengths)) for t in range(lengths[n])]
    assert [flat[row] for row in layout.flat_rows] == cells
    assert [cells[row] for row in layout.packed_rows] == flat
    assert [cells[row] for row in layout.reversed_rows] == [
        (n, lengths[n] - 1 - t) for n, t in cells
    ]
    assert [cells[row] for row in layout.previous_rows] == [(n, t - 1) for n, t in cells if t]
    alive = [n for n in order if lengths[n]]
    assert [cells[row] for row in layout.last_rows] == [(n, lengths[n] - 1) for n in alive]
    assert layout.sequences.tolist() == alive
    assert [alive[rank] for rank in layout.ranks] == [n for n, _ in cells]
    assert layout.lengths.tolist() == lengths


@pytest.mark.parametrize("lengths", [[], [0], [0, 0]])
def test_nothing_to_pack(lengths):
    layout = pack_layout(numpy, lengths)
    assert layout.steps == [] and layout.size_at_t == []
    assert layout.flat_rows.shape == (0,) and layout.last_rows.shape == (0,)


def test_equal_lengths_keep_their_order():
    for lengths in permutations([2, 2, 1]):
        layout = pack_layout(numpy, lengths)
        starts = layout.flat_rows[: len(lengths)]
        twos = [row for row, n in zip(starts, layout.ranks) if n < 2]
        assert twos == sorted(twos)
