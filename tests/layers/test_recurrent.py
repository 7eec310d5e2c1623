"""Directions, parity with torch, batch invariance, initial weights, bad input."""

import numpy
import pytest
import torch
from thinc.api import set_dropout_rate

from spacy_lstm_ner.layers.packing import with_packed
from spacy_lstm_ner.layers.recurrent import Recurrent
from spacy_lstm_ner.layers.stack import RecurrentStack
from spacy_lstm_ner.types import Packed

from ..gradients import packed, relative_error

LENGTHS = [7, 0, 4, 2, 1, 0]


def random_list(lengths, width, seed=0):
    rng = numpy.random.RandomState(seed)
    return [rng.normal(size=(n, width)).astype("float32") for n in lengths]


TORCH = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "irnn": "RNN"}


def suffix(index, both_ways):
    """What torch puts behind the names of the weights of our layer of this number."""
    layer, reverse = divmod(index, 2) if both_ways else (index, 0)
    return f"_l{layer}" + ("_reverse" if reverse else "")


def torch_twin(stack, cell, nI, width, depth, both_ways):
    """A recurrent layer of torch with the stack's weights."""
    options = {"nonlinearity": "relu"} if cell == "irnn" else {}
    nH = width // (1 + both_ways)
    twin = getattr(torch.nn, TORCH[cell])(nI, nH, depth, bidirectional=both_ways, **options)
    layers = [node for node in stack.walk() if node.name.startswith(f"{cell}-")]
    assert len(layers) == depth * (1 + both_ways)
    for index, layer in enumerate(layers):
        Wx, Wh, b = (torch.from_numpy(layer.get_param(name)) for name in ("Wx", "Wh", "b"))
        with torch.no_grad():
            theirs = dict(twin.named_parameters())
            theirs["weight_ih" + suffix(index, both_ways)].copy_(Wx)
            theirs["weight_hh" + suffix(index, both_ways)].copy_(Wh)
            theirs["bias_ih" + suffix(index, both_ways)].copy_(b[: len(Wx)])
            theirs["bias_hh" + suffix(index, both_ways)].zero_()
            theirs["bias_hh" + suffix(index, both_ways)][len(Wx) - (len(b) - len(Wx)) :] = b[
                len(Wx) :
            ]
    return twin, layers


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("both_ways", [True, False])
@pytest.mark.parametrize("cell", TORCH)
def test_parity_with_torch(cell, depth, both_ways):
    nI, width = 6, 8
    model = with_packed(RecurrentStack(width, depth, cell=cell, bidirectional=both_ways))
    Xs = random_list(LENGTHS, nI)
    model.initialize(X=Xs)
    twin, layers = torch_twin(model, cell, nI, width, depth, both_ways)
    dYs = random_list(LENGTHS, width, seed=5)
    Ys, backprop = model(Xs, is_train=True)
    dXs = backprop(dYs)
    for X, Y, dX, dY in zip(Xs, Ys, dXs, dYs):
        assert Y.shape == dY.shape and dX.shape == X.shape
        if len(X):
            X_torch = torch.from_numpy(X).requires_grad_()
            Y_torch = twin(X_torch[:, None])[0][:, 0]
            Y_torch.backward(torch.from_numpy(dY))
            assert relative_error(Y_torch.detach().numpy(), Y) < 1e-5
            assert relative_error(X_torch.grad.numpy(), dX) < 1e-5
    theirs = dict(twin.named_parameters())
    for index, layer in enumerate(layers):
        db = theirs["bias_ih" + suffix(index, both_ways)].grad.numpy()
        n_more = len(layer.get_param("b")) - len(db)
        db_more = theirs["bias_hh" + suffix(index, both_ways)].grad.numpy()[len(db) - n_more :]
        for name, expected in (
            ("Wx", theirs["weight_ih" + suffix(index, both_ways)].grad.numpy()),
            ("Wh", theirs["weight_hh" + suffix(index, both_ways)].grad.numpy()),
            ("b", numpy.concatenate([db, db_more])),
        ):
            assert relative_error(expected, layer.get_grad(name)) < 1e-5


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [1], [3], []])
@pytest.mark.parametrize("cell", TORCH)
def test_vectors_do_not_depend_on_batch_mates(cell, order):
    model = with_packed(RecurrentStack(6, 2, cell=cell, residual=True))
    Xs = random_list([7, 4, 2, 1, 0], 5)
    model.initialize(X=Xs)
    alone = [model.predict([X])[0] for X in Xs]
    for n, Y in zip(order, model.predict([Xs[n] for n in order])):
        numpy.testing.assert_allclose(Y, alone[n], atol=1e-6)


