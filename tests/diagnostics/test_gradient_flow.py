"""The flow of gradients against numerical derivatives of textbook cells."""

import numpy
import pytest
import spacy
from spacy.training import Example
from thinc.api import fix_random_seed, set_dropout_rate

from spacy_lstm_ner.diagnostics.gradient_flow import (
    LayerFlow,
    count_texts,
    half_life,
    measure_flow,
    relative_flow,
)

from .. import reference
from ..gradients import LIMIT, numeric_gradient, relative_error, to_float64
from ..pipeline.helpers import SMALL

TEXTS = ["Ada saw Turin and then Rome", "Ada went", "", "Rome"]
K = 5


def make_pipe(texts=TEXTS, **model):
    """A component in double precision, and examples for it."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("lstm_ner", config={"model": {**SMALL["model"], "width": 6, **model}})
    examples = []
    for text in texts:
        doc = nlp.make_doc(text)
        doc.ents = [doc.char_span(0, len(doc[0]), label="GPE")] if text else []
        examples.append(Example(nlp.make_doc(text), doc))
    nlp.initialize(lambda: examples)
    to_float64(pipe.model)
    return pipe, examples


def slow_flow(pipe, example, t, *, cell, depth, residual=False, bidirectional=True, k_max=K):
    """`∂loss(t)/∂h(t-k)`, and of c, by central differences: norms by layer, direction and state."""
    states = "hc" if cell == "lstm" else "h"
    directions = ("l2r", "r2l") if bidirectional else ("l2r",)
    layers = [n for n in pipe.model.walk() if "Wh" in n.param_names]
    layers = {(i // len(directions), layer.name[-3:]): layer for i, layer in enumerate(layers)}
    (X,) = pipe.model.get_ref("tok2vec").predict([example.predicted])
    scores, _ = pipe.model.begin_update([example.predicted])
    d_scores = pipe.get_loss([example], scores)[1].emissions
    d_emission = d_scores.data[d_scores.layout.packed_rows[t]]
    W = pipe.model.get_ref("emissions").get_param("W")
    pushes = {
        (*key, state): numpy.zeros((len(X), layer.get_dim("nO")))
        for key, layer in layers.items()
        for state in states
    }

    def loss():
        Y = X
        for index in range(depth):
            outs = []
            for name in directions:
                layer, order = layers[index, name], slice(None, None, 1 if name == "l2r" else -1)
                weights = [layer.get_param(p) for p in ("Wx", "Wh", "b")]
                pushed = [pushes[index, name, state] for state in states]
                out = reference.CELLS[cell](Y[order], *weights, *pushed)
                outs.append(out[order])
            joined = numpy.hstack(outs)
            Y = Y + joined if residual and index else joined
        return float(d_emission @ (W @ Y[t]))

    found = {}
    for (index, name, state), push in pushes.items():
        norms = numpy.linalg.norm(numeric_gradient(loss, push), axis=1)
        at = t if name == "l2r" else len(X) - 1 - t
        ks = range(k_max + 1)
        found[index + 1, name, state] = [norms[at - k] if k <= at else numpy.nan for k in ks]
    return found


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "irnn"])
@pytest.mark.parametrize(
    "options",
    [
        {"depth": 1},
        {"depth": 2},
        {"depth": 2, "residual": True},
        {"depth": 1, "bidirectional": False},
        {"depth": 1, "bptt_clip": 100.0},  # never fires
    ],
)
def test_flow_is_the_numerical_derivative(cell, options):
    pipe, examples = make_pipe(cell=cell, **options)
    flows = measure_flow(pipe, examples, k_max=K)
    shape = {key: value for key, value in options.items() if key != "bptt_clip"}
    directions = 1 + options.get("bidirectional", True)
    assert len(flows) == options["depth"] * directions * (1 + (cell == "lstm"))
    with_tokens = [example for example in examples if len(example.predicted)]
    for i, example in enumerate(with_tokens):
        t = int((~numpy.isnan(flows[0].norms[i])).sum()) - 1
        assert abs(t - (len(example.predicted) - 1) / 2) <= 0.5
        expected = slow_flow(pipe, example, t, cell=cell, **shape)
        for flow in flows:
            slow = numpy.array(expected[flow.layer, flow.name[-3:], flow.state])
            found = flow.norms[i]
            assert flow.name == f"{cell}-{flow.name[-3:]}" and flow.clipped == 0
            numpy.testing.assert_array_equal(numpy.isnan(found), numpy.isnan(slow))
            known = ~numpy.isnan(slow)
            assert relative_error(slow[known], found[known]) < LIMIT


def test_flow_under_a_limit_by_value():
    """A tanh RNN, message by message: each is limited number by number before it goes on."""
    limit = 0.04
    pipe, examples = make_pipe(TEXTS[:1], cell="rnn", bidirectional=False, bptt_clip=limit)
    (flow,) = measure_flow(pipe, examples, k_max=K)
    doc = examples[0].predicted
    t = int((~numpy.isnan(flow.norms[0])).sum()) - 1
    (layer,) = (node for node in pipe.model.walk() if "Wh" in node.param_names)
    Wx, Wh, b = (layer.get_param(name) for name in ("Wx", "Wh", "b"))
    (X,) = pipe.model.get_ref("tok2vec").predict([doc])
    Y = reference.rnn_one_sequence(X, Wx, Wh, b)
    scores, _ = pipe.model.begin_update([doc])
    d_scores = pipe.get_loss(examples, scores)[1].emissions
    d_emission = d_scores.data[d_scores.layout.packed_rows[t]]
    message, expected = pipe.model.get_ref("emissions").get_param("W").T @ d_emission, []
    handed = fired = 0
    for step in range(t, -1, -1):
        expected.append(numpy.linalg.norm(message))
        message = Wh.T @ ((1 - Y[step] ** 2) * message)
        if step:
            fired += int((abs(message) > limit).sum())
            message = message.clip(-limit, limit)
    handed = (len(doc) - 1) * layer.get_dim("nO")  # also zeros, from tokens behind t
    assert 0 < fired < handed and flow.clipped == pytest.approx(fired / handed)
    numpy.testing.assert_allclose(flow.norms[0, : t + 1], expected, rtol=1e-9)


def test_t_has_the_whole_way_before_and_behind_it():
    pipe, examples = make_pipe(["Ada " + "walks on " * 10] * 40, cell="rnn")
    flows = measure_flow(pipe, examples, k_max=4, seed=1)
    assert count_texts(flows).tolist() == [80] * 5
    again, other = (measure_flow(pipe, examples, k_max=4, seed=seed)[0].norms for seed in (1, 2))
    numpy.testing.assert_array_equal(flows[0].norms, again)
    assert not numpy.array_equal(again, other)


def test_layers_that_read_characters_are_passed_over():
    chars = {"@architectures": "spacy-lstm-ner.CharLSTM.v1", "width": 4}
    tok2vec = {**SMALL["model"]["tok2vec"], "chars": chars}
    pipe, examples = make_pipe(tok2vec=tok2vec)
    assert sum("Wh" in node.param_names for node in pipe.model.walk()) == 4
    found = [(flow.name, flow.state) for flow in measure_flow(pipe, examples)]
    assert found == [(name, state) for name in ("lstm-l2r", "lstm-r2l") for state in "hc"]


def test_the_component_is_left_as_it_was():
    pipe, examples = make_pipe()
    set_dropout_rate(pipe.model, 0.25)
    before, state = pipe.to_bytes(), numpy.random.get_state()[1].copy()
    first = measure_flow(pipe, examples)[0].norms
    assert not any(n.has_grad(name) for n in pipe.model.walk() for name in n.param_names)
    pipe.update(examples, drop=0.0)
    set_dropout_rate(pipe.model, 0.25)
    grads = [n.get_grad(name).copy() for n in pipe.model.walk() for name in n.param_names]
    numpy.testing.assert_array_equal(measure_flow(pipe, examples)[0].norms, first)
    left = [n.get_grad(name) for n in pipe.model.walk() for name in n.param_names]
    for grad, now in zip(grads, left, strict=True):
        numpy.testing.assert_array_equal(grad, now)
    rates = {n.attrs["dropout_rate"] for n in pipe.model.walk() if "dropout_rate" in n.attrs}
    assert rates == {0.25}
    assert pipe.to_bytes() == before
    numpy.testing.assert_array_equal(numpy.random.get_state()[1], state)


def test_medians_relative_to_the_highest_layer():
    nan = numpy.nan
    flows = [
        LayerFlow(1, "rnn-l2r", "h", numpy.array([[4.0, 2.0], [0.0, 0.0], [3.0, nan]]), 0.0),
        LayerFlow(1, "rnn-r2l", "h", numpy.array([[9.0, 0.0], [5.0, 5.0], [7.0, 7.0]]), 0.0),
        LayerFlow(2, "rnn-l2r", "h", numpy.array([[2.0, 1.0], [0.0, 0.0], [1.0, nan]]), 0.0),
        LayerFlow(2, "rnn-r2l", "h", numpy.array([[1.0, 0.0], [5.0, 1.0], [7.0, 7.0]]), 0.0),
    ]
    found = relative_flow(flows)
    numpy.testing.assert_allclose(found[1], [numpy.median([2, 3, 9, 1, 1]), 1.0])
    numpy.testing.assert_allclose(found[2], [1.0, numpy.median([0.5, 0, 0.2, 1])])
    assert count_texts(flows).tolist() == [6, 5]
    empty = relative_flow([LayerFlow(1, "rnn-l2r", "h", numpy.array([[1.0, nan]]), 0.0)])[1]
    numpy.testing.assert_array_equal(empty, [1.0, nan])


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([4.0, 2.0, 1.0], 1.0),
        ([1.0, 0.25], 0.5),
        ([1.0, 0.9, 0.3], 1 + numpy.log(0.9 / 0.5) / numpy.log(0.9 / 0.3)),
        ([1.0, 3.0, 0.75, 0.1875], 2 + numpy.log(1.5) / numpy.log(4)),
        ([1.0, 0.9, 0.0], 2.0),
        ([1.0, 0.9, numpy.nan], numpy.inf),
        ([0.0, 0.0], numpy.nan),
        ([numpy.nan, numpy.nan], numpy.nan),
        ([], numpy.nan),
    ],
)
def test_half_life(curve, expected):
    assert half_life(numpy.array([9.0, *curve])) == pytest.approx(expected, nan_ok=True)


def test_what_cannot_be_measured():
    pipe, examples = make_pipe()
    with pytest.raises(ValueError, match="texts without any token"):
        measure_flow(pipe, examples[2:3])
    pipe, examples = make_pipe(depth=0)
    with pytest.raises(ValueError, match="no recurrent layer of its own"):
        measure_flow(pipe, examples)
