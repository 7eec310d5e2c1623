"""The component's contract: labels, saving, copies, bad input."""

import copy
import pickle

import numpy
import pytest
import spacy
import srsly
from spacy.tokens import Doc, Span
from spacy.training import Example

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
    # One that has kept no words: the last bit of a kept row may come from the batch it was met in.
    expected = trained.get_pipe("lstm_ner").model.copy().predict(docs)
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
    assert sorted(path.name for path in files) == [
        "cfg",
        "cfg.sha256",
        "model",
        "model.sha256",
    ]
    for path in files:
        with pytest.raises((pickle.UnpicklingError, ValueError, KeyError, IndexError, EOFError)):
            pickle.loads(path.read_bytes())
    cfg = srsly.read_json(tmp_path / "lstm_ner" / "cfg")
    assert cfg["labels"] == ["GPE", "LOC", "MONEY", "ORG", "PRODUCT"]
    # No bytes either, in which something else could stand: attributes are msgpack inside msgpack.
    stored = srsly.read_msgpack(tmp_path / "lstm_ner" / "model")
    stored["attrs"] = [
        {name: srsly.msgpack_loads(value) for name, value in attrs.items()}
        for attrs in stored["attrs"]
    ]
    assert not any(shim for shims in stored.pop("shims") for shim in shims)  # torch's would be here
    kinds = set(kinds_within(stored))
    assert kinds <= {dict, list, tuple, str, int, float, bool, type(None), numpy.ndarray}, kinds


def kinds_within(value):
    """The types of all that a nested value holds."""
    yield type(value)
    inner = [*value, *value.values()] if isinstance(value, dict) else value
    if isinstance(inner, (list, tuple)):
        for each in inner:
            yield from kinds_within(each)


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
    assert weights == {
        **{"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
        **{f"ents_tag_acc{which}": None for which in ("", "_all_o", "_most_frequent")},
    }


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
    empty = Doc(trained.vocab)
    for docs in ([], [empty, empty]):
        assert len(component.predict(docs).ents.starts) == 0
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
    for drop in (0.0, 0.2):
        assert nlp.get_pipe("lstm_ner").update([], drop=drop) == {"lstm_ner": 0}
        assert nlp.get_pipe("lstm_ner").update([empty], drop=drop) == {"lstm_ner": 0}
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


@pytest.mark.parametrize("labels", [None, ["GPE"]])
def test_initialize_needs_examples(nlp, labels):
    component = nlp.add_pipe("lstm_ner")
    with pytest.raises(ValueError, match="there is not one example. Check that the training"):
        component.initialize(lambda: [], labels=labels)


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


@pytest.mark.parametrize("scheme", ["biluo", "iob2"])
@pytest.mark.parametrize("decoder", ["viterbi", "max_expected"])
def test_a_new_label_changes_nothing_before_it_is_trained(decoder, scheme):
    settings = {"decoder": decoder, "tag_scheme": scheme, "spans_key": "sure"}
    nlp = train_small(steps=3, config={**SMALL, **settings})
    component = nlp.get_pipe("lstm_ner")
    texts = [text for text, _ in TRAIN]
    # To the model's old scores, tags without weights look like good ones.
    component.model.get_ref("emissions").get_param("b")[:] -= 5

    def outcome(nlp):
        docs = list(nlp.pipe(texts))
        analysis = nlp.get_pipe("lstm_ner").analyse([nlp.make_doc(text) for text in texts])
        likely = analysis.likely_spans(1e-9)
        scores = [doc.spans["sure"].attrs["scores"] for doc in docs]
        return [ents_of(doc) for doc in docs], numpy.hstack(scores), likely.probabilities

    def assert_same(nlp):
        ents, *scores = outcome(nlp)
        assert ents == before[0]
        for found, expected in zip(scores, before[1:]):
            numpy.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)

    before = outcome(nlp)
    component.add_label("EVENT")
    assert_same(nlp)
    nlp.get_pipe("lstm_ner").update(make_examples(nlp, TRAIN), sgd=None)  # no step yet
    assert_same(nlp)
    assert_same(spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes()))
    preset = nlp.make_doc(texts[0])
    preset.ents = [Span(preset, 0, 1, label="EVENT")]
    assert ("EVENT", 0, 1) in [(e.label_, e.start, e.end) for e in nlp(preset).ents]
    component.finish_update(nlp.resume_training())
    assert any(label == "EVENT" for ents in outcome(nlp)[0] for *_, label in ents)


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
