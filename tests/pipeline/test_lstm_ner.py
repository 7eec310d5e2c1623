"""The component's contract: training, labels, saving, bad input."""

import copy
import pickle

import numpy
import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example
from thinc.api import Adam

from spacy_lstm_ner.pipeline.clip import clip_gradient
from spacy_lstm_ner.pipeline.lstm_ner import LSTMNer

from .helpers import SMALL, TRAIN, ents_of, make_examples, train_small


@pytest.fixture(scope="module")
def trained():
    return train_small()


def test_overfit_save_load_score(trained, tmp_path):
    for text, entities in TRAIN:
        assert ents_of(trained(text)) == entities
    examples = make_examples(trained)
    scores = trained.evaluate(examples)
    assert scores["ents_f"] == 1.0
    assert set(scores["ents_per_type"]) == {"ORG", "MONEY", "PRODUCT", "GPE", "LOC"}
    trained.to_disk(tmp_path / "a")
    loaded = spacy.load(tmp_path / "a")
    from_bytes = spacy.blank("en")
    from_bytes.add_pipe("lstm_ner", config=SMALL)
    from_bytes.from_bytes(trained.to_bytes())
    docs = [trained.make_doc(text) for text, _ in TRAIN]
    expected = trained.get_pipe("lstm_ner").model.predict(docs)
    for other in (loaded, from_bytes):
        assert other.get_pipe("lstm_ner").labels == trained.get_pipe("lstm_ner").labels
        scores = other.get_pipe("lstm_ner").model.predict(docs)
        numpy.testing.assert_array_equal(scores.emissions.data, expected.emissions.data)
        numpy.testing.assert_array_equal(scores.transitions, expected.transitions)
        for text, entities in TRAIN:
            assert ents_of(other(text)) == entities
    loaded.to_disk(tmp_path / "b")
    for path in sorted((tmp_path / "a").rglob("*")):
        if path.is_file():
            assert (
                path.read_bytes()
                == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
            )


