import json

import pytest
from spacy.cli._util import app
from spacy.tokens import Doc, DocBin, Span
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "compare", *map(str, args)])


def words(result):
    return " ".join(result.output.split())


def write(path, nlp, data):
    docs = []
    for text, ents in data:
        doc = Doc(nlp.vocab, words=text.split())
        doc.set_ents([Span(doc, *ent) for ent in ents], default="outside")
        docs.append(doc)
    DocBin(docs=docs).to_disk(path)
    return path


@pytest.fixture
def models(tmp_path, nlp):
    """One finds Rome, the other New York."""
    for name in ("Rome", "New York"):
        ruler = nlp.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": "GPE", "pattern": name}])
        nlp.to_disk(tmp_path / name[:3])
        nlp.remove_pipe("entity_ruler")
    return tmp_path / "Rom", tmp_path / "New"


@pytest.fixture
def data(tmp_path, nlp):
    ents = [(0, 2, "GPE"), (3, 4, "GPE")]
    return write(tmp_path / "data.spacy", nlp, [("New York beats Rome", ents), ("York is old", [])])


def test_models_beside_baselines(models, data, tmp_path, nlp):
    train = write(
        tmp_path / "train.spacy",
        nlp,
        [("New York", [(0, 2, "GPE")]), ("Old York", [(0, 2, "GPE")]), ("Rome", [])],
    )
    output = tmp_path / "new" / "table.json"
    result = run(data, *models, "--train", train, "--published", "a paper=0.9544", "-o", output)
    assert result.exit_code == 0, result.output
    rows = json.loads(output.read_text("utf8"))["rows"]
    names = ["all O", "most frequent tag", "a paper", *map(str, models)]
    assert [row["name"] for row in rows] == names
    of = {row["name"]: row["scores"] for row in rows}
    # The tags are B I O B, O O O.
    assert of["all O"] == pytest.approx(
        {"ents_tag_acc": 4 / 7, "ents_p": 0, "ents_r": 0, "ents_f": 0}
    )
    # New is B and York I wherever they stand, so York alone is an entity that is not there.
    assert of["most frequent tag"] == pytest.approx(
        {"ents_tag_acc": 5 / 7, "ents_p": 0.5, "ents_r": 0.5, "ents_f": 0.5}
    )
    assert of["a paper"] == {"ents_tag_acc": 0.9544}
    assert [of[str(model)]["ents_tag_acc"] for model in models] == pytest.approx([5 / 7, 6 / 7])
    assert [of[str(model)]["ents_r"] for model in models] == [0.5, 0.5]
    lines = [line.split() for line in result.output.splitlines()]
    assert ["most", "frequent", "tag", "71.43", "50.00", "50.00", "50.00", "–"] in lines
    assert ["a", "paper", "95.44", "–", "–", "–", "–"] in lines


def test_without_training_data_there_is_no_most_frequent_tag(models, data):
    result = run(data, models[0])
    assert result.exit_code == 0, result.output
    assert "all O" in result.output and "most frequent" not in result.output


def test_a_text_of_ones_own(models, data, tmp_path):
    output = tmp_path / "table.json"
    result = run(data, *models, "--text", "Trains from Rome", "--output", output)
    assert "Trains from Rome" in words(result)
    assert f"{models[0]}: Rome (GPE)" in words(result)
    assert f"{models[1]}: no entities" in words(result)
    content = json.loads(output.read_text("utf8"))
    assert content["entities"][str(models[0])] == [{"text": "Rome", "label": "GPE"}]


@pytest.mark.parametrize("figure", ["0.95", "a paper=", "a paper=95.4", "=0.5"])
def test_bad_figure(models, data, figure):
    result = run(data, models[0], "--published", figure)
    assert result.exit_code == 1
    assert f"--published was given '{figure}'" in words(result)


def test_data_without_annotation(models, tmp_path, nlp):
    DocBin(docs=[nlp.make_doc("Ann is in Rome")]).to_disk(tmp_path / "plain.spacy")
    result = run(tmp_path / "plain.spacy", models[0])
    assert result.exit_code == 1
    assert "none of its 1 documents says anything about entities" in words(result)


def test_training_data_that_teaches_nothing(models, data, tmp_path, nlp):
    """It would be the baseline all O under another name."""
    missing = run(data, models[0], "--train", tmp_path / "nowhere.spacy")
    assert missing.exit_code == 2 and "does not exist" in words(missing)
    bare = DocBin(docs=[nlp.make_doc("no entities known")])
    bare.to_disk(tmp_path / "bare.spacy")
    result = run(data, models[0], "--train", tmp_path / "bare.spacy")
    assert result.exit_code == 1 and "none of its 1 documents" in words(result)
