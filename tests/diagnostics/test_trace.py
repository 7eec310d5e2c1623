"""A trace is what the textbook says, and looking leaves no mark."""

import copy

import numpy
import pytest
import spacy
from spacy.util import load_model_from_config
from thinc.api import Config, fix_random_seed, set_dropout_rate

from spacy_lstm_ner.diagnostics import trace
from spacy_lstm_ner.layers.watch import recurrent_layers

from ..pipeline.helpers import SMALL, make_examples, train_small
from ..pipeline.test_listeners import SHARED, shared_examples
from ..reference import CELLS, sigmoid

TEXT = "I can't see Android Pay in Canada"
CHARS = {"@architectures": "spacy-lstm-ner.CharLSTM.v1", "width": 6}


def train(**model):
    words = {**SMALL["model"]["tok2vec"], **model.pop("tok2vec", {})}
    return train_small(3, {"model": {**SMALL["model"], **model, "tok2vec": words}})


def read(layer, X):
    """What the textbook says of one layer of a model, in the order of the text."""
    Wx, Wh, b = (layer.get_param(name).astype("float64") for name in ("Wx", "Wh", "b"))
    cell, direction = layer.name.split("-")
    step = -1 if direction == "r2l" else 1
    return CELLS[cell](X[::step], Wx, Wh, b)[::step]


def vectors_of(nlp, doc, name="lstm_ner"):
    (vectors,) = nlp.get_pipe(name).model.get_ref("tok2vec").predict([doc])
    return vectors.astype("float64")


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("residual", [False, True])
def test_states_are_those_of_the_textbook(cell, residual):
    nlp = train(cell=cell, depth=2, residual=residual, dropout=0.3, recurrent_dropout_scale=0.5)
    doc = nlp.make_doc(TEXT)
    found = trace(nlp, doc)
    assert found.words == [token.text for token in doc]
    named = [(layer.component, layer.level, layer.cell, layer.direction) for layer in found.layers]
    assert named == [("lstm_ner", level, cell, way) for level in (1, 2) for way in ("l2r", "r2l")]
    layers = recurrent_layers(nlp.get_pipe("lstm_ner").model)
    X = vectors_of(nlp, doc)
    for below in (0, 2):
        states = [read(layer, X) for layer in layers[below : below + 2]]
        for layer, expected in zip(found.layers[below:], states):
            numpy.testing.assert_allclose(layer.arrays["h"], expected, atol=1e-5)
        X = numpy.hstack(states)


@pytest.mark.parametrize("index,direction", [(0, "l2r"), (1, "r2l")])
def test_gates_stand_at_their_tokens(index, direction):
    """Each gate from the vector of its own token and the state of the token read before."""
    nlp = train()
    doc = nlp.make_doc(TEXT)
    layer = trace(nlp, doc).layers[index]
    weights = recurrent_layers(nlp.get_pipe("lstm_ner").model)[index]
    Wx, Wh, b = (weights.get_param(name).astype("float64") for name in ("Wx", "Wh", "b"))
    X, a = vectors_of(nlp, doc), layer.arrays
    nothing = numpy.zeros((1, a["h"].shape[1]))

    def before(rows):
        return numpy.vstack([rows[1:], nothing] if index else [nothing, rows[:-1]])

    assert layer.direction == direction and list(a) == list("ifgoch")
    A = X @ Wx.T + before(a["h"]) @ Wh.T + b
    for name, rows in zip("ifgo", numpy.split(A, 4, axis=1)):
        expected = numpy.tanh(rows) if name == "g" else sigmoid(rows)
        numpy.testing.assert_allclose(a[name], expected, atol=1e-5)
    numpy.testing.assert_allclose(a["c"], a["f"] * before(a["c"]) + a["i"] * a["g"], atol=1e-6)
    numpy.testing.assert_allclose(a["h"], a["o"] * numpy.tanh(a["c"]), atol=1e-6)


def test_gru_keeps_by_z():
    (layer,) = trace((nlp := train(cell="gru", bidirectional=False)), nlp.make_doc(TEXT)).layers
    r, z, n, h = layer.arrays.values()
    before = numpy.vstack([0 * h[:1], h[:-1]])
    numpy.testing.assert_allclose(h, (1 - z) * n + z * before, atol=1e-6)


def test_tags_are_those_of_analyse():
    nlp = train_small()
    pipe, doc = nlp.get_pipe("lstm_ner"), nlp.make_doc(TEXT)
    analysis, tags = pipe.analyse([doc]), trace(nlp, doc).tags
    assert tags.names == pipe.tagset.names
    numpy.testing.assert_array_equal(tags.marginals, analysis.marginals()[0])
    numpy.testing.assert_array_equal(tags.emissions, analysis.scores.emissions.data)
    for name in ("start", "transitions", "end"):
        numpy.testing.assert_array_equal(getattr(tags, name), getattr(analysis.scores, name))
        allowed = getattr(analysis.constraints, name)
        numpy.testing.assert_array_equal(getattr(tags.allowed, name), allowed)


