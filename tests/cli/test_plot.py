import json
import sys

import pytest
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)

pytest.importorskip("matplotlib")


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "plot", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture
def files(tmp_path, nlp):
    (tmp_path / "log.jsonl").write_text('{"step": 1, "score": 0.5}\n{"step": 2, "score": 0.6}\n')
    scores = {"ents_per_type": {"GPE": {"p": 0.5, "r": 0.25, "f": 0.333}}}
    (tmp_path / "metrics.json").write_text(json.dumps(scores))
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        DocBin(docs=[nlp.make_doc("in Rome")]).to_disk(tmp_path / folder / "train.spacy")
    return tmp_path


def test_a_figure_for_each_kind_of_file(files):
    out = files / "new" / "figures"
    result = run(
        *(out, "--log", files / "log.jsonl", "--metrics", files / "metrics.json"),
        *("--data", files / "one" / "train.spacy"),
    )
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == [
        "data.svg",
        "labels.svg",
        "learning-curve.svg",
    ]
    assert "Score on dev" in (out / "learning-curve.svg").read_text(encoding="utf8")
    assert ">GPE<" in (out / "labels.svg").read_text(encoding="utf8")
    assert ">train (1 documents" in (out / "data.svg").read_text(encoding="utf8")


def test_json_lines_are_drawn_and_their_faults_listed(files):
    path = files / "train.jsonl"
    path.write_text('{"text": "in Rome", "spans": []}\n{"text": 3}\n', encoding="utf8")
    result = run(files, "--data", path)
    assert result.exit_code == 0, result.output
    assert f"{path}:2: unreadable" in result.output
    assert ">train (1 documents" in (files / "data.svg").read_text(encoding="utf8")
    refused = run(files, "--data", path, "--lang", "xy")
    assert refused.exit_code == 1 and "Can't import language xy" in words(refused)


def test_files_of_one_name_are_told_apart(files):
    paths = [files / folder / "train.spacy" for folder in ("one", "two")]
    assert run(files, "--data", paths[0], "--data", paths[1]).exit_code == 0
    svg = (files / "data.svg").read_text(encoding="utf8")
    assert all(f">{folder}/train (1 documents" in svg for folder in ("one", "two"))
    assert not (files / "labels.svg").exists()


def test_nothing_to_plot(tmp_path):
    result = run(tmp_path / "figures")
    assert result.exit_code == 1
    assert "Give at least one of --log" in words(result)
    assert not (tmp_path / "figures").exists()


def test_without_matplotlib(files, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(files / "figures", "--log", files / "log.jsonl")
    assert result.exit_code == 1
    assert 'pip install "spacy-lstm-ner[plots]"' in words(result)
    assert not (files / "figures").exists()


def test_bad_log(files):
    (files / "log.jsonl").write_text("no json")
    result = run(files / "figures", "--log", files / "log.jsonl")
    assert result.exit_code == 1
    assert "Invalid JSON" in words(result)


def test_a_second_figure_for_what_recurrent_layers_did(files):
    (files / "log.jsonl").write_text('{"step": 1, "score": 0.5, "half_life": 2.0}\n')
    assert run(files / "out", "--log", files / "log.jsonl").exit_code == 0
    assert {path.name for path in (files / "out").iterdir()} == {"learning-curve.svg", "states.svg"}
