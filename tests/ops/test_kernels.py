"""Every kernel against the reference, and the rules that choose one."""

import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
import torch

from spacy_lstm_ner.ops import lstm_predict, lstm_torch
from spacy_lstm_ner.ops.kernels import Kernel, choose_kernel
from spacy_lstm_ner.ops.lstm import lstm
from spacy_lstm_ner.ops.lstm_predict import prepare_lstm
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.ops.segments import make_segments
from spacy_lstm_ner.ops.ways import Way

from .. import reference
from .test_cells import inputs
from .test_lstm import params

LENGTHS = [
    [7, 4, 2, 1, 0],
    [0, 1, 3],
    [1],
    [5],
    [1, 1, 1],
    [4, 4, 0, 4],
    [0, 2, 0, 9, 2],
    [1, 60, 2, 30, 30, 3, 0, 59, 1, 1, 17],
]
DIRECTIONS = [["l2r"], ["r2l"], ["l2r", "r2l"]]
TOLERANCE = {"numpy": 1e-5, "torch": 1e-5, "torch-bf16": 2e-2}


needs_bfloat16 = pytest.mark.skipif(
    not lstm_torch.has_bfloat16(), reason="no bfloat16 on this processor"
)
BFLOAT16 = pytest.param("torch-bf16", marks=needs_bfloat16)


@pytest.fixture(params=["numpy", "torch", BFLOAT16])
def name(request):
    return request.param


def make_ways(directions, nI, nH, dtype="float32", size=1.0):
    """Weights drawn from a normal distribution of the given size."""
    return [
        Way(direction, *(numpy.dtype(dtype).type(size) * array for array in arrays))
        for n, direction in enumerate(directions)
        for arrays in [params(nI, nH, seed=n, dtype=dtype)]
    ]


def run(name, Xf, ways, lengths):
    """Predict in the order of the batch."""
    layout = pack_layout(numpy, lengths)
    return Kernel("lstm", name).predict(Xf[layout.flat_rows], ways, layout)[layout.packed_rows]


def defined(Xf, ways, lengths):
    """What the cell's own forward pass gives, in the order of the batch."""
    layout = pack_layout(numpy, lengths)
    Ys = []
    for direction, *weights in ways:
        order = layout.reversed_rows if direction == "r2l" else slice(None)
        Ys.append(lstm(Xf[layout.flat_rows][order], *weights, layout)[0][order])
    return numpy.concatenate(Ys, axis=1)[layout.packed_rows]


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("directions", DIRECTIONS)
def test_the_reference_equals_the_textbook(lengths, directions):
    Xf, ways = inputs(lengths, 3), make_ways(directions, 3, 5, "float64")
    ends = numpy.cumsum(lengths)[:-1]
    for X, Y in zip(numpy.split(Xf, ends), numpy.split(run("numpy", Xf, ways, lengths), ends)):
        for d, (direction, *weights) in enumerate(ways):
            order = slice(None, None, -1 if direction == "r2l" else 1)
            expected = reference.lstm_one_sequence(X[order], *weights)[order]
            numpy.testing.assert_allclose(Y[:, d * 5 : (d + 1) * 5], expected, atol=1e-12)


@pytest.mark.parametrize("block", [1, 5, 2048])
@pytest.mark.parametrize("lengths", [*LENGTHS, [], [0, 0]])
@pytest.mark.parametrize("directions", DIRECTIONS)
def test_rows_of_words_that_were_projected_before(lengths, directions, block, monkeypatch):
    """Any table that holds the words will do, also one with other words in it."""
    monkeypatch.setattr(lstm_predict, "BLOCK", block)
    words, ways = inputs([9], 3), make_ways(directions, 3, 5, "float64")
    layout, rng = pack_layout(numpy, lengths), numpy.random.RandomState(0)
    index = rng.randint(2, 7, size=sum(lengths))
    ready = prepare_lstm(ways)
    A = ready.project(words)
    before = A.copy()
    found = ready.predict_projected(A, index, layout)
    numpy.testing.assert_array_equal(A, before)
    expected = defined(words[index[layout.packed_rows]], ways, lengths)[layout.flat_rows]
    numpy.testing.assert_allclose(found, expected, atol=1e-12)
    numpy.testing.assert_allclose(ready.predict(words[index], layout), found, atol=1e-12)


