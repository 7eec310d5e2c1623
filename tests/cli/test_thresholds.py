import json

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import Span
from spacy.training import Corpus, Example
from thinc.api import Config
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from tests.pipeline.helpers import SMALL

from .noisy import confidences, make_docs, train, write


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "thresholds", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train(spacy.blank("en"), tmp_path_factory.mktemp("thresholds"))


def evaluate(path, data):
    nlp = spacy.load(path)
    return nlp.evaluate(list(Corpus(data)(nlp)))


@pytest.mark.parametrize("decoder", ["viterbi", "max_expected"])
@pytest.mark.parametrize("mode", ["--per-label", "--global"])
@pytest.mark.parametrize("wish", [("--precision", 0.85), ("--recall", 0.6)])
def test_the_saved_pipeline_reaches_what_was_wished_for(trained, tmp_path, decoder, mode, wish):
    args = (trained / "model", trained / "dev.spacy", tmp_path / "new", mode, *wish)
    result = run(*args, "--decoder", decoder)
    assert result.exit_code == 0, result.output
    scores = evaluate(tmp_path / "new", trained / "dev.spacy")
    key = wish[0][2]
    assert scores[f"ents_{key}"] >= wish[1]
    if mode == "--per-label":
        assert all(of_label[key] >= wish[1] for of_label in scores["ents_per_type"].values())
    ner = spacy.load(tmp_path / "new").get_pipe("lstm_ner")
    config = Config().from_disk(tmp_path / "new" / "config.cfg")["components"]["lstm_ner"]
    assert config["threshold"] == ner.cfg["threshold"] is not None
    assert config["decoder"] == ner.cfg["decoder"] == decoder
    assert isinstance(config["threshold"], dict) == (mode == "--per-label")


def test_best_f1_is_the_best(trained, tmp_path):
    result = run(
        trained / "model", trained / "dev.spacy", tmp_path / "new", "--best-f1", "--global"
    )
    assert result.exit_code == 0, result.output
    best = evaluate(tmp_path / "new", trained / "dev.spacy")["ents_f"]
    assert best >= evaluate(trained / "model", trained / "dev.spacy")["ents_f"]
    nlp = spacy.load(tmp_path / "new")
    for value in (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        nlp.get_pipe("lstm_ner").cfg["threshold"] = value
        assert nlp.evaluate(list(Corpus(trained / "dev.spacy")(nlp)))["ents_f"] <= best


def test_table_and_figures_say_what_the_pipeline_does(trained, tmp_path):
    result = run(
        *(trained / "model", trained / "dev.spacy", tmp_path / "new", "--precision", 0.85),
        *("--test", trained / "test.spacy", "--json", tmp_path / "new.json"),
    )
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "new.json").read_text(encoding="utf8"))
    rows = {row.split()[0]: row.split() for row in result.output.splitlines() if row.strip()}
    for part in ("dev", "test"):
        for path, time in ((trained / "model", "before"), (tmp_path / "new", "after")):
            scores = evaluate(path, trained / f"{part}.spacy")
            found = figures[time][part]
            for key in ("ents_p", "ents_r", "ents_f"):
                assert found[key] == pytest.approx(scores[key])
            if time == "after":
                for label in ("GPE", "PERSON"):
                    of_label = scores["ents_per_type"][label]
                    shown = [f"{100 * of_label[key]:.1f}" for key in "prf"]
                    place = {"dev": 2, "test": 7}[part]
                    assert rows[label][place : place + 3] == shown
    assert float(rows["GPE"][1]) == pytest.approx(figures["threshold"]["GPE"])


def test_an_override_of_the_config_holds(trained, tmp_path):
    args = (trained / "model", trained / "dev.spacy", tmp_path / "new", "--precision", 0.85)
    assert run(*args, "--global").exit_code == 0
    before = confidences(trained / "model", trained / "dev.spacy")
    lifted = confidences(tmp_path / "new", trained / "dev.spacy", threshold=None)
    assert lifted == before != confidences(tmp_path / "new", trained / "dev.spacy")


def test_thresholds_are_chosen_anew(trained, tmp_path):
    data = trained / "dev.spacy"
    assert run(trained / "model", data, tmp_path / "one", "--precision", 0.85).exit_code == 0
    assert run(tmp_path / "one", data, tmp_path / "two", "--best-f1").exit_code == 0
    assert run(trained / "model", data, tmp_path / "three", "--best-f1").exit_code == 0
    two, three = (
        spacy.load(tmp_path / name).get_pipe("lstm_ner").cfg["threshold"]
        for name in ("two", "three")
    )
    assert two == three


