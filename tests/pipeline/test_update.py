"""What the component learns: loss, gradients, clipping, averages, what it cannot learn."""

import copy
import tempfile

import numpy
import pytest
from spacy.tokens import DocBin, Span
from spacy.training import Example
from thinc.api import Adam, set_dropout_rate

from spacy_lstm_ner.pipeline.clip import clip_gradient

from .helpers import SMALL, TRAIN, ents_of, make_examples, train_small


@pytest.fixture(scope="module")
def trained():
    return train_small()


def test_accumulated_gradients_equal_one_batch():
    """Two sub-batches without a step in between give the gradient of the whole batch."""
    whole, parts = train_small(steps=3), train_small(steps=3)
    losses = whole.update(make_examples(whole), sgd=False)
    summed: dict = {}
    examples = make_examples(parts)
    for part in (examples[:1], examples[1:]):
        parts.update(part, sgd=False, losses=summed)
    assert summed["lstm_ner"] == pytest.approx(losses["lstm_ner"], rel=1e-5)
    nodes = [nlp.get_pipe("lstm_ner").model.walk() for nlp in (whole, parts)]
    for ours, theirs in zip(*nodes):
        for name in ours.param_names:
            scale = numpy.abs(ours.get_grad(name)).max()
            numpy.testing.assert_allclose(
                theirs.get_grad(name), ours.get_grad(name), atol=1e-5 * scale
            )


def test_get_loss_is_pure(trained):
    component = trained.get_pipe("lstm_ner")
    examples = make_examples(trained)
    scores = component.model.predict([example.predicted for example in examples])
    keep = scores.emissions.data.copy(), scores.transitions.copy()
    first, second = (component.get_loss(examples, scores) for _ in "ab")
    assert first[0] == second[0]
    numpy.testing.assert_array_equal(first[1].emissions.data, second[1].emissions.data)
    numpy.testing.assert_array_equal(scores.emissions.data, keep[0])
    numpy.testing.assert_array_equal(scores.transitions, keep[1])