@pytest.mark.parametrize("nI,nH", [(3, 5), (20, 32)])
@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("directions", DIRECTIONS)
def test_equals_the_reference(name, lengths, directions, nI, nH):
    # 8 bits are measured on weights as trained layers have them; float32 stands large ones too.
    size = 1.0 if name != "torch-bf16" else (nI + nH) ** -0.5
    Xf, ways = inputs(lengths, nI, dtype="float32"), make_ways(directions, nI, nH, size=size)
    found = run(name, Xf, ways, lengths)
    assert found.dtype == numpy.float32 and found.flags.c_contiguous
    expected = defined(Xf, ways, lengths)
    numpy.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[name])


def test_five_thousand_tokens(name):
    """Rounding must not add up."""
    lengths = [5000, 3, 1200]
    Xf, ways = inputs(lengths, 8, dtype="float32"), make_ways(["l2r", "r2l"], 8, 16, size=0.2)
    found = run(name, Xf, ways, lengths)
    numpy.testing.assert_allclose(found, defined(Xf, ways, lengths), rtol=0, atol=TOLERANCE[name])


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_batch_mates_do_not_matter(name):
    lengths = [7, 4, 2, 1, 30, 4]
    Xs = numpy.split(inputs(lengths, 6, dtype="float32"), numpy.cumsum(lengths)[:-1])
    ways = make_ways(["l2r", "r2l"], 6, 8)
    for order in ([4, 0, 1, 2, 3, 5], [1, 5], [3, 2], [0, 3, 4]):
        batch = [Xs[n] for n in order]
        Y = run(name, numpy.concatenate(batch), ways, [len(X) for X in batch])
        alone = numpy.concatenate([run(name, X, ways, [len(X)]) for X in batch])
        numpy.testing.assert_allclose(Y, alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("lengths", [[], [0, 0]])
def test_nothing_to_read(name, lengths):
    Y = run(name, inputs(lengths, 4, dtype="float32"), make_ways(["l2r", "r2l"], 4, 3), lengths)
    assert Y.shape == (0, 6) and Y.dtype == numpy.float32


def test_double_precision_is_for_the_reference(name):
    ways, lengths = make_ways(["l2r", "r2l"], 4, 3, "float64"), [3, 1]
    Xf = inputs(lengths, 4)
    Y = run(name, Xf, ways, lengths)
    assert Y.dtype == numpy.float64
    numpy.testing.assert_array_equal(Y, run("numpy", Xf, ways, lengths))
    assert Kernel("lstm", name).name_for(Xf) == "numpy"
    assert Kernel("lstm", name).name_for(Xf.astype("float32")) == name


@pytest.mark.parametrize("lengths", [[5, 3, 1], [4]])
def test_arguments_and_earlier_outputs_are_left_alone(name, lengths):
    Xf, ways = inputs(lengths, 4, dtype="float32"), make_ways(["l2r", "r2l"], 4, 3)
    keep = [Xf.copy(), *(array.copy() for way in ways for array in way[1:])]
    Y = run(name, Xf, ways, lengths)
    keep_Y = Y.copy()
    run(name, -Xf, ways, lengths)
    numpy.testing.assert_array_equal(Y, keep_Y)
    for array, before in zip([Xf, *(array for way in ways for array in way[1:])], keep):
        numpy.testing.assert_array_equal(array, before)


def test_nan_in_fresh_memory_does_not_matter(name, monkeypatch):
    layout = pack_layout(numpy, [6, 4, 0, 1])
    X, ways = inputs([11], 4, dtype="float32"), make_ways(["l2r", "r2l"], 4, 3)
    expected = Kernel("lstm", name).predict(X, ways, layout)
    monkeypatch.setattr(numpy, "empty", lambda shape, dtype: numpy.full(shape, numpy.nan, dtype))
    found = Kernel("lstm", name).predict(X, ways, layout)
    numpy.testing.assert_array_equal(found, expected)


def test_threads_do_not_disturb_one_another(name):
    ways = make_ways(["l2r", "r2l"], 8, 16)
    batches = [[(7 * n) % 23, n % 5, 3, n] for n in range(24)]
    Xs = [inputs(lengths, 8, seed=n, dtype="float32") for n, lengths in enumerate(batches)]
    expected = [run(name, X, ways, lengths) for X, lengths in zip(Xs, batches)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda X, lengths: run(name, X, ways, lengths), Xs, batches))
    for Y, Y_alone in zip(found, expected):
        numpy.testing.assert_array_equal(Y, Y_alone)


