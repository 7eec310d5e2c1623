import json
import sys

import numpy
import pytest
import spacy
from spacy.cli._util import app
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.diagnostics import trace
from spacy_lstm_ner.diagnostics.gates import half_lives

from ..pipeline.helpers import SMALL, train_small

TEXT = "Spotify steps up Asia expansion in Canada"


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "gates", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def save(tmp_path_factory):
    def save(**model):
        path = tmp_path_factory.mktemp("model")
        train_small(1, {"model": {**SMALL["model"], **model}}).to_disk(path)
        return path

    return save


@pytest.fixture(scope="module")
def model(save):
    return save(depth=2)


def test_tables_name_the_units_that_remember_longest(model):
    result = run(model, TEXT)
    assert result.exit_code == 0, result.output
    nlp = spacy.load(model)
    for layer in trace(nlp, nlp.make_doc(TEXT)).layers:
        heading = f"lstm_ner, layer {layer.level}, lstm {layer.direction}"
        assert heading in words(result)
        rows = result.output.split(heading)[1].split("layer")[0]
        assert f"f {layer.arrays['f'].mean():.2f}" in " ".join(rows.split())
        lives = half_lives(layer.arrays["f"])
        assert f"{lives.argmax()} {lives.max():.1f}" in " ".join(rows.split())


def test_a_figure_for_each_layer_and_two_for_tags(model, tmp_path):
    pytest.importorskip("matplotlib")
    result = run(model, TEXT, "--output", tmp_path / "new", "--tokens", 3, "--units", 2)
    assert result.exit_code == 0, result.output
    names = [f"gates-lstm_ner-{level}-{way}.svg" for level in (1, 2) for way in ("l2r", "r2l")]
    figures = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert figures == sorted([*names, "marginals.svg", "transitions.svg"])
    assert "The text has 7 tokens, and the figures show the first 3" in words(result)
    for name in [*names, "marginals.svg"]:
        svg = (tmp_path / "new" / name).read_text(encoding="utf8")
        assert ">Spotify<" in svg and ">Asia<" not in svg


def test_one_layer(model, tmp_path):
    result = run(model, TEXT, "--layer", 2)
    assert result.exit_code == 0
    assert "layer 2" in result.output and "layer 1" not in result.output
    result = run(model, TEXT, "--layer", 3)
    assert result.exit_code == 1
    assert "--layer was given 3, expected a layer from 1 to 2" in words(result)


def test_json_holds_all_arrays(model, tmp_path):
    result = run(model, TEXT, "--json", tmp_path / "new" / "all.json", "--tokens", 2)
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "new" / "all.json").read_text(encoding="utf8"))
    nlp = spacy.load(model)
    expected = trace(nlp, nlp.make_doc(TEXT))
    assert found["words"] == expected.words
    for one, layer in zip(found["layers"], expected.layers, strict=True):
        for key in ("component", "level", "cell", "direction"):
            assert one[key] == getattr(layer, key)
        assert list(one["arrays"]) == list("ifgoch")
        for name, rows in layer.arrays.items():
            numpy.testing.assert_allclose(one["arrays"][name], rows, atol=1e-6)
        numpy.testing.assert_allclose(one["half_lives"], half_lives(layer.arrays["f"]), rtol=1e-6)
    assert found["tags"]["names"] == expected.tags.names
    for key in ("emissions", "marginals", "start", "transitions", "end"):
        numpy.testing.assert_allclose(found["tags"][key], getattr(expected.tags, key), atol=1e-6)


def test_cells_without_a_gate_have_no_half_life(save, tmp_path):
    result = run(save(cell="rnn"), TEXT, "--json", tmp_path / "all.json")
    assert result.exit_code == 0, result.output
    assert "'rnn' has no gate that keeps or forgets" in words(result)
    found = json.loads((tmp_path / "all.json").read_text(encoding="utf8"))
    assert [one["half_lives"] for one in found["layers"]] == [None, None]


@pytest.mark.parametrize("text", ["", " \n"])
def test_empty_text(model, text):
    result = run(model, text)
    assert result.exit_code == 1
    assert "A text without tokens" in words(result)


def test_no_recurrent_layer(save):
    result = run(save(depth=0), TEXT)
    assert result.exit_code == 1
    assert "'lstm_ner' has no recurrent layer over tokens (depth = 0?)" in words(result)


def test_which_component(model, tmp_path):
    result = run(model, TEXT, "--component", "ner")
    assert result.exit_code == 1
    assert "no component 'ner' to look inside; its components are lstm_ner" in words(result)
    spacy.blank("en").to_disk(tmp_path)
    result = run(tmp_path, TEXT)
    assert result.exit_code == 1
    assert "no component lstm_ner" in words(result)
    result = run(tmp_path / "nothing", TEXT)
    assert result.exit_code == 1
    assert "Can't find model" in words(result)


def test_without_matplotlib(model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run(model, TEXT).exit_code == 0
    result = run(model, TEXT, "--output", tmp_path / "figures")
    assert result.exit_code == 1
    assert 'pip install "spacy-lstm-ner[plots]"' in words(result)
    assert not (tmp_path / "figures").exists()
