import json
import sys
from xml.etree import ElementTree

import pytest
import spacy
from spacy.cli._util import app
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.cli.flow_runs import K_MAX, join_texts
from spacy_lstm_ner.cli.flow_variants import make_variants
from spacy_lstm_ner.cli.gold import read_gold
from tests.pipeline.helpers import SMALL

from .noisy import make_docs, write

pytest.importorskip("matplotlib")
TAGGER = SMALL["model"]["@architectures"]


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "gradient-flow", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture
def files(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    nlp.config.to_disk(tmp_path / "config.cfg")
    write(tmp_path / "data.spacy", make_docs(nlp.vocab, 100, 0, 0.1))
    return tmp_path


def flow(files, *args, **more):
    result = run(
        *(files / "config.cfg", files / "data.spacy", "--output", files / "out"),
        *("--steps", 2, "--docs", 4, *args),
    )
    assert result.exit_code == 0, result.output
    return result, json.loads((files / "out" / "gradient-flow.json").read_text("utf8"))


def at_start(found):
    return [curve for curve in found["curves"] if curve["when"] == "at the start"]


def test_table_json_and_figure(files):
    result, found = flow(files, "--cells", "rnn", "--clip", 0.001)
    panels = {
        "The model as it is": ["lstm, layer 1", "lstm, layer 1, cell c"],
        "One layer": ["rnn, Glorot", "rnn, orthogonal"],
        "One layer, bptt_clip = 0.001": ["rnn, Glorot", "rnn, orthogonal"],
        "Lower of two layers": ["rnn, Glorot", "rnn, orthogonal"],
        "Lower of two layers, skip connections": ["rnn, Glorot", "rnn, orthogonal"],
        "One layer, exploding": ["rnn, 2 x orthogonal", "rnn, 2 x orthogonal, clip 0.001"],
    }
    curves = {(c["panel"], c["name"], c["when"]): c for c in found["curves"]}
    times = ("at the start", "after 2 steps")
    assert set(curves) == {
        (p, n, when) for p, names in panels.items() for n in names for when in times
    }
    shown = ElementTree.fromstring((files / "out" / "gradient-flow.svg").read_text("utf8"))
    svg = {"".join(node.itertext()).strip() for node in shown.iter()}
    for panel, names in panels.items():
        assert panel in words(result) and {panel, *names} <= svg
    assert set(times) <= svg
    for curve in curves.values():
        assert len(curve["relative_norm"]) == K_MAX + 1
        if "two layers" not in curve["panel"]:
            assert curve["relative_norm"][0] == 1.0
    clipped = {m["name"]: m["bptt_clip_rate"] for m in found["models"] if "0.001" in m["panel"]}
    assert min(clipped.values()) > 0
    grows = curves["One layer, exploding", "rnn, 2 x orthogonal", "at the start"]["relative_norm"]
    held = curves["One layer, exploding", "rnn, 2 x orthogonal, clip 0.001", "at the start"]
    assert grows[K_MAX] > 2 and held["relative_norm"][K_MAX] < 1
    assert "8 measurements at k = 0, 8 at k = 50" in words(result)  # four texts, two directions


@pytest.mark.slow
def test_same_seed_same_numbers(files):
    first, again, other = (flow(files, "--cells", "gru", "--seed", seed)[1] for seed in (3, 3, 4))
    assert first == again != other


def test_settings_of_the_config_hold(files):
    _, found = flow(files, "--cells", "gru", "--components.lstm_ner.model.depth", "2")
    names = {c["name"] for c in found["curves"] if c["panel"] == "The model as it is"}
    layers = {"lstm, layer 1", "lstm, layer 2"}
    assert names == layers | {f"{layer}, cell c" for layer in layers}


@pytest.mark.slow
def test_a_shared_tok2vec_becomes_its_own(files):
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": SMALL["model"]["tok2vec"]})
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 24}
    nlp.add_pipe("lstm_ner", config={"model": {**SMALL["model"], "tok2vec": listener}})
    nlp.config.to_disk(files / "config.cfg")
    shared = at_start(flow(files, "--cells", "gru")[1])
    data = read_gold(nlp, files / "data.spacy", print)
    nlp.initialize(lambda: data)
    nlp.to_disk(files / "model")
    result = run(files / "model", files / "data.spacy")
    assert result.exit_code == 0, result.output
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    nlp.config.to_disk(files / "config.cfg")
    assert at_start(flow(files, "--cells", "gru")[1]) == shared