FORK = """
import os, signal, numpy, torch
from tests.ops.test_kernels import inputs, make_ways, run
torch.set_num_threads(2)
lengths = [40] * 64 + [30] * 64
Xf, ways = inputs(lengths, 64, dtype="float32"), make_ways(["l2r", "r2l"], 64, 64)
expected = run("torch", Xf, ways, lengths)
child = os.fork()
if child == 0:
    signal.alarm(30)
    is_equal = numpy.allclose(run("torch", Xf, ways, lengths), expected, atol=1e-5)
    os._exit(0 if is_equal else 1)
assert torch.get_num_threads() == 2
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_forked_process_does_not_wait_for_threads_it_lacks():
    result = subprocess.run([sys.executable, "-c", FORK], timeout=120, check=False)
    assert result.returncode == 0


@pytest.mark.parametrize("name", ["torch", BFLOAT16])
@pytest.mark.parametrize("lengths", [[9, 7, 7, 1], [5]])
def test_torch_really_runs_the_fused_primitive(name, lengths):
    """torch.lstm falls back in silence to a slow form if oneDNN cannot take its arguments."""
    Xf, ways = inputs(lengths, 4, dtype="float32"), make_ways(["l2r", "r2l"], 4, 8)
    with torch.profiler.profile() as profile:
        run(name, Xf, ways, lengths)
    counts = {event.key: event.count for event in profile.key_averages()}
    assert counts["aten::mkldnn_rnn_layer"] >= 2
    assert "aten::addmm" not in counts and "aten::linear" not in counts


def test_the_rule_of_auto(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    assert choose_kernel("lstm") == Kernel("lstm", "mixed")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert choose_kernel("lstm") == Kernel("lstm", "numpy")
    assert choose_kernel("lstm", "torch") == Kernel("lstm", "torch")


@pytest.mark.parametrize("how", ["no torch", "switched off"])
def test_without_onednn(monkeypatch, how):
    if how == "no torch":
        monkeypatch.setattr(lstm_torch, "has_torch", False)
    else:
        monkeypatch.setattr(type(torch.backends.mkldnn), "enabled", False)
    assert choose_kernel("lstm", "auto").name == "numpy"
    with pytest.raises(ValueError, match="kernel = 'torch' needs torch with oneDNN"):
        choose_kernel("lstm", "torch")


def test_without_bfloat16(monkeypatch):
    monkeypatch.setattr("spacy_lstm_ner.ops.kernels.has_bfloat16", lambda: False)
    with pytest.raises(ValueError, match="needs a processor that oneDNN supports bfloat16 on"):
        choose_kernel("lstm", "torch-bf16")


@pytest.mark.parametrize("lengths", LENGTHS)
def test_mixed_takes_torch_for_the_inputs_of_tokens(lengths):
    Xf, ways = inputs(lengths, 3).astype("float32"), make_ways(["l2r", "r2l"], 3, 5)
    found = run("mixed", Xf, ways, lengths)
    numpy.testing.assert_array_equal(found, run("torch", Xf, ways, lengths))
    wants_words = {name: Kernel("lstm", name).takes_words for name in ("numpy", "mixed", "torch")}
    assert wants_words == {"numpy": True, "mixed": True, "torch": False}


def test_unknown_kernel():
    with pytest.raises(ValueError, match="Known kernels: auto, numpy, mixed, torch, torch-bf16"):
        choose_kernel("lstm", "cuda")


@pytest.mark.parametrize("waste,slack", [(0.05, 16), (0.0, 0), (0.5, 3), (9.0, 999)])
@pytest.mark.parametrize("lengths", LENGTHS)
def test_segments_cover_every_row_once(lengths, waste, slack):
    layout = pack_layout(numpy, lengths)
    segments = list(make_segments(layout, waste=waste, slack=slack))
    rows = numpy.arange(sum(lengths))
    for segment in segments:
        tokens = segment.rows.stop - segment.rows.start
        assert len(segment.packed) == segment.n_steps * segment.size
        assert len(segment.packed) <= (1 + waste) * tokens + slack
        numpy.testing.assert_array_equal(segment.packed[segment.padded], rows[segment.rows])
        # A padded row stands at the place of its sequence in every step.
        ranks = numpy.arange(len(segment.packed)) % segment.size
        numpy.testing.assert_array_equal(ranks[segment.padded], layout.ranks[segment.rows])
    assert sum(segment.n_steps for segment in segments) == max(lengths)
    numpy.testing.assert_array_equal(numpy.concatenate([rows[s.rows] for s in segments]), rows)
