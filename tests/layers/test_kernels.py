"""Layers predict with the kernel that they were given, on the weights of the moment."""

import copy
import pickle

import numpy
import pytest

from spacy_lstm_ner.layers.recurrent import Recurrent, kernel_of
from spacy_lstm_ner.layers.stack import RecurrentStack

from ..gradients import packed, to_float64

LENGTHS = [[7, 4, 2, 1, 0], [0, 1, 3], [1], [5, 5], [0, 2, 0, 9, 2]]


def make_stack(kernel, depth=2, lengths=(3, 1), **options):
    numpy.random.seed(0)
    stack = RecurrentStack(8, depth, kernel=kernel, **options)
    stack.initialize(X=packed(list(lengths), 6, dtype="float32"))
    return stack


@pytest.mark.parametrize("depth,residual", [(1, False), (2, True), (3, False), (3, True)])
@pytest.mark.parametrize("both_ways", [True, False])
@pytest.mark.parametrize("lengths", LENGTHS)
def test_stacks_predict_the_same_with_each_kernel(depth, residual, both_ways, lengths):
    Xp = packed(lengths, 6, dtype="float32")
    options = {"depth": depth, "residual": residual, "bidirectional": both_ways}
    expected = make_stack("numpy", **options).predict(Xp).data
    found = make_stack("torch", **options).predict(Xp).data
    numpy.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    trained, _ = make_stack("numpy", **options)(Xp, is_train=True)
    numpy.testing.assert_allclose(trained.data, expected, rtol=0, atol=1e-6)


def test_training_is_the_same_with_each_kernel():
    Xp = packed([4, 2, 0, 1], 6, dtype="float32")
    gradients = []
    for kernel in ("numpy", "torch"):
        stack = make_stack(kernel)
        Yp, backprop = stack(Xp, is_train=True)
        nodes = [node for node in stack.walk() if node.param_names]
        gradients.append([Yp.data, backprop(Yp).data])
        gradients[-1] += [node.get_grad(name) for node in nodes for name in node.param_names]
    for theirs, ours in zip(*gradients):
        numpy.testing.assert_array_equal(ours, theirs)


def test_weights_of_the_moment_are_used():
    """An optimizer changes averages in place, and `use_params` brings the same arrays back."""
    Xp, stack, twin = packed([3, 5], 6, dtype="float32"), make_stack("torch"), make_stack("numpy")

    def check():
        expected = twin.predict(Xp).data
        numpy.testing.assert_allclose(stack.predict(Xp).data, expected, rtol=0, atol=1e-5)
        return expected

    averages = {}
    for node, other in zip(stack.walk(), twin.walk()):
        for name in node.param_names:
            values = 0.5 * node.get_param(name)
            averages[(node.id, name)] = averages[(other.id, name)] = values
    outputs = [check()]
    for _ in range(2):
        for values in averages.values():
            numpy.multiply(values, 1.5, out=values)
        with stack.use_params(averages), twin.use_params(averages):
            outputs.append(check())
    outputs.append(check())
    numpy.testing.assert_array_equal(outputs[0], outputs[3])
    assert not numpy.allclose(outputs[0], outputs[1]) and not numpy.allclose(*outputs[1:3])
    stack.from_bytes(twin.from_bytes(make_stack("numpy", lengths=[2]).to_bytes()).to_bytes())
    check()


@pytest.mark.parametrize("how", [lambda m: m.copy(), copy.deepcopy, "pickle", "bytes"])
def test_copies_after_a_prediction(how):
    Xp, stack = packed([3, 5], 6, dtype="float32"), make_stack("torch")
    fresh = stack.to_bytes()
    expected = stack.predict(Xp).data
    assert stack.to_bytes() == fresh == make_stack("numpy").to_bytes()
    if how == "pickle":
        twin = pickle.loads(pickle.dumps(stack))
    elif how == "bytes":
        twin = make_stack("torch").from_bytes(stack.to_bytes())
    else:
        twin = how(stack)
    assert kernel_of(twin) == {"torch"}
    numpy.testing.assert_array_equal(twin.predict(Xp).data, expected)


def test_kernel_of_tells_what_really_runs():
    stack = make_stack("torch")
    assert kernel_of(stack) == {"torch"}
    assert kernel_of(to_float64(stack)) == {"numpy"}
    assert kernel_of(make_stack("numpy", bidirectional=False)) == {"numpy"}
    assert kernel_of(RecurrentStack(4, 1, kernel="numpy")) == {"numpy"}
    assert kernel_of(stack.layers[0].layers[0]) == set()  # dropout


def test_a_prediction_keeps_nothing_to_go_back_by():
    Xp = packed([3, 1], 6, dtype="float32")
    for layer in (make_stack("torch"), make_stack("numpy", bidirectional=False)):
        Yp, backprop = layer(Xp, is_train=False)
        with pytest.raises(RuntimeError, match="is_train = True"):
            backprop(Yp)


def test_unknown_kernels_are_errors_at_construction():
    with pytest.raises(ValueError, match="Unknown kernel 'mkl' for the cell 'lstm'"):
        Recurrent(4, kernel="mkl")