def test_each_direction_sees_its_own_side():
    model = with_packed(RecurrentStack(6, 1))
    Xs = random_list([5, 3], 4)
    model.initialize(X=Xs)
    before = model.predict(Xs)[0]
    Xs[0][-1] += 1
    after = model.predict(Xs)[0]
    changed = numpy.abs(after - before).max(axis=1) > 0
    assert changed.all()
    l2r_changed = numpy.abs(after - before)[:, :3].max(axis=1) > 0
    assert l2r_changed.tolist() == [False, False, False, False, True]


@pytest.mark.parametrize("Xs", [[], [numpy.zeros((0, 4), "float32")] * 3])
def test_nothing_to_read(Xs):
    model = with_packed(RecurrentStack(6, 2))
    model.initialize(X=random_list([2], 4))
    Ys, backprop = model(Xs, is_train=True)
    assert [Y.shape for Y in Ys] == [(0, 6)] * len(Xs)
    assert [dX.shape for dX in backprop(Ys)] == [(0, 4)] * len(Xs)


def test_empty_sequences_need_no_width():
    """A transformer's listener gives none to a Doc without tokens."""
    model = with_packed(RecurrentStack(6, 1))
    Xs = random_list([3, 0, 2], 4)
    model.initialize(X=Xs)
    without = [Xs[0], numpy.zeros((0, 0), "float32"), Xs[2]]
    for given, expected in zip(model.predict(without), model.predict(Xs), strict=True):
        numpy.testing.assert_array_equal(given, expected)


def test_initial_weights():
    layer = Recurrent(5, 3, forget_bias=2.0)
    layer.initialize()
    Wh = layer.get_param("Wh")
    for block in numpy.split(Wh, 4):
        numpy.testing.assert_allclose(block @ block.T, numpy.eye(5), atol=1e-6)
    assert layer.get_param("b").tolist() == [0.0] * 5 + [2.0] * 5 + [0.0] * 10
    limit = (6 / (5 + 3)) ** 0.5
    Wx = layer.get_param("Wx")
    assert Wx.shape == (20, 3) and limit / 2 < numpy.abs(Wx).max() <= limit


@pytest.mark.parametrize(
    "cell,recurrent_init,expected",
    [
        ("irnn", None, "identity"),
        ("irnn", "orthogonal", "orthogonal"),
        ("rnn", None, "orthogonal"),
        ("rnn", "glorot", "glorot"),
        ("gru", None, "orthogonal"),
        ("gru", "identity", "identity"),
    ],
)
def test_recurrent_weights_start_as_wanted(cell, recurrent_init, expected):
    layer = Recurrent(40, 3, cell=cell, recurrent_init=recurrent_init)
    layer.initialize()
    assert not layer.get_param("b").any()
    blocks = numpy.split(layer.get_param("Wh"), 3 if cell == "gru" else 1)
    for block in blocks:
        is_orthogonal = numpy.allclose(block @ block.T, numpy.eye(40), atol=1e-5)
        assert is_orthogonal == (expected != "glorot")
        assert numpy.array_equal(block, numpy.eye(40)) == (expected == "identity")
        if expected == "glorot":
            limit = (6 / 80) ** 0.5
            assert 0.9 * limit < numpy.abs(block).max() <= limit


def test_orthogonal_init_is_uniform_in_sign():
    """QR alone would give matrices whose R has a positive diagonal only by chance."""
    numpy.random.seed(0)
    traces = []
    for _ in range(200):
        layer = Recurrent(3, 2)
        layer.initialize()
        traces += [numpy.trace(block) for block in numpy.split(layer.get_param("Wh"), 4)]
    assert abs(numpy.mean(traces)) < 0.15  # E[trace] = 0 for the uniform distribution


def test_dropout_obeys_the_rate_of_the_moment():
    stack = RecurrentStack(6, 2, dropout=0.5, recurrent_dropout_scale=1.0, kernel="numpy")
    Xp = packed([4, 2], 3, dtype="float32")
    stack.initialize(X=Xp)
    expected = stack.predict(Xp).data
    assert not numpy.allclose(stack(Xp, is_train=True)[0].data, expected)
    numpy.testing.assert_array_equal(stack.predict(Xp).data, expected)
    set_dropout_rate(stack, 0.0)
    numpy.testing.assert_array_equal(stack(Xp, is_train=True)[0].data, expected)