def test_a_trained_pipeline_is_measured_as_it_is(files):
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    data = read_gold(nlp, files / "data.spacy", print)
    nlp.initialize(lambda: data)
    nlp.to_disk(files / "model")
    result = run(files / "model", files / "data.spacy", "--output", files / "out")
    assert result.exit_code == 0, result.output
    found = json.loads((files / "out" / "gradient-flow.json").read_text("utf8"))
    names = [(curve["when"], curve["name"]) for curve in found["curves"]]
    assert names == [("as it is", "lstm, layer 1"), ("as it is", "lstm, layer 1, cell c")]


def test_documents_are_joined(files, nlp):
    examples = read_gold(nlp, files / "data.spacy", print)
    n_tokens = sum(len(example.reference) for example in examples)
    texts = join_texts(nlp, examples, 1000, 0)
    assert all(len(text.reference) > 2 * K_MAX for text in texts)
    assert 0 <= n_tokens - sum(len(text.reference) for text in texts) <= 2 * K_MAX
    found = sorted(ent.text for text in texts for ent in text.reference.ents)
    given = sorted(ent.text for example in examples for ent in example.reference.ents)
    assert set(found) <= set(given) and len(found) > len(given) / 2
    (short,) = join_texts(nlp, examples[:1], 5, 0)
    assert short.reference.text == examples[0].reference.text


def test_variants_keep_the_rest_of_the_model():
    model = {"@architectures": TAGGER, "forget_bias": 2.0, "kernel": "torch"}
    variants = make_variants(model, ["gru", "lstm"], 0.5)
    biases = {v.settings["cell"]: v.settings["forget_bias"] for v in variants if v.settings}
    assert biases == {"gru": 1.0, "lstm": 2.0}
    assert variants[0].settings == {}
    assert all({"width", "tok2vec"}.isdisjoint(v.settings) for v in variants)
    assert {v.settings["bptt_clip"] for v in variants if v.settings} == {None, 0.5}


def test_training_that_comes_to_no_end_is_said(files, monkeypatch):
    def fail(*args):
        raise ValueError("It has diverged.")

    monkeypatch.setattr("spacy_lstm_ner.cli.flow_runs._train", fail)
    result, found = flow(files, "--cells", "gru")
    assert "gru, orthogonal: training came to no end. It has diverged." in words(result)
    assert {curve["when"] for curve in found["curves"]} == {"at the start"}
    assert {model["failure"] for model in found["models"]} == {"It has diverged."}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--cells", "rnn,elman"), "Unknown cell 'elman'"),
        (("--component", "x"), "'x' is no component lstm_ner"),
        (("--clip", 0), "bptt_clip was given 0"),
        (("--stepz", 2), "stepz was given, which is neither an option of this command nor"),
        (("--components.lstm_ner.model.@architectures", "other.v1"), "model is other.v1, expected"),
    ],
)
def test_what_makes_no_sense(files, args, message):
    result = run(files / "config.cfg", files / "data.spacy", *args)
    assert result.exit_code == 1
    assert message in words(result)


def test_data_and_configs_that_cannot_be_used(files, nlp):
    write(files / "bare.spacy", [nlp.make_doc("no entities known")])
    result = run(files / "config.cfg", files / "bare.spacy")
    assert result.exit_code == 1 and "none of its 1 documents" in words(result)
    nlp.config.to_disk(files / "config.cfg")
    result = run(files / "config.cfg", files / "data.spacy")
    assert result.exit_code == 1 and "no component lstm_ner" in words(result)
    (files / "config.cfg").write_text("[system]\nseed = 0\n")
    result = run(files / "config.cfg", files / "data.spacy")
    assert result.exit_code == 1 and "no component lstm_ner" in words(result)


def test_settings_are_not_for_trained_pipelines(files, nlp):
    nlp.to_disk(files / "model")
    result = run(files / "model", files / "data.spacy", "--training.dropout", 0.5)
    assert result.exit_code == 1
    assert "--training.dropout was given with a trained pipeline" in words(result)


def test_without_matplotlib(files, monkeypatch):
    """It is said at once, not after all the training."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("spacy_lstm_ner.cli.gradient_flow.run_variant", None)
    result = run(files / "config.cfg", files / "data.spacy", "--output", files / "out")
    assert result.exit_code == 1 and 'pip install "spacy-lstm-ner[plots]"' in words(result)
