"""Clipping in its three forms, by hand: what each does to the gradient, and how often it fires."""

import io
import math

import numpy
import pytest
import srsly
from thinc.api import Optimizer, set_dropout_rate

from spacy_lstm_ner.diagnostics.recurrent_watch import describe_states, watch_token_layers
from spacy_lstm_ner.layers.stack import RecurrentStack
from spacy_lstm_ner.layers.watch import watched
from spacy_lstm_ner.ops.lstm import LSTMTrace
from spacy_lstm_ner.training.logger import TrainingLogger

from ..gradients import packed
from ..pipeline.helpers import SMALL, make_examples, train_small
from .test_logger import info


class PlainSteps(Optimizer):
    """Steps of the gradient's own size, so that a step shows what was left of the gradient."""

    def __init__(self, grad_clip):
        super().__init__(1.0, grad_clip=grad_clip, L2=0.0, beta1=0.0, beta2=0.0)


def params(model):
    return {(n.id, name): n.get_param(name) for n in model.walk() for name in n.param_names}


def gradients(model):
    return {(n.id, name): n.get_grad(name) for n in model.walk() for name in n.param_names}


def copies(arrays):
    return {key: array.astype("float64") for key, array in arrays.items()}


def norm(arrays):
    return math.sqrt(sum((array**2).sum() for array in arrays))


def take_step(tmp_path, *, grad_clip=0.0, **config):
    """Gradients before the step, the gradients that the step was made of, and the row logged."""
    nlp = train_small(steps=1, config={**SMALL, **config})
    pipe = nlp.get_pipe("lstm_ner")
    log_step, finish = TrainingLogger(tmp_path / "log.jsonl")(nlp, io.StringIO(), io.StringIO())
    examples = make_examples(nlp)
    nlp.update(examples, sgd=False)
    grads, before = copies(gradients(pipe.model)), copies(params(pipe.model))
    pipe.finish_update(PlainSteps(grad_clip))
    taken = {key: before[key] - array for key, array in params(pipe.model).items()}
    words = sum(len(example) for example in examples)
    log_step(info(0, words))
    finish()
    (row,) = srsly.read_jsonl(tmp_path / "log.jsonl")
    return grads, taken, words, row


def test_without_any(tmp_path):
    grads, taken, _, row = take_step(tmp_path)
    for key, grad in grads.items():
        numpy.testing.assert_allclose(taken[key], grad, atol=1e-5)
    assert [row[f"{form}clip_rate"] for form in ("", "tensor_", "bptt_")] == [0.0, 0.0, 0.0]


def test_by_global_norm(tmp_path):
    """All tensors are scaled alike, to a common norm: the direction stays."""
    grads, taken, words, row = take_step(tmp_path, max_grad_norm=0.01)
    scale = 0.01 * words / norm(grads.values())
    assert scale < 0.5
    for key, grad in grads.items():
        numpy.testing.assert_allclose(taken[key], scale * grad, atol=1e-5)
    assert row["clip_rate"] == 1.0 and row["tensor_clip_rate"] == 0.0


def test_per_tensor(tmp_path):
    """Those whose own norm is over the limit are scaled to it, the others stay."""
    plain = take_step(tmp_path)[0]
    norms = sorted(norm([grad]) for grad in plain.values())
    limit = (norms[3] + norms[4]) / 2
    grads, taken, _, row = take_step(tmp_path, grad_clip=limit)
    for key, grad in grads.items():
        scale = min(1.0, limit / norm([grad])) if norm([grad]) else 1.0
        numpy.testing.assert_allclose(taken[key], scale * grad, atol=1e-5)
    assert row["tensor_clip_rate"] == pytest.approx((len(norms) - 4) / len(norms))
    assert row["clip_rate"] == 0.0


def test_tensors_are_counted_as_the_global_norm_leaves_them(tmp_path):
    with pytest.warns(UserWarning, match="clipped twice"):
        row = take_step(tmp_path, max_grad_norm=1e-6, grad_clip=0.1)[-1]
    assert row["clip_rate"] == 1.0 and row["tensor_clip_rate"] == 0.0


