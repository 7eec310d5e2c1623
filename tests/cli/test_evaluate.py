import json
from html import escape

import pytest
import spacy
from spacy import displacy
from spacy.cli._util import app
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "evaluate", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture
def model(tmp_path, nlp):
    """Finds Rome and Paris, wherever they stand."""
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "GPE", "pattern": name} for name in ("Rome", "Paris")])
    nlp.to_disk(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def data(tmp_path, nlp):
    docs = []
    for text, ents in [
        ("Ann is in Rome", [(3, 4, "GPE")]),
        ("Ann saw Paris Match in Rome <b>", [(0, 1, "PERSON"), (2, 4, "ORG"), (5, 6, "ORG")]),
        ("Paris is large", []),
    ]:
        doc = Doc(nlp.vocab, words=text.split())
        doc.set_ents([Span(doc, *ent) for ent in ents], default="outside")
        docs.append(doc)
    DocBin(docs=docs).to_disk(tmp_path / "data.spacy")
    return tmp_path / "data.spacy"


def test_metrics(model, data, tmp_path):
    result = run(model, data, "--output", tmp_path / "new" / "metrics.json")
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines()]
    assert ["ALL", "25.0", "25.0", "25.0", *"4411010011"] in rows
    assert ["PERSON", "0.0", "0.0", "0.0", *"1000000010"] in rows
    assert "3 documents, 14 words" in words(result)
    # Wrong: Ann, Paris, Match, Rome as GPE, and Paris where it is no entity.
    assert rows.count(["predicted", "64.29", "what", "the", "pipeline", "finds"]) == 1
    assert ["all", "O", "64.29", "no", "entities", "at", "all"] in rows
    assert "token accuracy % 14 tokens with a gold tag predicted" in words(result)
    assert "most frequent tag – not known: the pipeline has kept no tags" in words(result)
    metrics = json.loads((tmp_path / "new" / "metrics.json").read_text(encoding="utf8"))
    assert metrics["ents_tag_acc"] == metrics["ents_tag_acc_all_o"] == pytest.approx(9 / 14)
    assert metrics["ents_tag_acc_most_frequent"] is None
    assert (metrics["tags_counted"], metrics["tags_masked"]) == (14, 0)
    nlp = spacy.load(model)
    scores = nlp.evaluate(list(spacy.training.Corpus(data)(nlp)))
    for key in ("ents_p", "ents_r", "ents_f", "ents_per_type"):
        assert metrics[key] == scores[key]
    assert metrics["counts_per_type"]["ORG"]["both"] == 1
    assert metrics["counts_per_type"]["ORG"]["label"] == 1
    assert metrics["counts_per_type"]["GPE"]["spurious"] == 1
    assert metrics["speed"] > 0


def test_page_shows_the_worst_documents_first(model, data, tmp_path):
    result = run(model, data, "--html", tmp_path / "new" / "page.html", "--limit", 2)
    assert result.exit_code == 0, result.output
    assert "Page with 2 of 3 documents" in words(result)
    page = (tmp_path / "new" / "page.html").read_text(encoding="utf8")
    assert page.index("Document 2 ") < page.index("Document 3 ")
    assert "Document 1 " not in page
    assert f"Entities of {escape(str(model))} (en_pipeline 0.0.0) on data.spacy" in page
    assert "a merged error counts for each of its gold ones" in page
    assert "&lt;b&gt;" in page and "<b>\n" not in page
    assert "<q>Paris Match</q> <b>ORG</b>" in page and "<q>Paris</q> <b>GPE</b>" in page


def test_the_baseline_of_the_training_words(tmp_path, data, nlp):
    """The last lstm_ner counts, as in spaCy. Rome is GPE once and ORG once, in another place."""
    first, last = (nlp.add_pipe("lstm_ner", name=name) for name in ("first", "last"))
    docs = list(DocBin().from_disk(data).get_docs(nlp.vocab))
    docs[0].set_ents([], missing=[docs[0][0:3]], default="unmodified")
    DocBin(docs=docs).to_disk(data)
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc) for doc in docs])
    first.cfg["most_frequent_tags"] = {}
    assert last.cfg["most_frequent_tags"] == {"Ann": "B-PERSON", "Match": "I-ORG", "Rome": "B-GPE"}
    nlp.to_disk(tmp_path / "two")
    files = ["--output", tmp_path / "metrics.json", "--html", tmp_path / "page.html"]
    result = run(tmp_path / "two", data, *files)
    assert result.exit_code == 0, result.output
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf8"))
    # Of eleven tokens, the first Paris and the second Rome are wrong in the table.
    assert (metrics["tags_counted"], metrics["tags_masked"]) == (11, 3)
    assert metrics["ents_tag_acc_most_frequent"] == pytest.approx(9 / 11)
    assert metrics["ents_tag_acc_all_o"] == pytest.approx(6 / 11)
    nlp = spacy.load(tmp_path / "two")
    scores = nlp.evaluate(list(spacy.training.Corpus(data)(nlp)))
    for key in ("ents_tag_acc", "ents_tag_acc_all_o", "ents_tag_acc_most_frequent"):
        assert metrics[key] == pytest.approx(scores[key])
    page = (tmp_path / "page.html").read_text(encoding="utf8")
    for shown in (words(result), page):
        assert "11 tokens with a gold tag, 3 without left out" in shown
        assert "81.82" in shown and "54.55" in shown
    assert "each word as most often in training, unknown words O" in page


def test_data_without_annotation(model, tmp_path, nlp):
    DocBin(docs=[nlp.make_doc("Ann is in Rome")]).to_disk(tmp_path / "plain.spacy")
    result = run(model, tmp_path / "plain.spacy")
    assert result.exit_code == 1
    assert "none of its 1 documents says anything about entities" in words(result)


def test_unknown_model(data):
    result = run("no_such_model", data)
    assert result.exit_code == 1
    assert "no_such_model" in words(result)


def test_displacy_page(model, data, tmp_path):
    """The one that spaCy writes where a component's factory is `ner`."""
    nlp = spacy.load(model)
    folder = tmp_path / "new" / "pages"
    result = run(model, data, "--displacy-path", folder, "--displacy-limit", 2)
    assert result.exit_code == 0, result.output
    docs = [nlp(doc.text) for doc in DocBin().from_disk(data).get_docs(nlp.vocab)]
    docs[0].user_data["title"] = str(model)
    page = (folder / "entities.html").read_text(encoding="utf8")
    assert page == displacy.render(docs[:2], style="ent", page=True)
    assert page.count(">GPE<") == page.count("<mark") == 3 and "Paris is large" not in page
