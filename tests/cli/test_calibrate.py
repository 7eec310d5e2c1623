import json
import shutil

import numpy
import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from thinc.api import Config
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.evaluation.calibration import calibration_metrics

from .noisy import confidences, make_docs, train, write


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "calibrate", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train(spacy.blank("en"), tmp_path_factory.mktemp("calibrate"))


@pytest.fixture(scope="module")
def calibrated(trained):
    result = run(
        *(trained / "model", trained / "dev.spacy", trained / "new" / "calibrated"),
        *("--test", trained / "test.spacy", "--json", trained / "new" / "figures.json"),
    )
    assert result.exit_code == 0, result.output
    assert "maps for 2 labels" in words(result)
    return trained / "new" / "calibrated"


def flat(docs, column):
    return [row[column] for doc in docs for row in doc]


def test_entities_stay_and_confidences_move(trained, calibrated):
    before = confidences(trained / "model", trained / "test.spacy")
    after = confidences(calibrated, trained / "test.spacy")
    assert [[row[:3] for row in doc] for doc in before] == [
        [row[:3] for row in doc] for doc in after
    ]
    assert len(flat(before, 0)) > 80
    assert max(abs(numpy.subtract(flat(before, 3), flat(after, 3)))) > 0.1


def test_figures_are_those_of_the_saved_pipeline(trained, calibrated):
    figures = json.loads((trained / "new" / "figures.json").read_text(encoding="utf8"))
    for path, time in ((trained / "model", "before"), (calibrated, "after")):
        found = confidences(path, trained / "test.spacy")
        p, right = numpy.array(flat(found, 3)), numpy.array(flat(found, 4))
        want = pytest.approx(calibration_metrics(p, right), abs=1e-4)
        assert figures["test"]["entities"][time] == want
    for part in ("dev", "test"):
        for kind in ("entities", "candidates"):
            before, after = (figures[part][kind][time] for time in ("before", "after"))
            # Not the ECE: so few spans show about the one by chance, before and after.
            assert after["brier"] < before["brier"] and after["nll"] < before["nll"]
    assert figures["calibration"]["temperature"] > 1.2


def test_one_option_undoes_it(trained, calibrated):
    before = confidences(trained / "model", trained / "test.spacy")
    undone = confidences(calibrated, trained / "test.spacy", calibrated=False)
    assert flat(undone, 3) == pytest.approx(flat(before, 3), abs=1e-6)
    config = Config().from_disk(calibrated / "config.cfg")
    assert config["components"]["lstm_ner"]["calibrated"] is True


def test_calibrating_again_starts_anew(trained, calibrated, tmp_path):
    assert run(calibrated, trained / "dev.spacy", tmp_path / "again").exit_code == 0
    stored = [
        spacy.load(path).get_pipe("lstm_ner").cfg["calibration"]
        for path in (calibrated, tmp_path / "again")
    ]
    assert stored[0] == stored[1]


def test_without_maps(trained, tmp_path):
    result = run(trained / "model", trained / "dev.spacy", tmp_path / "new", "--no-maps")
    assert result.exit_code == 0, result.output
    stored = spacy.load(tmp_path / "new").get_pipe("lstm_ner").cfg["calibration"]
    assert stored["maps"] == {}
    assert "No map" not in words(result)


