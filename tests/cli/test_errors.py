import json
import re
from html import escape

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.cli.component import pipeline_title
from spacy_lstm_ner.cli.errors import choose_component

from ..pipeline.helpers import train_unsure

RECORDS = [
    {
        "text": "Ann is in Rome.",
        "spans": [{"start": 10, "end": 14, "label": "GPE"}],
        "id": "a",
        "meta": {"register": "formal"},
    },
    {
        "text": "Ann saw Paris Match in Rome. Well.",
        "spans": [
            {"start": 0, "end": 3, "label": "PERSON"},
            {"start": 8, "end": 19, "label": "ORG"},
            {"start": 23, "end": 27, "label": "ORG"},
        ],
        "sentences": [[0, 28], [29, 34]],
        "meta": {"register": "<b>"},
    },
]


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "errors", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


def write_jsonl(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf8")
    return path


@pytest.fixture
def model(tmp_path, nlp):
    """Finds Rome and Paris, wherever they stand."""
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "GPE", "pattern": name} for name in ("Rome", "Paris")])
    nlp.to_disk(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def data(tmp_path):
    return write_jsonl(tmp_path / "data.jsonl", RECORDS)


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """A pipeline that sets Paris first and asks lstm_ner about the rest."""
    nlp = train_unsure()
    ruler = nlp.add_pipe("entity_ruler", before="lstm_ner")
    ruler.add_patterns([{"label": "GPE", "pattern": "Paris"}])
    path = tmp_path_factory.mktemp("ours") / "model"
    nlp.to_disk(path)
    return path


def test_all_tables(model, data, tmp_path):
    train = write_jsonl(tmp_path / "train.jsonl", RECORDS[:1])
    result = run(model, data, "--train", train, "--json", tmp_path / "new" / "errors.json")
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines()]
    heads = ["gold", "pred", "corr", "lab", "bnd", "both", "spl", "merg", "miss", "spur"]
    assert ["P", "R", "F", *heads] in rows
    assert ["ALL", "33.3", "25.0", "28.6", *"4311010010"] in rows
    assert ["GPE", "33.3", "100.0", "50.0", *"1310000000"] in rows
    assert ["PERSON", "0.0", "0.0", "0.0", *"1000000010"] in rows
    assert ["formal", "100.0", "100.0", "100.0", *"1110000000"] in rows
    assert ["seen", "50.0", "100.0", "66.7", *"1210000000"] in rows
    assert ["ORG", "2", "·", "·", "·"] in rows
    assert "Document 2, sentence 1 (<b>)" in result.output
    assert "gold: [Ann PERSON] saw [Paris Match ORG] in [Rome ORG]." in words(result)
    assert "predicted: Ann saw [Paris GPE] Match in [Rome GPE]." in words(result)
    assert "[≠] label and boundary: Paris Match ORG → Paris GPE" in words(result)
    assert "Confidence is left out" in words(result)
    record = json.loads((tmp_path / "new" / "errors.json").read_text(encoding="utf8"))
    nlp = spacy.load(model)
    DocBin(docs=gold_docs(nlp, data)).to_disk(tmp_path / "data.spacy")
    scores = nlp.evaluate(list(spacy.training.Corpus(tmp_path / "data.spacy")(nlp)))
    for key in "prf":
        assert record["total"][key] == pytest.approx(scores[f"ents_{key}"])
    assert record["kinds"]["missed"] == 1
    seen = {part: counts["gold"]["total"] for part, counts in record["seen"].items()}
    assert seen == {"seen": 1, "other label": 1, "unseen": 2}
    assert [sentence["doc"] for sentence in record["sentences"]] == [2]


def gold_docs(nlp, path):
    for line in path.read_text(encoding="utf8").splitlines():
        record = json.loads(line)
        doc = nlp.make_doc(record["text"])
        spans = [doc.char_span(it["start"], it["end"], label=it["label"]) for it in record["spans"]]
        doc.set_ents(spans, default="outside")
        yield doc


def test_fits_80_columns(model, data):
    plain = re.sub(r"\x1b\[[\d;]*m", "", run(model, data, "--train", data).output)
    assert [line for line in plain.splitlines() if len(line) > 80] == []


