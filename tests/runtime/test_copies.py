"""Copies of pipelines: pickle, deepcopy, bytes; before and after training in the same process."""

import copy
import pickle

import numpy
import pytest
import spacy
from spacy.language import Language
from spacy.pipeline.tok2vec import Tok2VecListener

from .helpers import TEXTS, assert_same, outcome, own_words, shared_tok2vec, tagged_examples


def by_bytes(nlp):
    return spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())


def by_pickle(nlp):
    return pickle.loads(pickle.dumps(nlp))


WAYS = [by_bytes, by_pickle, copy.deepcopy]
KINDS = {"own": lambda: (own_words(), None), "shared": shared_tok2vec}


def weights(nlp):
    return [pipe.to_bytes(exclude=["vocab"]) for _, pipe in nlp.pipeline]


def fresh(nlp: Language) -> Language:
    """As it was when it was loaded: no listener has received a batch."""
    return by_bytes(nlp)


@pytest.fixture(scope="module", params=KINDS)
def trained(request):
    return KINDS[request.param]()[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("before", [True, False])
def test_copies_give_the_same_answers(trained, way, before):
    nlp = fresh(trained) if before else trained
    expected = outcome(nlp.pipe(TEXTS))
    assert len(expected.probabilities) > 10
    other = way(nlp)
    assert weights(other) == weights(nlp)
    assert_same(outcome(other.pipe(TEXTS)), expected, atol=1e-6)


def test_a_component_alone(trained):
    for name, pipe in trained.pipeline:
        again = pickle.loads(pickle.dumps(pipe))
        assert again.to_bytes(exclude=["vocab"]) == pipe.to_bytes(exclude=["vocab"]), name


@pytest.mark.parametrize("way", [by_pickle, copy.deepcopy])
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_learns_by_itself(kind, way):
    nlp = KINDS[kind]()[0]
    before = weights(nlp)
    other = way(nlp)
    losses = other.update(tagged_examples(other), sgd=other.resume_training())
    assert losses["lstm_ner"] > 0
    assert weights(nlp) == before
    assert all(one != old for one, old in zip(weights(other), before))  # the tok2vec learns too


@pytest.mark.parametrize("kind", KINDS)
def test_copying_between_gradient_and_step_changes_nothing(kind):
    """The gradient of sub-batches is added up: a copy in between must not take any of it away."""
    plain, copied = KINDS[kind]()[0], KINDS[kind]()[0]
    for nlp in (plain, copied):
        optimizer = nlp.resume_training()
        for part in (slice(0, 2), slice(2, 3)):
            nlp.update(tagged_examples(nlp)[part], sgd=False)
            if nlp is copied:
                by_pickle(nlp)
                copy.deepcopy(nlp)
        for _, pipe in nlp.pipeline:
            pipe.finish_update(optimizer)
    assert weights(copied) == weights(plain)


def test_copies_of_a_listener_leave_the_batch_out():
    nlp, _ = shared_tok2vec()
    nlp.get_pipe("tok2vec").update(tagged_examples(nlp))
    listeners = nlp.get_pipe("tok2vec").listeners
    assert len(listeners) == 2
    for listener in listeners:
        held = listener._batch_id, listener._outputs, listener._backprop
        assert None not in held
        for other in (copy.deepcopy(listener), pickle.loads(pickle.dumps(listener))):
            assert type(other) is Tok2VecListener
            assert (other._batch_id, other._outputs, other._backprop) == (None, None, None)
            assert other.upstream_name == "*" and other.get_dim("nO") == 16
        assert (listener._batch_id, listener._outputs, listener._backprop) == held


def test_a_copy_in_the_middle_of_an_update():
    """After the tok2vec and before its listeners: the update goes on as if there was no copy."""
    plain, copied = shared_tok2vec()[0], shared_tok2vec()[0]
    for nlp in (plain, copied):
        examples, losses = tagged_examples(nlp), {}
        nlp.get_pipe("tok2vec").update(examples, losses=losses)
        if nlp is copied:
            other = by_pickle(nlp)
            for doc in other.pipe(TEXTS):
                assert doc.tensor.shape == (len(doc), 16)
        for name in ("tagger", "lstm_ner"):
            nlp.get_pipe(name).update(examples, losses=losses)
    for one, other in zip(*(nlp.get_pipe("tok2vec").model.walk() for nlp in (plain, copied))):
        for name in one.param_names:
            numpy.testing.assert_array_equal(one.get_grad(name), other.get_grad(name))