def test_rare_labels_have_no_map_and_thresholds_get_stale(trained, tmp_path):
    nlp = spacy.load(trained / "model")
    nlp.get_pipe("lstm_ner").cfg["threshold"] = 0.5
    nlp.to_disk(tmp_path / "model")
    few = write(tmp_path / "few.spacy", make_docs(nlp.vocab, 6, 1, 0.4))
    result = run(tmp_path / "model", few, tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert "No map of their own for GPE, PERSON: fewer than 20 right" in words(result)
    assert "Choose them again" in words(result)


def test_preset_entities_are_not_judged(trained, tmp_path):
    nlp = spacy.load(trained / "model")
    ruler = nlp.add_pipe("entity_ruler", before="lstm_ner")
    ruler.add_patterns([{"label": "GPE", "pattern": "Rome"}, {"label": "XYZ", "pattern": "Ada"}])
    nlp.to_disk(tmp_path / "model")
    args = (tmp_path / "new", "--json", tmp_path / "figures.json")
    result = run(tmp_path / "model", trained / "dev.spacy", *args)
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf8"))
    gold = DocBin().from_disk(trained / "dev.spacy").get_docs(nlp.vocab)
    docs = [nlp(doc.text) for doc in gold]
    preset = {name for doc in docs for name in ("Rome", "Ada") if name in doc.text}
    assert preset == {"Rome", "Ada"}
    found = [ent for doc in docs for ent in doc.ents if not {"Rome", "Ada"} & {t.text for t in ent}]
    assert figures["dev"]["entities"]["before"]["spans"] == len(found)


def test_figure(trained, tmp_path):
    pytest.importorskip("matplotlib")
    figure = tmp_path / "new" / "reliability.svg"
    result = run(trained / "model", trained / "dev.spacy", tmp_path / "out", "--plot", figure)
    assert result.exit_code == 0, result.output
    svg = figure.read_text(encoding="utf8")
    assert "Confidence of entities in dev" in svg and "Confidence of candidates in dev" in svg


def test_output_is_not_written_over(trained, tmp_path):
    args = (trained / "model", trained / "dev.spacy", tmp_path)
    (tmp_path / "precious.txt").write_text("x")
    result = run(*args)
    assert result.exit_code == 1
    assert "is not empty" in words(result) and "--force" in words(result)
    assert run(*args, "--force").exit_code == 0
    assert spacy.load(tmp_path).get_pipe("lstm_ner").cfg["calibration"]


def test_data_that_cannot_be_used(trained, tmp_path):
    nlp = spacy.blank("en")
    plain = write(tmp_path / "plain.spacy", [nlp.make_doc("Ada left")])
    assert "none of its 1 documents" in words(run(trained / "model", plain, tmp_path / "new"))
    empty = write(tmp_path / "empty.spacy", [])
    assert "none of its 0 documents" in words(run(trained / "model", empty, tmp_path / "new"))
    few = write(tmp_path / "few.spacy", make_docs(nlp.vocab, 4, 1, 0.4))
    result = run(trained / "model", few, tmp_path / "new")
    assert "has 4 documents, expected at least 5" in words(result)
    assert result.exit_code == 1
    assert not (tmp_path / "new").exists()


def test_component_is_found_by_name(trained, tmp_path):
    blank = spacy.blank("en")
    blank.add_pipe("sentencizer")
    blank.to_disk(tmp_path / "blank")
    data = trained / "dev.spacy"
    assert "no component lstm_ner; its components are sentencizer" in words(
        run(tmp_path / "blank", data, tmp_path / "new")
    )
    nlp = spacy.load(trained / "model")
    nlp.add_pipe("lstm_ner", name="second", source=spacy.load(trained / "model"))
    nlp.to_disk(tmp_path / "two")
    result = words(run(tmp_path / "two", data, tmp_path / "new"))
    assert "has 2 components lstm_ner: lstm_ner, second. Name one" in result
    result = words(run(tmp_path / "two", data, tmp_path / "new", "--component", "third"))
    assert "'third' is no component lstm_ner" in result
    assert run(tmp_path / "two", data, tmp_path / "new", "--component", "lstm_ner").exit_code == 0
    both = spacy.load(tmp_path / "new")
    assert both.get_pipe("lstm_ner").cfg["calibration"] is not None
    assert both.get_pipe("second").cfg["calibration"] is None


def test_a_model_that_has_diverged(trained, tmp_path):
    shutil.copytree(trained / "model", tmp_path / "model")
    nlp = spacy.load(tmp_path / "model")
    model = nlp.get_pipe("lstm_ner").model
    for node in model.walk():
        for name in node.param_names:
            node.set_param(name, numpy.full_like(node.get_param(name), numpy.nan))
    nlp.to_disk(tmp_path / "model")
    result = run(tmp_path / "model", trained / "dev.spacy", tmp_path / "new")
    assert result.exit_code == 1
    assert "not all finite numbers" in words(result)
