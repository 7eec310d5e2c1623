"""Pipes that are switched off or left out, configs, devices."""

import copy

import pytest
import spacy

from ..pipeline.helpers import SMALL, TRAIN, make_examples, train_small
from .helpers import SCORED, TEXTS, assert_same, outcome, own_words, shared_tok2vec


@pytest.fixture(scope="module")
def nlp():
    return own_words()


@pytest.fixture(scope="module")
def folder(nlp, tmp_path_factory):
    path = tmp_path_factory.mktemp("model")
    nlp.to_disk(path)
    return path


def is_untouched(doc):
    return not doc.ents and not doc.spans and not doc.user_data


@pytest.mark.parametrize("choice", [{"disable": "lstm_ner"}, {"enable": []}])
def test_select_pipes(nlp, choice):
    expected = outcome(nlp.pipe(TEXTS))
    with nlp.select_pipes(**choice):
        assert nlp.pipe_names == []
        assert all(map(is_untouched, [nlp(TEXTS[0]), *nlp.pipe(TEXTS)]))
    assert_same(outcome(nlp.pipe(TEXTS)), expected)


def test_disabled_for_one_call(nlp):
    assert is_untouched(nlp(TEXTS[0], disable=["lstm_ner"]))
    assert all(map(is_untouched, nlp.pipe(TEXTS, disable=["lstm_ner"])))
    assert all(map(is_untouched, nlp.pipe(TEXTS, disable=["lstm_ner"], n_process=2)))


def test_a_disabled_pipe_does_not_learn():
    nlp = train_small(steps=2)
    before = nlp.get_pipe("lstm_ner").to_bytes()
    with nlp.select_pipes(disable=["lstm_ner"]):
        assert nlp.update(make_examples(nlp)) == {}
    assert nlp.get_pipe("lstm_ner").to_bytes() == before


def test_load_with_the_pipe_switched_off(nlp, folder):
    loaded = spacy.load(folder, disable=["lstm_ner"])
    assert loaded.pipe_names == [] and loaded.disabled == ["lstm_ner"]
    assert is_untouched(loaded(TEXTS[0]))
    loaded.enable_pipe("lstm_ner")
    assert_same(outcome(loaded.pipe(TEXTS)), outcome(nlp.pipe(TEXTS)))


def test_load_without_the_pipe(folder):
    loaded = spacy.load(folder, exclude=["lstm_ner"])
    assert loaded.component_names == [] and is_untouched(loaded(TEXTS[0]))
    assert "lstm_ner" not in loaded.config["components"]


def test_load_one_of_several(tmp_path):
    """The tagger is switched off, and the tok2vec that we share with it is not."""
    nlp, _ = shared_tok2vec()
    nlp.to_disk(tmp_path)
    for loaded in (
        spacy.load(tmp_path, exclude=["tagger"]),
        spacy.load(tmp_path, enable=["tok2vec", "lstm_ner"]),
    ):
        assert loaded.pipe_names == ["tok2vec", "lstm_ner"]
        assert_same(outcome(loaded.pipe(TEXTS)), outcome(nlp.pipe(TEXTS)))


def test_training_writes_nothing_to_the_config():
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={**SMALL, **SCORED, "max_grad_norm": 5.0})
    before = nlp.config.to_str()
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    optimizer.grad_clip = 0.0
    for _ in range(3):
        nlp.update(make_examples(nlp), sgd=optimizer)
    nlp.get_pipe("lstm_ner").add_label("NEW")
    nlp(TRAIN[0][0])
    assert nlp.config.to_str() == before
    again = type(nlp).from_config(nlp.config)
    assert again.config.to_str() == before
    assert type(nlp).from_config(nlp.config.from_str(before)).config == nlp.config


def test_saved_config_is_the_one_that_was_given(nlp, folder):
    loaded = spacy.load(folder)
    for section in ("nlp", "components"):
        assert loaded.config[section] == nlp.config[section]
    loaded.to_disk(folder.parent / "again")
    assert (folder / "config.cfg").read_bytes() == (
        folder.parent / "again" / "config.cfg"
    ).read_bytes()


def test_settings_of_one_are_not_those_of_another(nlp):
    """Two components share no state: neither settings, nor labels, nor defaults of the factory."""
    two = spacy.blank("en")
    first = two.add_pipe("lstm_ner", name="first", config=copy.deepcopy(SMALL))
    second = two.add_pipe("lstm_ner", name="second", config=copy.deepcopy(SMALL))
    first.add_label("ONE")
    first.cfg["threshold"] = 0.9
    assert second.labels == () and second.cfg["threshold"] is None
    assert spacy.blank("de").add_pipe("lstm_ner").labels == ()


def test_analysis_of_the_pipeline():
    two = spacy.blank("en")
    two.add_pipe("lstm_ner")
    two.add_pipe("lstm_ner", name="other")
    found = two.analyze_pipes(keys=["assigns", "requires", "scores"])
    for name in ("lstm_ner", "other"):
        assigns = ["doc.ents", "token.ent_iob", "token.ent_type"]
        assert found["summary"][name]["assigns"] == assigns
        assert found["summary"][name]["requires"] == found["problems"][name] == []
        assert "ents_f" in found["summary"][name]["scores"]
    assert found["attrs"]["doc.ents"]["assigns"] == ["lstm_ner", "other"]


def test_prefer_gpu_without_one(nlp):
    expected = outcome(nlp.pipe(TEXTS))
    try:
        if spacy.prefer_gpu():
            pytest.skip("there is one")
        assert_same(outcome(nlp.pipe(TEXTS)), expected)
        assert_same(outcome(own_words().pipe(TEXTS)), expected)
    finally:
        spacy.require_cpu()