class Shares:
    """The shares that each layer reports, with how many numbers they are of."""

    def __init__(self):
        self.found = []

    def forward(self, layer, layout, trace):
        pass

    def backprop(self, layer, layout, found):
        self.found.append((found.clipped, (len(found.Y) - layout.size_at_t[0]) * found.Y.shape[1]))


def test_by_value_inside_time(tmp_path):
    """Messages through time stay under the limit, and the share of limited numbers is that of all
    layers and batches together. (Each cell's messages by hand: tests/ops/test_cells.py.)"""
    limit = 0.02
    config = {"model": {**SMALL["model"], "bptt_clip": limit}}
    nlp = train_small(steps=1, config=config)
    pipe, shares = nlp.get_pipe("lstm_ner"), Shares()
    set_dropout_rate(pipe.model, 0.0)
    log_step, finish = TrainingLogger(tmp_path / "log.jsonl")(nlp, io.StringIO(), io.StringIO())
    examples = make_examples(nlp)
    for batch in (examples[:1], examples[1:]):
        pipe.update(batch)
    log_step(info(0, 10))
    finish()
    for batch in (examples[:1], examples[1:]):
        with watched(pipe.model, shares):
            scores, backprop = pipe.model.begin_update([example.predicted for example in batch])
            backprop(pipe.get_loss(batch, scores)[1])
    (row,) = srsly.read_jsonl(tmp_path / "log.jsonl")
    expected = sum(share * n for share, n in shares.found) / sum(n for _, n in shares.found)
    assert len(shares.found) == 4 and 0 < expected < 1
    assert row["bptt_clip_rate"] == pytest.approx(expected)


def test_states_by_hand():
    half, shut, wide = 0.5, 0.05, 0.95
    G = numpy.array([[half, half, 9.0, wide], [half, 0.25, 9.0, shut]])  # i f g o of one unit
    Y = numpy.array([[3.0], [4.0]])
    found = describe_states([LSTMTrace(Y, G, Y, Y, Y)])
    assert found["gate_saturation"] == pytest.approx(2 / 6)
    assert found["half_life"] == pytest.approx(1 / 1.5)  # 1 and 2 halvings
    assert found["state_rms"] == pytest.approx(math.sqrt(12.5))


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "irnn"])
def test_states_of_every_cell(cell):
    numpy.random.seed(0)
    stack = RecurrentStack(4, 1, cell=cell)
    Xp = packed([5, 2], 3, dtype="float32")
    stack.initialize(X=Xp)
    with watch_token_layers([stack]) as watch:
        assert set(watch.read().values()) == {None}
        Yp, _ = stack(Xp, is_train=True)
        found = watch.read()
    assert found["state_rms"] == pytest.approx(numpy.sqrt((Yp.data.astype("float64") ** 2).mean()))
    has_gates = cell in ("lstm", "gru")
    assert (found["half_life"] is not None) == (found["gate_saturation"] is not None) == has_gates
    assert found["bptt_clip_rate"] is None


def test_a_shared_encoder_is_watched_too(tmp_path, nlp):
    """Recurrent layers count in any component, whether it has a watch of its own or not."""
    tok2vec = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": SMALL["model"]["tok2vec"],
        "encode": {
            "@architectures": "spacy-lstm-ner.LSTMEncoder.v1",
            "width": 12,
            "depth": 1,
            "dropout": 0.0,
        },
    }
    nlp.add_pipe("ner", config={"model": {"tok2vec": tok2vec}})
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    log_step, finish = TrainingLogger(tmp_path / "log.jsonl")(nlp, io.StringIO(), io.StringIO())
    nlp.update(make_examples(nlp), sgd=optimizer)
    log_step(info(0, 10, losses={"ner": 1.0}))
    finish()
    (row,) = srsly.read_jsonl(tmp_path / "log.jsonl")
    assert row["half_life"] > 0 and 0 <= row["gate_saturation"] <= 1 and row["state_rms"] > 0
    assert row["grad_norm"] is None
