"""The guard fails when something falls back in silence, and when a ratio stays low."""

import numpy
import pytest
import torch

from benchmarks.speed import guard
from benchmarks.speed.cases.crf import kernels, make_batch
from benchmarks.speed.encoders import runs_onednn
from benchmarks.speed.models import OURS
from benchmarks.speed.point import untrained
from spacy_lstm_ner.layers.kept_rows import Found, KeptRows
from spacy_lstm_ner.ops.crf import crf_loss
from spacy_lstm_ner.ops.distinct import distinct_rows


class Torch:
    """Runs torch's LSTM, so that oneDNN's primitive is called where torch has it."""

    def __init__(self):
        self.lstm = torch.nn.LSTM(4, 4).eval()

    def predict(self, Xs):
        with torch.inference_mode():
            return [self.lstm(torch.from_numpy(X[:, :4].copy())[:, None])[0] for X in Xs]


class Numpy:
    def predict(self, Xs):
        return [numpy.tanh(X) for X in Xs]


needs_onednn = pytest.mark.skipif(
    not runs_onednn(Torch(), [numpy.zeros((2, 4), dtype="float32")]),
    reason="torch runs its LSTM without oneDNN here",
)


@needs_onednn
def test_a_silent_fallback_is_found(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert guard.kernel_problems(Torch()) == []
    (problem,) = guard.kernel_problems(Numpy())
    assert "promises oneDNN's recurrent primitive here, but numpy ran" in problem


def test_words_that_are_embedded_again_are_found(monkeypatch):
    assert guard.embedding_problems(untrained(OURS, labels=2)) == []

    def forgetful(self, sources, keys, compute, prepare=None):
        words, index = distinct_rows(keys)
        tool = prepare() if prepare else None
        return Found(compute(words, tool), index, tool)

    monkeypatch.setattr(KeptRows, "look_up", forgetful)
    (problem,) = guard.embedding_problems(untrained(OURS, labels=2))
    assert problem == "50 words of 50 distinct ones were embedded, then 50 of the same"


@pytest.mark.parametrize("measured,failed", [([1.0, 1.0], True), ([1.0, 9.0], False)])
def test_a_low_ratio_counts_when_it_stays_low(monkeypatch, measured, failed):
    found = iter(measured)
    checks = [guard.Check("kernel", lambda: next(found), 2.0)]
    monkeypatch.setattr(guard, "CHECKS", checks)
    monkeypatch.setattr(guard, "kernel_problems", lambda encoder: [])
    monkeypatch.setattr(guard, "embedding_problems", lambda nlp: [])
    if failed:
        with pytest.raises(SystemExit, match="1.0 times as fast, has to be 2.0"):
            guard.main()
    else:
        guard.main()


def test_the_padded_rival_computes_the_same_loss():
    """With nothing forbidden on either side, it is the same CRF."""
    batch = make_batch(2, 20)
    ours, usual = kernels(batch, batch)["loss and gradient"]
    free = batch.constraints
    free = type(free)(*(numpy.ones_like(array) for array in vars(free).values()))
    loss, gradient = crf_loss(batch.scores, free, batch.valid, batch.gold)
    usual_loss, usual_gradient = usual()
    assert abs(loss - float(usual_loss)) < 1e-3 * loss
    rows = batch.scores.emissions.layout.steps[1]
    assert numpy.allclose(
        gradient.emissions.data[rows], usual_gradient[1][: rows.stop - rows.start], atol=1e-4
    )


def test_the_padded_rival_decodes_the_same_tags():
    batch = make_batch(2, 20)
    ours, usual = kernels(batch, batch)["Viterbi"]
    tags = ours()
    layout = batch.scores.emissions.layout
    for rank, path in enumerate(usual()):
        assert tags[numpy.flatnonzero(layout.ranks == rank)].tolist() == path