@pytest.mark.parametrize("decoder", ["viterbi", "max_expected"])
def test_preset_entities_stay_whatever_the_threshold(trained, tmp_path, decoder):
    nlp = spacy.load(trained / "model")
    ruler = nlp.add_pipe("entity_ruler", before="lstm_ner")
    ruler.add_patterns([{"label": "GPE", "pattern": "Rome"}])
    nlp.to_disk(tmp_path / "model")
    args = (tmp_path / "model", trained / "dev.spacy", tmp_path / "new", "--precision", 0.855)
    result = run(*args, "--decoder", decoder, "--global")
    assert result.exit_code == 0, result.output
    scores = evaluate(tmp_path / "new", trained / "dev.spacy")
    assert scores["ents_p"] >= 0.85
    assert [ent.text for ent in spacy.load(tmp_path / "new")("Rome").ents] == ["Rome"]


def test_recall_out_of_reach(trained, tmp_path):
    args = (trained / "model", trained / "dev.spacy", tmp_path / "new", "--recall", 0.99)
    result = run(*args)
    assert result.exit_code == 1
    assert "No threshold reaches a recall of 0.99" in words(result)
    assert "use --decoder max_expected" in words(result)
    result = run(*args, "--decoder", "max_expected", "--global")
    assert result.exit_code == 1
    assert "The greatest within reach: all labels 0." in words(result)
    assert "use --decoder" not in words(result)
    assert not (tmp_path / "new").exists()


def test_labels_without_evidence(trained, tmp_path):
    nlp = spacy.load(trained / "model")
    ner = nlp.get_pipe("lstm_ner")
    ner.add_label("XYZ")
    bias = ner.model.get_ref("emissions").get_param("b")
    bias[-4:] = -100  # never found
    nlp.to_disk(tmp_path / "model")
    result = run(tmp_path / "model", trained / "dev.spacy", tmp_path / "new", "--best-f1")
    assert result.exit_code == 0, result.output
    assert "No threshold of their own for XYZ" in words(result)
    threshold = spacy.load(tmp_path / "new").get_pipe("lstm_ner").cfg["threshold"]
    assert list(threshold) == ["GPE", "PERSON"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "No wishes were given, expected exactly one"),
        (("--best-f1", "--recall", 0.5), "2 wishes were given, expected exactly one"),
        (("--precision", 1.2), "--precision was given 1.2, expected a number w with 0 < w"),
        (("--recall", 0), "--recall was given 0.0"),
        (("--recall", "nan"), "--recall was given nan"),
        (("--best-f1", "--decoder", "beam"), "Unknown decoder 'beam', expected one of"),
        (("--best-f1", "--component", "x"), "'x' is no component lstm_ner"),
    ],
)
def test_wishes_that_make_no_sense(trained, tmp_path, options, message):
    result = run(trained / "model", trained / "dev.spacy", tmp_path / "new", *options)
    assert result.exit_code == 1
    assert message in words(result)
    assert not (tmp_path / "new").exists()


def test_data_that_cannot_be_used(trained, tmp_path):
    empty = write(tmp_path / "empty.spacy", [])
    result = run(trained / "model", empty, tmp_path / "new", "--best-f1")
    assert result.exit_code == 1
    assert "none of its 0 documents" in words(result)


@pytest.mark.parametrize("label", ["a=b", "a:b", "#a", "[a]"])
def test_labels_that_cannot_stand_in_a_config(tmp_path, label):
    nlp = spacy.blank("en")
    docs = make_docs(nlp.vocab, 20, 0, 0.1)
    for doc in docs:
        doc.ents = [Span(doc, ent.start, ent.end, label=label) for ent in doc.ents]
    nlp.add_pipe("lstm_ner", config=SMALL)
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(10):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(tmp_path / "model")
    data = write(tmp_path / "dev.spacy", docs)
    result = run(tmp_path / "model", data, tmp_path / "new", "--best-f1")
    assert result.exit_code == 1
    assert f"cannot stand in config.cfg: the labels {label!r}" in words(result)
    assert run(tmp_path / "model", data, tmp_path / "new", "--best-f1", "--global").exit_code == 0


def test_figure(trained, tmp_path):
    pytest.importorskip("matplotlib")
    args = (trained / "model", trained / "dev.spacy", tmp_path / "new", "--precision", 0.85)
    result = run(*args, "--plot", tmp_path / "figures" / "pr.svg")
    assert result.exit_code == 0, result.output
    threshold = spacy.load(tmp_path / "new").get_pipe("lstm_ner").cfg["threshold"]
    svg = (tmp_path / "figures" / "pr.svg").read_text(encoding="utf8")
    assert "ALL: chosen for each" in svg and f"PERSON: {threshold['PERSON']:g}" in svg
