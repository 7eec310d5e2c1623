"""`spacy init`: configs, labels, vectors."""

import json

import numpy
import pytest
import spacy
from thinc.api import Config

from tests.training.runs import digests

from .helpers import ROOT, do

CONFIGS = sorted((ROOT / "configs").glob("*.cfg"))


def read(path):
    return Config().from_disk(path, interpolate=False)


def is_part_of(small, large):
    return all(
        key in large
        and (is_part_of(value, large[key]) if isinstance(value, dict) else value == large[key])
        for key, value in small.items()
    )


def test_init_config_names_the_component_with_its_defaults(work, tmp_path):
    """A config that trains; `spacy lstm-ner init-config` writes better ones."""
    do("init", "config", tmp_path / "config.cfg", "--pipeline", "lstm_ner")
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner")
    config = read(tmp_path / "config.cfg")
    assert config["components"] == nlp.config["components"]
    assert config["training"]["optimizer"]["grad_clip"] == 1.0
    assert config["training"]["dropout"] == 0.1
    few = ["--training.max_steps=2", "--training.eval_frequency=2"]
    do("train", tmp_path / "config.cfg", *work.paths, *few, "--output", tmp_path / "out")
    assert spacy.load(tmp_path / "out" / "model-last").pipe_labels["lstm_ner"] == ["LOC", "PER"]


def test_fill_config_adds_what_a_partial_config_leaves_out(work, tmp_path):
    partial, filled = tmp_path / "partial.cfg", tmp_path / "filled.cfg"
    partial.write_text(
        '[nlp]\nlang = "en"\npipeline = ["lstm_ner"]\n[components]\n[components.lstm_ner]\n'
        'factory = "lstm_ner"\ndecoder = "max_expected"\n',
        encoding="utf8",
    )
    do("init", "fill-config", partial, filled)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={"decoder": "max_expected"})
    assert read(filled)["components"] == nlp.config["components"]
    assert read(filled)["training"]["score_weights"]["ents_f"] == 1.0
    do("init", "fill-config", filled, tmp_path / "again.cfg")
    assert (tmp_path / "again.cfg").read_text("utf8") == filled.read_text("utf8")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_filling_changes_nothing_that_a_shipped_config_says(path, tmp_path):
    do("init", "fill-config", path, tmp_path / "filled.cfg")
    assert is_part_of(read(path), read(tmp_path / "filled.cfg"))


def test_what_init_config_of_ours_writes_is_filled(tmp_path):
    do("lstm-ner", "init-config", tmp_path / "config.cfg")
    do("init", "fill-config", tmp_path / "config.cfg", tmp_path / "filled.cfg")
    assert read(tmp_path / "config.cfg") == read(tmp_path / "filled.cfg")


def test_labels_from_a_file_make_the_same_model(work, tmp_path):
    do("init", "labels", work.config, tmp_path / "labels", *work.paths)
    path = tmp_path / "labels" / "lstm_ner.json"
    assert json.loads(path.read_text("utf8")) == ["LOC", "PER"]
    labels = {"@readers": "spacy.read_labels.v1", "path": str(path), "require": True}
    settings = {"initialize": {"components": {"lstm_ner": {"labels": labels}}}}
    read(work.config).merge(settings).to_disk(tmp_path / "config.cfg")
    found = []
    for name, config in (("given", tmp_path / "config.cfg"), ("found", work.config)):
        do("train", config, *work.paths, "--output", tmp_path / name)
        found.append(digests(tmp_path / name)["model-last/lstm_ner/model"])
    assert found[0] == found[1]


def test_vectors_are_read_by_the_component(work, tmp_path):
    table = {"Ann": [1, 0, 0], "Rome": [0, 1, 0], "Paris": [0, 0.5, 0.5]}
    lines = [f"{word} {' '.join(map(str, row))}" for word, row in table.items()]
    (tmp_path / "vectors.txt").write_text("\n".join(["3 3", *lines]), encoding="utf8")
    do("init", "vectors", "en", tmp_path / "vectors.txt", tmp_path / "vectors")
    tok2vec = {"tok2vec": {"include_static_vectors": True}}
    settings = {
        "initialize": {"vectors": str(tmp_path / "vectors")},
        "components": {"lstm_ner": {"model": tok2vec}},
    }
    read(work.config).merge(settings).to_disk(tmp_path / "config.cfg")
    do("train", tmp_path / "config.cfg", *work.paths, "--output", tmp_path / "out")
    nlp = spacy.load(tmp_path / "out" / "model-last")
    ner, doc = nlp.get_pipe("lstm_ner"), nlp.make_doc("Ann saw Rome")
    for word, row in table.items():
        assert nlp.vocab[word].vector.tolist() == row
    before = ner.model.predict([doc]).emissions.data
    nlp.vocab.set_vector("Rome", numpy.array([9, 9, 9], dtype="f"))
    assert abs(ner.model.predict([doc]).emissions.data - before).max() > 1e-3
