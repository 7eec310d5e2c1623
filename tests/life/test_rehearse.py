"""`LSTMNer.rehearse`: a trained component is held near its teacher."""

import copy
import pickle

import numpy
import pytest
from spacy.training import Example
from thinc.api import Adam

from spacy_lstm_ner.training.optimizers import Adam as FusedAdam

from ..pipeline.helpers import SMALL, TRAIN, ents_of, make_examples, train_small
from ..pipeline.test_listeners import shared, shared_examples  # noqa: F401  (a fixture)

NEW = [("The Olympics start", [(4, 12, "EVENT")])]


def gradients(model):
    """Of every parameter, by place."""
    return [
        node.get_grad(name) if node.has_grad(name) else numpy.zeros_like(node.get_param(name))
        for node in model.walk()
        for name in node.param_names
    ]


def weights(model):
    return [node.get_param(name).copy() for node in model.walk() for name in node.param_names]


def texts(nlp):
    return [Example(nlp.make_doc(text), nlp.make_doc(text)) for text, _ in TRAIN]


def shake(component, seed=0):
    """Weights that have gone from where they were."""
    rng = numpy.random.RandomState(seed)
    for node in component.model.walk():
        for name in node.param_names:
            values = node.get_param(name)
            values += 0.3 * rng.normal(size=values.shape).astype(values.dtype)


@pytest.fixture(scope="module")
def known():
    return train_small(steps=30, config={**SMALL, "max_grad_norm": 5.0})


@pytest.fixture
def nlp(known):
    nlp = copy.deepcopy(known)
    nlp.resume_training()
    return nlp


def test_nothing_to_learn_from_oneself(nlp):
    component = nlp.get_pipe("lstm_ner")
    losses = component.rehearse(texts(nlp), losses={"other": 1.0})
    assert losses.pop("other") == 1.0 and abs(losses["lstm_ner"]) < 1e-9
    assert max(abs(dW).max() for dW in gradients(component.model)) < 1e-5


def test_resume_training_changes_nothing(known):
    nlp = copy.deepcopy(known)
    before = nlp.to_bytes()
    nlp.get_pipe("lstm_ner").rehearse(texts(nlp), sgd=Adam(0.1))  # no teacher yet
    optimizer = nlp.resume_training()
    assert nlp.to_bytes() == before  # the teacher is no part of the pipeline
    nlp.update(make_examples(nlp), sgd=optimizer)
    assert nlp.to_bytes() != before


@pytest.mark.parametrize("make", [Adam, FusedAdam])
def test_steps_lead_back_to_the_teacher(nlp, make):
    """By spaCy's own way of calling."""
    optimizer = nlp.resume_training(sgd=make(0.01, grad_clip=0.0))
    docs = [nlp.make_doc(text) for text, _ in TRAIN]
    component = nlp.get_pipe("lstm_ner")
    before = component.analyse(docs).marginals()
    shake(component)
    shaken = component.analyse(docs).marginals()
    losses = [nlp.rehearse(texts(nlp), sgd=optimizer)["lstm_ner"] for _ in range(60)]
    assert losses[0] > 0.3 and losses[-1] < 0.02 * losses[0]
    after = component.analyse(docs).marginals()
    far, near = (
        max(abs(one - other).max() for one, other in zip(before, found, strict=True))
        for found in (shaken, after)
    )
    assert near < 0.1 * far
    assert not any(dW.any() for dW in gradients(component.model))


def test_annotation_is_not_looked_at(nlp):
    component = nlp.get_pipe("lstm_ner")
    shake(component)
    blind, told = component.rehearse(texts(nlp)), component.rehearse(make_examples(nlp))
    preset = texts(nlp)
    for example in preset:
        example.predicted.set_ents([], blocked=[example.predicted[:2]])
    assert component.rehearse(preset) == told == blind