def test_recurrent_dropout_alone():
    layer = Recurrent(6, 3, recurrent_dropout_scale=0.5, kernel="numpy")
    Xp = packed([4, 1], 3, dtype="float32")
    layer.initialize(X=Xp)
    expected = layer.predict(Xp).data
    set_dropout_rate(layer, 0.8)
    found = layer(Xp, is_train=True)[0].data
    first = Xp.layout.steps[0]
    numpy.testing.assert_array_equal(found[first], expected[first])  # no recurrence yet
    assert not numpy.allclose(found[first.stop :], expected[first.stop :])
    assert layer.get_param("Wh").all()  # the weights themselves stay
    plain = Recurrent(6, 3, kernel="numpy")
    plain.initialize(X=Xp)
    set_dropout_rate(plain, 0.8)
    numpy.testing.assert_array_equal(plain(Xp, is_train=True)[0].data, plain.predict(Xp).data)


def test_wrong_width_is_a_clear_error():
    layer = Recurrent(4, 3)
    layer.initialize()
    with pytest.raises(ValueError, match="expects vectors 3 wide and was given vectors 5 wide"):
        layer.predict(packed([2], 5, dtype="float32"))


@pytest.mark.parametrize(
    "options,message",
    [
        ({"width": 7, "depth": 1}, "must be even: use 6 or 8"),
        ({"width": 6, "depth": 0}, "depth was given 0"),
        ({"width": 0, "depth": 1}, "width was given 0"),
        ({"width": 6, "depth": 1, "residual": True}, "needs depth >= 2"),
        ({"width": 6, "depth": 1, "dropout": 1.0}, "dropout was given 1.0"),
        ({"width": 6, "depth": 1, "dropout": -0.1}, "dropout was given -0.1"),
        ({"width": 6, "depth": 1, "bptt_clip": 0}, "bptt_clip was given 0"),
        ({"width": 6, "depth": 1, "recurrent_dropout_scale": -1}, "recurrent_dropout_scale"),
        ({"width": 6, "depth": 1, "cell": "elman"}, "'elman'. Known cells: lstm, gru, rnn, irnn"),
        ({"width": 6, "depth": 1, "recurrent_init": "eye"}, "'eye'. Known: orthogonal, glorot"),
        ({"width": 6, "depth": 1, "cell": "gru", "forget_bias": 2.0}, "has no forget gate"),
        ({"width": 6, "depth": 1, "cell": "rnn", "kernel": "torch"}, "for the cell 'rnn'"),
    ],
)
def test_bad_options_are_errors_at_construction(options, message):
    with pytest.raises(ValueError, match=message):
        RecurrentStack(**options)


def test_other_bad_options():
    with pytest.raises(ValueError, match="Unknown direction 'backward'"):
        Recurrent(3, direction="backward")
    with pytest.raises(ValueError, match="dimension nI is neither set"):
        Recurrent(3).initialize()
    layer = Recurrent(3, 2, recurrent_dropout_scale=2.0)
    layer.initialize()
    set_dropout_rate(layer, 0.5)
    with pytest.raises(ValueError, match="times the dropout rate 0.5 is 1.0"):
        layer(packed([2], 2, dtype="float32"), is_train=True)


def test_odd_width_in_one_direction():
    stack = RecurrentStack(7, 2, bidirectional=False, residual=True)
    Xp = packed([3, 1], 2, dtype="float32")
    stack.initialize(X=Xp)
    assert stack.predict(Xp).data.shape == (4, 7)
    assert stack.get_dim("nO") == 7


def test_skip_connections_start_at_the_second_layer():
    numpy.random.seed(0)
    plain = RecurrentStack(4, 2)
    Xp = packed([3, 2], 4, dtype="float32")
    plain.initialize(X=Xp)
    skipping = RecurrentStack(4, 2, residual=True)
    skipping.initialize(X=Xp)
    theirs = [node for node in plain.walk() if node.param_names]
    for ours, other in zip([node for node in skipping.walk() if node.param_names], theirs):
        for name in ours.param_names:
            ours.set_param(name, other.get_param(name))
    first = plain.layers[0].predict(Xp).data
    difference = skipping.predict(Xp).data - plain.predict(Xp).data
    numpy.testing.assert_allclose(difference, first, atol=1e-6)


def test_packed_gradient_has_the_layout_of_its_input():
    stack = RecurrentStack(4, 2)
    Xp = packed([3, 2], 4, dtype="float32")
    stack.initialize(X=Xp)
    Yp, backprop = stack(Xp, is_train=True)
    assert Yp.layout is Xp.layout
    assert backprop(Packed(Yp.data, Yp.layout)).layout is Xp.layout