def test_the_entities_of_a_processed_doc_are_no_facts():
    nlp = train_small(3)
    doc = nlp("Spotify likes Canada")
    doc.set_ents([spacy.tokens.Span(doc, 0, 1, "GPE")])
    marginals = trace(nlp, doc).tags.marginals
    numpy.testing.assert_array_equal(marginals, trace(nlp, nlp.make_doc(doc.text)).tags.marginals)
    assert [ent.label_ for ent in doc.ents] == ["GPE"]


def test_components_before_it_have_run():
    nlp = train_small(3)
    ruler = nlp.add_pipe("entity_ruler", first=True)
    ruler.add_patterns([{"label": "GPE", "pattern": "Spotify"}])
    tags = trace(nlp, nlp.make_doc("Spotify likes Canada")).tags
    assert tags.marginals[0, tags.names.index("U-GPE")] == pytest.approx(1)


def test_looking_leaves_no_mark():
    nlp = train(tok2vec={"chars": CHARS}, dropout=0.3)
    pipe, text = nlp.get_pipe("lstm_ner"), TEXT
    nodes = list(pipe.model.walk())
    nlp(text)
    set_dropout_rate(pipe.model, 0.25)
    nlp.update(make_examples(nlp), sgd=False)  # leaves gradients
    nlp(text)
    (kept,) = next(node for node in nodes if node.shims).shims
    rows, n_rows = kept._free[0], len(kept)
    weights = pipe.to_bytes()
    funcs, attrs = [node._func for node in nodes], copy.deepcopy([node.attrs for node in nodes])
    grads = {
        (node.id, name): node.get_grad(name).copy() for node in nodes for name in node.grad_names
    }
    state = numpy.random.get_state()[1].copy()
    doc = nlp(text)
    before = doc.to_bytes()
    trace(nlp, doc)
    assert doc.to_bytes() == before
    assert pipe.to_bytes() == weights
    assert list(pipe.model.walk()) == nodes and [node._func for node in nodes] == funcs
    for node, old in zip(nodes, attrs):
        assert node.attrs.get("dropout_rate") == old.get("dropout_rate")
    assert grads and all(grad.any() for grad in grads.values())
    for node in nodes:
        for name in node.grad_names:
            numpy.testing.assert_array_equal(node.get_grad(name), grads.pop((node.id, name)))
    assert not grads
    numpy.testing.assert_array_equal(numpy.random.get_state()[1], state)
    assert n_rows and kept._free[0] is rows and len(kept) == n_rows


def test_layers_that_spell_words_are_left_out():
    nlp = train(tok2vec={"chars": CHARS})
    assert len(recurrent_layers(nlp.get_pipe("lstm_ner").model)) == 4
    for text in ("I", TEXT):  # one token of one letter: as many rows in both
        layers = trace(nlp, nlp.make_doc(text)).layers
        assert [layer.arrays["h"].shape[1] for layer in layers] == [8, 8]


@pytest.fixture(scope="module")
def shared():
    fix_random_seed(0)
    nlp = load_model_from_config(Config().from_str(SHARED), auto_fill=True)
    nlp.initialize(lambda: shared_examples(nlp))
    return nlp


@pytest.mark.parametrize("name", ["lstm_ner", "tagger", "tok2vec"])
def test_listeners_show_what_they_listen_to(shared, name):
    doc = shared.make_doc(TEXT)
    found = trace(shared, doc, name)
    assert [(layer.component, layer.direction) for layer in found.layers] == [
        ("tok2vec", "l2r"),
        ("tok2vec", "r2l"),
    ]
    (outputs,) = shared.get_pipe("tok2vec").predict([doc])
    states = numpy.hstack([layer.arrays["h"] for layer in found.layers])
    numpy.testing.assert_allclose(states, outputs, atol=1e-5)
    if name != "lstm_ner":
        assert found.tags is None
        return
    after = shared.get_pipe("tok2vec")(doc)
    numpy.testing.assert_array_equal(
        found.tags.marginals, shared.get_pipe(name).analyse([after]).marginals()[0]
    )


def test_a_listener_with_layers_of_its_own():
    fix_random_seed(0)
    config = Config().from_str(SHARED)
    config["components"]["lstm_ner"]["model"]["depth"] = 1
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.initialize(lambda: shared_examples(nlp))
    layers = trace(nlp, nlp.make_doc(TEXT)).layers
    named = [(layer.component, layer.level) for layer in layers]
    assert named == [("tok2vec", 1)] * 2 + [("lstm_ner", 1)] * 2


def test_no_recurrent_layer():
    found = trace((nlp := train(depth=0)), nlp.make_doc(TEXT))
    assert found.layers == [] and len(found.tags.marginals) == len(found.words)


def test_what_cannot_be_traced(nlp):
    nlp.add_pipe("lstm_ner")
    with pytest.raises(ValueError, match="no component 'ner' to look inside; its components are"):
        trace(nlp, nlp.make_doc("tea"), "ner")
    with pytest.raises(ValueError, match="A text without tokens"):
        trace(nlp, nlp.make_doc(""))
    with pytest.raises(ValueError, match="has no weights yet"):
        trace(nlp, nlp.make_doc("tea"))