def test_many_labels_are_listed(model, tmp_path):
    spans = [{"start": i, "end": i + 1, "label": f"LONG_LABEL_{i:02}"} for i in range(0, 60, 2)]
    text = "x " * 30 + "in Rome"
    data = write_jsonl(tmp_path / "many.jsonl", [{"text": text, "spans": spans}])
    result = run(model, data)
    assert "Labels that are confused most often" in result.output
    assert "LONG_LABEL_00" in result.output and "none" in result.output


def test_a_label_that_is_only_predicted(tmp_path, nlp):
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "NEW", "pattern": "Ann"}])
    nlp.to_disk(tmp_path / "model")
    result = run(tmp_path / "model", write_jsonl(tmp_path / "data.jsonl", RECORDS))
    assert ["NEW", "0.0", "0.0", "0.0", *"0200000001"] in [
        line.split() for line in result.output.splitlines()
    ]


def test_texts_do_not_steer_the_terminal(model, tmp_path):
    evil = "Rome\x1b[2J\x07"
    record = {"text": f"{evil} saw Rome.", "spans": [{"start": 0, "end": 9, "label": "A\x1bB"}]}
    record |= {"id": evil, "meta": {"register": evil}}
    result = run(model, write_jsonl(tmp_path / "data.jsonl", [record]))
    assert result.exit_code == 0, result.output
    assert set(re.findall(r"\x1b\[(.)", result.output)) <= {"3", "1", "0"}  # colours of wasabi
    assert "\x1b[2J" not in result.output and "\x07" not in result.output
    assert "Document 1 (Rome\\x1b[2J\\x07, Rome\\x1b[2J\\x07)" in result.output
    assert "A\\x1bB" in result.output


def test_converted_data_keep_their_register(model, data, tmp_path):
    converted = tmp_path / "data.spacy"
    args = ["lstm-ner", "convert", str(data), str(converted)]
    assert CliRunner().invoke(app, args).exit_code == 0
    one, other = run(model, data), run(model, converted)
    assert other.exit_code == 0 and "By register" in other.output
    assert one.output == other.output


def test_page(model, data, tmp_path):
    result = run(model, data, "--html", tmp_path / "new" / "page.html", "--limit", 1)
    assert result.exit_code == 0, result.output
    assert "Page with 1 of 1 sentences" in words(result)
    page = (tmp_path / "new" / "page.html").read_text(encoding="utf8")
    assert f"Errors of {escape(str(model))} (en_pipeline 0.0.0) on data.jsonl" in page
    assert "Document 2, sentence 1 (&lt;b&gt;)" in page


def test_confidence_is_that_of_the_component_alone(ours, tmp_path):
    text = "Paris saw Ada Lovelace and New York"
    spans = [(0, 5, "GPE"), (10, 13, "PERSON"), (14, 22, "DATE")]
    given = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    data = write_jsonl(tmp_path / "data.jsonl", [{"text": text, "spans": given}])
    result = run(ours, data, "--json", tmp_path / "errors.json")
    assert result.exit_code == 0, result.output
    (sentence,) = json.loads((tmp_path / "errors.json").read_text(encoding="utf8"))["sentences"]
    nlp = spacy.load(ours)
    ner = nlp.get_pipe("lstm_ner")
    with nlp.select_pipes(disable="lstm_ner"):
        doc = nlp(text)
    found = ner.analyse([doc]).likely_spans(1e-9)
    expected = {
        (start, end, ner.labels[label]): probability
        for start, end, label, probability in zip(
            found.starts.tolist(),
            found.ends.tolist(),
            found.labels.tolist(),
            found.probabilities.tolist(),
        )
    }
    listed = {}
    for match in sentence["matches"]:
        for ent in match["gold"] + match["predicted"]:
            span = doc.char_span(ent["start"], ent["end"])
            listed[span.start, span.end, ent["label"]] = ent["probability"]
    assert len(listed) > 3
    for key, probability in listed.items():
        assert probability == pytest.approx(expected.get(key, 0.0), abs=1e-4)
    assert listed[0, 1, "GPE"] == 1.0  # preset
    assert listed[3, 4, "DATE"] == 0.0  # no label of the component
    assert any(0.05 < probability < 0.95 for probability in listed.values())