def test_model_files_hold_no_pickle(trained, tmp_path):
    trained.to_disk(tmp_path)
    files = [path for path in (tmp_path / "lstm_ner").rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["cfg", "model"]
    for path in files:
        with pytest.raises((pickle.UnpicklingError, ValueError, KeyError, IndexError, EOFError)):
            pickle.loads(path.read_bytes())
    assert (tmp_path / "lstm_ner" / "cfg").read_text("utf8").replace(" ", "").replace(
        "\n", ""
    ) == '{"labels":["GPE","LOC","MONEY","ORG","PRODUCT"]}'


def test_twice_the_same_seed_same_bytes():
    first, second = (train_small(steps=5, seed=3).get_pipe("lstm_ner").to_bytes() for _ in "ab")
    assert first == second
    assert train_small(steps=5, seed=4).get_pipe("lstm_ner").to_bytes() != first


def test_config_wins_over_what_is_stored(trained, tmp_path):
    trained.to_disk(tmp_path)
    nlp = spacy.load(tmp_path, config={"components": {"lstm_ner": {"max_grad_norm": 2.5}}})
    assert nlp.get_pipe("lstm_ner").max_grad_norm == 2.5
    overrides = {"components.lstm_ner.model.bptt_clip": 3.0}
    nlp = spacy.load(tmp_path, config=overrides)
    cells = [n for n in nlp.get_pipe("lstm_ner").model.walk() if n.name.startswith("lstm-")]
    assert [cell._func.args[3] for cell in cells] == [3.0, 3.0]
    assert ents_of(nlp(TRAIN[0][0])) == TRAIN[0][1]


def test_config_round_trip(trained):
    config = trained.config.interpolate()
    again = type(trained).from_config(config.from_str(config.to_str()))
    assert again.config.interpolate().to_str() == config.to_str()
    assert config["components"]["lstm_ner"]["factory"] == "lstm_ner"
    default = spacy.blank("en")
    default.add_pipe("lstm_ner")
    model = default.config["components"]["lstm_ner"]["model"]
    assert model["nO"] is None and model["head"] == "crf"


def test_meta(nlp):
    nlp.add_pipe("lstm_ner")
    analysis = nlp.analyze_pipes()
    assert analysis["summary"]["lstm_ner"]["assigns"] == [
        "doc.ents",
        "token.ent_iob",
        "token.ent_type",
    ]
    weights = nlp.get_pipe_meta("lstm_ner").default_score_weights
    assert weights == {"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None}


@pytest.mark.parametrize("bad", [{"max_grad_norm": 0}, {"max_grad_norm": -1.0}, {"colour": "red"}])
def test_bad_config(nlp, bad):
    with pytest.raises(ValueError):
        nlp.add_pipe("lstm_ner", config=bad)


def test_copies_agree(trained):
    text = TRAIN[1][0]
    expected = ents_of(trained(text))
    component = trained.get_pipe("lstm_ner")
    for other in (pickle.loads(pickle.dumps(component)), copy.deepcopy(component)):
        doc = trained.make_doc(text)
        assert ents_of(other(doc)) == expected


def test_empty_input(trained):
    component = trained.get_pipe("lstm_ner")
    assert component.predict([]) == []
    empty = Doc(trained.vocab)
    assert [ids.shape for ids in component.predict([empty, empty])] == [(0,), (0,)]
    assert trained("").ents == ()
    assert [doc.text for doc in trained.pipe(["", TRAIN[0][0], "", " ", "\n\n", "x"])] == [
        "",
        TRAIN[0][0],
        "",
        " ",
        "\n\n",
        "x",
    ]
    assert trained("\n \n").ents == ()


def test_update_with_empty_docs(trained):
    nlp = train_small(steps=2)
    empty = Example.from_dict(nlp.make_doc(""), {"entities": []})
    assert nlp.update([empty])["lstm_ner"] == 0
    assert nlp.get_pipe("lstm_ner").update([]) == {"lstm_ner": 0}
    with_words = make_examples(nlp)
    first = nlp.update(with_words, sgd=False)["lstm_ner"]
    assert nlp.update([empty, *with_words, empty], sgd=False)["lstm_ner"] == pytest.approx(first)


def test_predict_leaves_docs_alone(trained):
    docs = [trained.make_doc(text) for text, _ in TRAIN]
    before = [doc.to_bytes() for doc in docs]
    trained.get_pipe("lstm_ner").predict(docs)
    assert [doc.to_bytes() for doc in docs] == before


def test_uninitialized_component_says_what_to_do(nlp):
    nlp.add_pipe("lstm_ner")
    with pytest.raises(ValueError, match="'lstm_ner' has no weights yet. Train it"):
        nlp("Some text")
    assert nlp("").ents == ()


def test_initialize_needs_labels(nlp):
    nlp.add_pipe("lstm_ner", name="my_ner")
    with pytest.raises(ValueError, match="'my_ner' cannot be initialized without labels"):
        nlp.initialize(lambda: make_examples(nlp, [("No entity here", [])]))
    with pytest.raises(TypeError):
        nlp.get_pipe("my_ner").initialize(make_examples(nlp))


def test_labels_from_config(nlp):
    nlp.add_pipe("lstm_ner", config=SMALL)
    nlp.config["initialize"]["components"]["lstm_ner"] = {"labels": ["GPE", "ORG"]}
    nlp.initialize(lambda: make_examples(nlp, TRAIN[3:]))
    component = nlp.get_pipe("lstm_ner")
    assert component.labels == component.label_data == ("GPE", "ORG")
    assert component.model.get_dim("nO") == 9


def test_initialize_twice(nlp):
    component = nlp.add_pipe("lstm_ner", config=SMALL)
    nlp.initialize(lambda: make_examples(nlp, TRAIN[3:]))
    assert component.labels == ("GPE",)
    nlp.initialize(lambda: make_examples(nlp))
    assert component.labels == ("GPE", "LOC", "MONEY", "ORG", "PRODUCT")
    assert component.model.get_dim("nO") == 21
    nlp(TRAIN[0][0])


def test_model_with_more_tags_than_labels_is_refused(nlp):
    config = {"model": {**SMALL["model"], "nO": 9}}
    nlp.add_pipe("lstm_ner", config=config)
    with pytest.raises(ValueError, match="has 9 tags and was asked for 5"):
        nlp.initialize(lambda: make_examples(nlp, TRAIN[3:]))


def test_add_label(trained):
    nlp = train_small(steps=3)
    component = nlp.get_pipe("lstm_ner")
    docs = [nlp.make_doc(text) for text, _ in TRAIN]
    before = component.model.predict(docs)
    assert component.add_label("GPE") == 0
    assert component.add_label("EVENT") == 1
    assert component.labels[-1] == "EVENT" and "EVENT" in nlp.vocab.strings
    after = component.model.predict(docs)
    assert component.model.get_dim("nO") == 25
    numpy.testing.assert_allclose(after.emissions.data[:, :21], before.emissions.data, atol=1e-6)
    numpy.testing.assert_array_equal(after.transitions[:21, :21], before.transitions)
    assert not after.transitions[21:].any() and not after.transitions[:, 21:].any()
    optimizer = nlp.resume_training()
    data = [("The Olympics start", [(4, 12, "EVENT")])]
    for _ in range(80):
        nlp.update(make_examples(nlp, TRAIN + data), sgd=optimizer)
    assert ents_of(nlp(data[0][0])) == data[0][1]


@pytest.mark.parametrize("label", [3, None, "", b"GPE"])
def test_labels_are_strings(trained, label):
    with pytest.raises(ValueError, match="A label must be a non-empty string"):
        trained.get_pipe("lstm_ner").add_label(label)


def test_add_label_to_a_model_that_cannot_grow(trained):
    component = copy.deepcopy(trained.get_pipe("lstm_ner"))
    del component.model.attrs["resize_output"]
    with pytest.raises(ValueError, match="cannot take the new label 'EVENT'"):
        component.add_label("EVENT")
    assert "EVENT" not in component.labels


def test_weights_without_labels(trained):
    component = LSTMNer(trained.vocab, trained.get_pipe("lstm_ner").model)
    with pytest.raises(ValueError, match="scores 21 tags, but its 0 labels have 1"):
        component(trained.make_doc("Some text"))


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


def test_emissions_that_are_not_finite(trained):
    component = copy.deepcopy(trained.get_pipe("lstm_ner"))
    component.model.get_ref("emissions").get_param("b")[0] = numpy.nan
    with pytest.raises(ValueError, match="'lstm_ner' are not all finite"):
        component.update(make_examples(trained))
    with pytest.raises(ValueError, match="'lstm_ner' are not all finite"):
        component(trained.make_doc("Some text"))


def test_dropout_rate_reaches_the_model():
    nlp = train_small(steps=1)
    model = nlp.get_pipe("lstm_ner").model
    nlp.update(make_examples(nlp), sgd=False, drop=0.37)
    rates = {node.attrs["dropout_rate"] for node in model.walk() if "dropout_rate" in node.attrs}
    assert rates == {0.37}


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