def test_weight_is_a_factor(nlp):
    component = nlp.get_pipe("lstm_ner")
    shake(component)
    once = component.rehearse(texts(nlp), weight=1.0)["lstm_ner"]
    single = [dW.copy() for dW in gradients(component.model)]
    twice = component.rehearse(texts(nlp), weight=2.0)["lstm_ner"]
    assert twice == pytest.approx(2 * once)
    assert any(dW.any() for dW in single)
    for dW, expected in zip(gradients(component.model), single):
        numpy.testing.assert_allclose(dW, 3 * expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_is_a_number_of_0_or_above(nlp, weight):
    with pytest.raises(ValueError, match=f"weight = {weight}, expected a number of 0 or above"):
        nlp.get_pipe("lstm_ner").rehearse(texts(nlp), weight=weight)


def test_the_clip_limit_counts_words_times_weight(nlp):
    """The gradient per word is that of the words it is a sum over."""
    component = nlp.get_pipe("lstm_ner")
    n_words = sum(len(example.predicted) for example in texts(nlp))
    component.rehearse(texts(nlp), weight=0.5)
    assert component.words_since_step == 0.5 * n_words
    component.rehearse(texts(nlp), weight=0.0)
    component.update(make_examples(nlp))
    assert component.words_since_step == 1.5 * n_words


@pytest.mark.parametrize("scheme", ["biluo", "iob2"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_new_label_is_left_alone(scheme, is_first):
    """Added before the teacher is made or after it: the teacher does not know it."""
    nlp = train_small(steps=3, config={**SMALL, "tag_scheme": scheme})
    component = nlp.get_pipe("lstm_ner")
    n = len(component.tagset)
    if is_first:
        component.add_label("EVENT")
    nlp.resume_training()
    if not is_first:
        component.add_label("EVENT")
    model = component.model
    model.get_ref("emissions").get_param("b")[n:] = 3.0  # the new label looks good everywhere
    assert abs(component.rehearse(texts(nlp))["lstm_ner"]) < 1e-6
    shake(component)
    assert component.rehearse(texts(nlp))["lstm_ner"] > 0.1
    for ref in ("emissions", "crf"):
        for name in model.get_ref(ref).param_names:
            dW = model.get_ref(ref).get_grad(name)
            assert dW[:n].any() and not dW[n:].any()


def test_a_new_label_waits_for_an_update():
    """Rehearsal says nothing about it, so it is not to be predicted after it."""
    nlp = train_small(steps=3)
    component = nlp.get_pipe("lstm_ner")
    component.add_label("EVENT")
    optimizer = nlp.resume_training()
    nlp.rehearse(texts(nlp), sgd=optimizer)
    assert component.cfg["untrained_labels"] == ["EVENT"]
    nlp.update(make_examples(nlp, NEW), sgd=False)
    nlp.rehearse(texts(nlp), sgd=optimizer)  # takes the gradient of the update along
    assert component.cfg["untrained_labels"] == []


def test_nothing_in_nothing_out(nlp):
    component = nlp.get_pipe("lstm_ner")
    empty = Example(nlp.make_doc(""), nlp.make_doc(""))
    assert component.rehearse([]) == component.rehearse([empty, empty]) == {"lstm_ner": 0.0}
    shake(component)
    both = component.rehearse([*texts(nlp), empty])["lstm_ner"]
    assert both == pytest.approx(component.rehearse(texts(nlp))["lstm_ner"], rel=1e-6)


def test_broken_weights(nlp, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    component = nlp.get_pipe("lstm_ner")
    component.model.get_ref("crf").get_param("start")[0] = numpy.nan
    with pytest.raises(ValueError, match="'lstm_ner' are not all finite"):
        component.rehearse(texts(nlp))


def test_copies_have_the_teacher_too(nlp):
    component = nlp.get_pipe("lstm_ner")
    shake(component)
    loss = component.rehearse(texts(nlp))["lstm_ner"]
    for copied in (copy.deepcopy(nlp), pickle.loads(pickle.dumps(nlp))):
        assert copied.get_pipe("lstm_ner").rehearse(texts(copied))["lstm_ner"] == loss


def test_spacys_rehearse_of_one_component_among_others(shared):  # noqa: F811
    """spaCy steps for one component only; `exclude` says for which. Behind a listener, vectors
    are those that `nlp` has left in the Docs, and stay as they are."""
    nlp, optimizer = shared
    nlp.update(shared_examples(nlp), sgd=optimizer)
    nlp.resume_training()
    nlp.update(shared_examples(nlp), sgd=optimizer)
    component = nlp.get_pipe("lstm_ner")
    shake(component)
    others = {name: nlp.get_pipe(name).to_bytes() for name in ("tok2vec", "tagger")}
    with pytest.raises(ValueError, match=r"listens to a shared tok2vec .*\('Uber blew"):
        nlp.rehearse(texts(nlp), sgd=optimizer, exclude=list(others))
    examples = [Example(nlp(text), nlp.make_doc(text)) for text in ["", *(t for t, _ in TRAIN)]]
    losses = [
        nlp.rehearse(examples, sgd=optimizer, exclude=list(others))["lstm_ner"] for _ in range(30)
    ]
    assert losses[-1] < 0.2 * losses[0]
    assert {name: nlp.get_pipe(name).to_bytes() for name in others} == others
    nlp.update(shared_examples(nlp), sgd=optimizer)  # the tok2vec learns as before
    assert nlp.get_pipe("tok2vec").to_bytes() != others["tok2vec"]


def test_what_was_known_is_forgotten_later():
    """Twenty steps on a new label, the other entities of its texts being unknown."""
    kept = {}
    for weight in (0.0, 1.0):
        nlp = train_small(steps=60)
        optimizer = nlp.resume_training(sgd=Adam(0.01, grad_clip=0.0))
        component = nlp.get_pipe("lstm_ner")
        component.add_label("EVENT")
        examples = make_examples(nlp, [*NEW, *((text, []) for text, _ in TRAIN[:2])])
        for _ in range(20):
            nlp.update(examples, sgd=False)
            component.rehearse(texts(nlp)[2:], weight=weight)
            component.finish_update(optimizer)
        assert ents_of(nlp(NEW[0][0])) == NEW[0][1]
        kept[weight] = sum(ents_of(nlp(text)) == ents for text, ents in TRAIN[2:])
    assert kept == {0.0: 0, 1.0: 2}
