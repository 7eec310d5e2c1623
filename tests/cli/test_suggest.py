import json

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.data.jsonl import read_jsonl

from ..pipeline.helpers import SMALL, train_unsure

TEXTS = [
    "Paris saw Ada Lovelace",
    "He likes tea",
    "Ada likes New York and Paris saw Lovelace",
    "tea",
    "Ada likes New York and Paris saw Lovelace",
    "London likes tea with Ada Smith",
]


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "suggest", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


def records_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]


@pytest.fixture(scope="module")
def nlp():
    return train_unsure()


@pytest.fixture(scope="module")
def model(nlp, tmp_path_factory):
    path = tmp_path_factory.mktemp("model")
    nlp.to_disk(path)
    return path


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.jsonl"
    lines = [json.dumps({"text": text, "meta": {"n": i}}) for i, text in enumerate(TEXTS)]
    path.write_text("\n".join(lines), encoding="utf8")
    return path


@pytest.mark.parametrize("options", [[], ["--per-token"], ["--by", "margin"]])
def test_the_least_sure_come_first(nlp, model, texts, tmp_path, options):
    output = tmp_path / "new" / "out.jsonl"
    result = run(model, texts, output, "--n", 4, "--diversity", 0, *options)
    assert result.exit_code == 0, result.output
    assert "4 of 6 texts" in words(result)
    docs = [nlp.make_doc(text) for text in TEXTS]
    analysis = nlp.get_pipe("lstm_ner").analyse(docs)
    if "margin" in options:
        scores = [two[1].probability / two[0].probability for two in analysis.k_best(2)]
    else:
        scores = analysis.entropies().tolist()
        if options:
            scores = [score / len(doc) for score, doc in zip(scores, docs)]
    order = sorted(range(len(TEXTS)), key=lambda i: (-round(scores[i], 6), i))[:4]
    records = records_of(output)
    assert [record["meta"]["n"] for record in records] == order
    for rank, (record, i) in enumerate(zip(records, order), start=1):
        assert record["text"] == TEXTS[i]
        by = "margin" if "margin" in options else "entropy"
        score = pytest.approx(scores[i], rel=1e-4)
        assert record["meta"] == {"n": i, "rank": rank, "by": by, "score": score}


def test_suggestions_are_what_the_model_finds_and_how_sure_it_is(nlp, model, texts, tmp_path):
    output = tmp_path / "out.jsonl"
    assert run(model, texts, output).exit_code == 0
    n_spans = 0
    for record in records_of(output):
        doc = nlp(record["text"])
        found = [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
        assert [(s["start"], s["end"], s["label"]) for s in record["spans"]] == found
        analysis = nlp.get_pipe("lstm_ner").analyse([nlp.make_doc(record["text"])])
        likely = analysis.likely_spans(1e-4)
        probabilities = {
            (start, end, nlp.get_pipe("lstm_ner").labels[label]): p
            for start, end, label, p in zip(
                likely.starts, likely.ends, likely.labels, likely.probabilities
            )
        }
        for span, ent in zip(record["spans"], doc.ents):
            p = probabilities[ent.start, ent.end, ent.label_]
            assert span["confidence"] == pytest.approx(p, rel=1e-4)
            n_spans += 1
    assert n_spans
    docs = list(read_jsonl(output, nlp.tokenizer, pytest.fail))  # as `convert` reads it
    assert [doc.text for doc in docs] == [record["text"] for record in records_of(output)]


def test_diversity_keeps_doubles_apart(model, texts, tmp_path):
    for diversity, n_doubles in ((0, 2), (1, 1)):
        output = tmp_path / "out.jsonl"
        assert run(model, texts, output, "--n", 3, "--diversity", diversity).exit_code == 0
        chosen = [record["text"] for record in records_of(output)]
        assert chosen.count(TEXTS[2]) == n_doubles


def test_plain_text_and_docs(nlp, model, tmp_path):
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS), encoding="utf8")
    DocBin(docs=list(nlp.tokenizer.pipe(TEXTS))).to_disk(tmp_path / "texts.spacy")
    found = []
    for name in ("texts.txt", "texts.spacy"):
        assert run(model, tmp_path / name, tmp_path / "out.jsonl").exit_code == 0
        found.append(records_of(tmp_path / "out.jsonl"))
    assert found[0] == found[1] and len(found[0]) == 6


def test_known_entities_stay_and_what_comes_before_the_component_runs(tmp_path):
    nlp = train_unsure()
    nlp.add_pipe("sentencizer", first=True)
    ruler = nlp.add_pipe("entity_ruler", last=True, config={"overwrite_ents": True})
    ruler.add_patterns([{"label": "NEVER", "pattern": "tea"}])
    nlp.to_disk(tmp_path / "model")
    doc = nlp.make_doc("Ada. tea")
    doc.ents = [doc.char_span(0, 3, label="DOG")]
    DocBin(docs=[doc]).to_disk(tmp_path / "a.spacy")
    assert run(tmp_path / "model", tmp_path / "a.spacy", tmp_path / "out.jsonl").exit_code == 0
    (record,) = records_of(tmp_path / "out.jsonl")
    assert {"start": 0, "end": 3, "label": "DOG"} in record["spans"]
    assert "NEVER" not in json.dumps(record)
    assert record["sentences"] == [[0, 4], [5, 8]]


def test_lines_that_cannot_be_read_are_listed(model, texts, tmp_path):
    with texts.open("a", encoding="utf8") as file:
        file.write('\n{"text": 3}\n')
    result = run(model, texts, tmp_path / "out.jsonl")
    assert result.exit_code == 0
    assert "texts.jsonl:7: unreadable" in words(result)
    assert "6 of 6 texts" in words(result)


@pytest.mark.parametrize(
    "options,message",
    [
        (["--by", "luck"], "ranked by 'luck'. Known ways: entropy, margin"),
        (["--by", "margin", "--per-token"], "--per-token was given with --by margin"),
        (["--component", "ner"], "'ner' is no component lstm_ner of the pipeline; those are:"),
    ],
)
def test_bad_options(model, texts, tmp_path, options, message):
    result = run(model, texts, tmp_path / "out.jsonl", *options)
    assert result.exit_code == 1
    assert message in words(result)


def test_which_component(texts, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "none")
    result = run(tmp_path / "none", texts, tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "has no component lstm_ner; its components are sentencizer" in words(result)
    nlp = train_unsure()
    nlp.add_pipe("lstm_ner", name="other", source=train_unsure())
    nlp.to_disk(tmp_path / "two")
    result = run(tmp_path / "two", texts, tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "2 components lstm_ner: lstm_ner, other" in words(result)
    result = run(tmp_path / "two", texts, tmp_path / "out.jsonl", "--component", "other")
    assert result.exit_code == 0, result.output


def test_a_component_without_weights(texts, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    nlp.to_disk(tmp_path / "untrained")
    result = run(tmp_path / "untrained", texts, tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "has no weights yet" in words(result)


def test_empty_input_and_a_place_that_cannot_be_written(model, texts, tmp_path):
    (tmp_path / "empty.txt").write_text("\n", encoding="utf8")
    result = run(model, tmp_path / "empty.txt", tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "holds no text" in words(result) and not (tmp_path / "out.jsonl").exists()
    (tmp_path / "file").write_text("", encoding="utf8")
    result = run(model, texts, tmp_path / "file" / "out.jsonl")
    assert result.exit_code == 1
    assert "exists" in words(result) or "Not a directory" in words(result)