@pytest.mark.parametrize("ref,param", [("emissions", "b"), ("crf", "transitions")])
def test_scores_that_are_not_finite(trained, ref, param, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    component = copy.deepcopy(trained.get_pipe("lstm_ner"))
    component.model.get_ref(ref).get_param(param)[...] = numpy.nan
    with pytest.raises(ValueError, match="'lstm_ner' are not all finite"):
        component(trained.make_doc("Some text"))
    assert not list(tmp_path.iterdir())
    layer = component.model.get_ref(ref).name
    message = rf"batch of 4 documents.* Weights are not finite either \(layers '{layer}'\)"
    with pytest.raises(ValueError, match=message) as stopped:
        component.update(make_examples(trained))
    (saved,) = tmp_path.iterdir()
    assert str(saved) in str(stopped.value)
    docs = list(DocBin().from_disk(saved).get_docs(trained.vocab))
    assert [(doc.text, ents_of(doc)) for doc in docs] == TRAIN


def test_input_that_is_not_finite(nlp, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    nlp.vocab.set_vector("London", numpy.full(4, numpy.nan, dtype="float32"))
    tok2vec = {**SMALL["model"]["tok2vec"], "include_static_vectors": True}
    nlp.add_pipe("lstm_ner", config={"model": {**SMALL["model"], "tok2vec": tok2vec}})
    nlp.initialize(lambda: make_examples(nlp))
    nlp.update(make_examples(nlp)[:3])
    message = "All weights are finite, so it is the input.* batch could not be saved.*missing"
    with pytest.raises(ValueError, match=message):
        nlp.update(make_examples(nlp)[3:])


def test_a_diverging_training_stops_before_the_next_step(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    nlp = train_small(steps=1)
    optimizer = nlp.resume_training()
    optimizer.learn_rate = 1e30
    losses = {}
    with numpy.errstate(all="ignore"):
        nlp.update(make_examples(nlp), sgd=optimizer)
        with pytest.raises(ValueError, match="an earlier step broke them: lower the learning rate"):
            nlp.update(make_examples(nlp), sgd=optimizer, losses=losses)
    assert losses == {"lstm_ner": 0.0}


def test_dropout_rate_reaches_the_model():
    nlp = train_small(steps=1)
    model = nlp.get_pipe("lstm_ner").model
    nlp.update(make_examples(nlp), sgd=False, drop=0.37)
    rates = {node.attrs["dropout_rate"] for node in model.walk() if "dropout_rate" in node.attrs}
    assert rates == {0.37}


def test_dropout_changes_the_scores(trained):
    """Two passes have two masks; without dropout they are one and the same."""
    model = trained.get_pipe("lstm_ner").model.copy()
    docs = [trained.make_doc(text) for text, _ in TRAIN]

    def scores_at(rate):
        set_dropout_rate(model, rate)
        return model.begin_update(docs)[0].emissions.data

    assert (scores_at(0.0) == scores_at(0.0)).all()
    assert abs(scores_at(0.5) - scores_at(0.5)).max() > 0.01


def test_averages_apply():
    nlp = train_small(steps=1)
    optimizer = Adam(0.01, use_averages=True)
    for _ in range(20):
        nlp.update(make_examples(nlp), sgd=optimizer)
    component = nlp.get_pipe("lstm_ner")
    docs = [nlp.make_doc(TRAIN[0][0])]
    plain = component.model.predict(docs)
    with nlp.use_params(optimizer.averages):
        averaged = component.model.predict(docs)
        for name in ("start", "transitions", "end"):
            assert not numpy.array_equal(getattr(averaged, name), getattr(plain, name))
        assert not numpy.allclose(averaged.emissions.data, plain.emissions.data)
    again = component.model.predict(docs)
    numpy.testing.assert_array_equal(again.emissions.data, plain.emissions.data)


def gradient_norm(model):
    grads = [n.get_grad(name) for n in model.walk() for name in n.param_names if n.has_grad(name)]
    return float(numpy.sqrt(sum((grad.astype("float64") ** 2).sum() for grad in grads)))


def test_clip_gradient_keeps_the_direction():
    nlp = train_small(steps=1)
    model = nlp.get_pipe("lstm_ner").model
    nlp.update(make_examples(nlp), sgd=False)
    before = {(n.id, name): n.get_grad(name).copy() for n in model.walk() for name in n.param_names}
    norm = gradient_norm(model)
    clip_gradient(model, norm * 2)
    assert gradient_norm(model) == norm
    clip_gradient(model, norm / 4)
    assert gradient_norm(model) == pytest.approx(norm / 4, rel=1e-5)
    for node in model.walk():
        for name in node.param_names:
            expected = before[node.id, name] / 4
            numpy.testing.assert_allclose(node.get_grad(name), expected, rtol=1e-4, atol=1e-12)


class Recorder:
    """Stands for an optimizer: keeps the norm of what it is given."""

    grad_clip = 0.0

    def __init__(self):
        self.squares = 0.0

    def __call__(self, key, weights, gradient):
        self.squares += float((gradient.astype("float64") ** 2).sum())
        return weights, gradient * 0


@pytest.mark.parametrize("splits", [1, 2])
def test_max_grad_norm_is_per_word_since_the_last_step(splits):
    nlp = train_small(steps=1, config={**SMALL, "max_grad_norm": 1e-4})
    examples = make_examples(nlp)
    size = len(examples) // splits
    for begin in range(0, len(examples), size):
        nlp.update(examples[begin : begin + size], sgd=False)
    words = sum(len(example.predicted) for example in examples)
    recorder = Recorder()
    nlp.get_pipe("lstm_ner").finish_update(recorder)
    assert recorder.squares**0.5 == pytest.approx(1e-4 * words, rel=1e-4)


def test_clipping_twice_is_warned_about_once():
    nlp = train_small(steps=0, config={**SMALL, "max_grad_norm": 1.0})
    with pytest.warns(UserWarning, match="clipped twice: max_grad_norm = 1.0 .* grad_clip = 0.5"):
        nlp.update(make_examples(nlp), sgd=Adam(0.001, grad_clip=0.5))
    nlp.update(make_examples(nlp), sgd=Adam(0.001, grad_clip=0.5))  # warnings are errors here


def test_missing_annotation_gives_no_gradient():
    nlp = train_small(steps=1)
    unknown = [Example(nlp.make_doc(text), nlp.make_doc(text)) for text, _ in TRAIN]
    assert nlp.update(unknown, sgd=False)["lstm_ner"] == 0
    assert gradient_norm(nlp.get_pipe("lstm_ner").model) == 0


def test_unlearnable_entities_are_reported_once(nlp):
    component = nlp.add_pipe("lstm_ner", config=SMALL)
    predicted = nlp.make_doc("Uber \n blew up")
    reference = predicted.copy()
    reference.ents = [Span(reference, 0, 2, label="ORG")]
    examples = [*make_examples(nlp), Example(predicted, reference)]
    message = r"1 gold entities .* 1 begins or ends with white space.* First ones: 'Uber \\n '"
    with pytest.warns(UserWarning, match=message):
        nlp.initialize(lambda: examples)
    nlp.update(examples)  # not again: warnings are errors here
    assert len(component.labels) == 5


def test_unlearnable_entities_are_reported_in_training_too(nlp):
    nlp.add_pipe("lstm_ner", config=SMALL)
    nlp.config["initialize"]["components"]["lstm_ner"] = {"labels": ["GPE"]}
    nlp.initialize(lambda: make_examples(nlp))
    with pytest.warns(UserWarning, match="1 unknown label MONEY, 2 unknown label ORG"):
        nlp.update(make_examples(nlp)[:3])


def test_train_from_the_readme_style_loop_with_gold_preset(trained):
    """Entities that the predicted Doc has already do not change what is learned."""
    component = trained.get_pipe("lstm_ner")
    plain, preset = make_examples(trained), make_examples(trained)
    for example in preset:
        example.predicted.ents = [Span(example.predicted, 0, 2, label="LOC")]
    scores = component.model.predict([example.predicted for example in plain])
    assert component.get_loss(preset, scores)[0] == component.get_loss(plain, scores)[0]