def test_the_component_is_the_one_that_is_named_or_the_only_one(nlp):
    assert choose_component(nlp, None) is None
    first = nlp.add_pipe("lstm_ner", name="first")
    assert choose_component(nlp, None) is first
    second = nlp.add_pipe("lstm_ner", name="second")
    assert choose_component(nlp, None) is None
    assert choose_component(nlp, "second") is second


def test_a_package_has_a_name_that_says_enough(nlp):
    nlp.meta.update(name="news", version="1.2.0")
    assert pipeline_title(nlp, "en_news") == "en_news 1.2.0"
    assert pipeline_title(nlp, "runs/en_news") == "runs/en_news (en_news 1.2.0)"


def test_empty_documents_keep_their_number(ours, tmp_path):
    empty = {"text": "", "spans": []}
    record = {"text": "Paris fell", "spans": [{"start": 6, "end": 10, "label": "GPE"}]}
    data = write_jsonl(tmp_path / "data.jsonl", [empty, record])
    assert run(ours, data, "--json", tmp_path / "errors.json").exit_code == 0
    found = json.loads((tmp_path / "errors.json").read_text(encoding="utf8"))
    assert [sentence["doc"] for sentence in found["sentences"]] == [2]


def test_no_errors(model, data, tmp_path):
    data = write_jsonl(tmp_path / "right.jsonl", RECORDS[:1])
    result = run(model, data, "--html", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    assert "0 errors in 0 sentences" in result.output
    assert "Worst sentences" not in result.output


def test_missing_annotation_counts_neither_way(model, tmp_path):
    record = {**RECORDS[0], "text": "Ann is in Rome. Paris", "missing": [[16, 21]]}
    data = write_jsonl(tmp_path / "data.jsonl", [record, RECORDS[1]])
    assert run(model, data, "--json", tmp_path / "errors.json").exit_code == 0
    record = json.loads((tmp_path / "errors.json").read_text(encoding="utf8"))
    assert (record["kinds"]["not_counted"], record["kinds"]["spurious"]) == (1, 0)
    assert record["total"]["predicted"]["total"] == 3


def test_tables_that_cannot_be_made_are_named(model, tmp_path):
    plain = [{"text": it["text"], "spans": it["spans"]} for it in RECORDS]
    result = run(model, write_jsonl(tmp_path / "data.jsonl", plain))
    assert result.exit_code == 0
    assert "No table by register" in words(result) and "No table of seen" in words(result)


def test_what_does_not_fit_is_listed(model, tmp_path):
    bad = {"text": "In Rome.", "spans": [{"start": 3, "end": 5, "label": "GPE"}]}
    result = run(model, write_jsonl(tmp_path / "data.jsonl", [*RECORDS, bad]))
    assert "data.jsonl:3: misaligned" in result.output


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("x.jsonl", "", "gave no document"),
        ("x.spacy", "no docs", "is no .spacy file"),
        ("x.jsonl", '{"text": "Rome", "spans": []}', "1 documents and not one entity"),
        (
            "x.jsonl",
            '{"text": "Ann", "spans": [{"start": 0, "end": 3, "label": "A"}]}',
            "The pipeline (entity_ruler) found no entity in 1 documents with 1 gold entities",
        ),
    ],
)
def test_data_that_cannot_be_analysed(model, tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content, encoding="utf8")
    result = run(model, path)
    assert result.exit_code == 1
    assert message in words(result)


def test_training_data_without_entities(model, data, tmp_path):
    train = write_jsonl(tmp_path / "train.jsonl", [{"text": "Rome", "spans": []}])
    result = run(model, data, "--train", train)
    assert result.exit_code == 1
    assert "train.jsonl was given as what the pipeline was trained on (--train)" in words(result)
    assert "its 1 documents have not one entity" in words(result)


def test_unknown_component(ours, data):
    result = run(ours, data, "--component", "entity_ruler")
    assert result.exit_code == 1
    assert "'entity_ruler' is no component lstm_ner" in words(result)


def test_unknown_model(data):
    result = run("no_such_model", data)
    assert result.exit_code == 1
    assert "no_such_model" in words(result)
