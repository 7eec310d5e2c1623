import gzip
import json

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.tags.annotated import annotated_labels

RECORDS = [
    {"text": "In Rome", "spans": [{"start": 3, "end": 7, "label": "GPE"}]},
    {"text": "£61m. lost", "spans": [{"start": 0, "end": 4, "label": "MONEY"}]},
]


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in RECORDS), encoding="utf8")
    return path


@pytest.fixture
def columns(tmp_path):
    """Twenty sentences of one token, the last a slip in IOB2."""
    path = tmp_path / "in.conll"
    tags = ["B-X"] * 19 + ["I-Y"]
    path.write_text("".join(f"w{i} NN {tag}\n\n" for i, tag in enumerate(tags)), encoding="utf8")
    return path


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "convert", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


def load(path):
    return list(DocBin(store_user_data=True).from_disk(path).get_docs(spacy.blank("en").vocab))


def test_convert(source, tmp_path):
    result = run(source, tmp_path / "new" / "out.spacy")
    assert result.exit_code == 0, result.output
    assert f"{source}:2: misaligned: '£61m': MONEY does not fit the tokens '£61m.'" in result.output
    assert "2 documents, 1 entities" in words(result)
    assert "documents/s" not in result.output  # progress is for terminals
    assert "Reported above: 1 misaligned" in words(result)
    docs = load(tmp_path / "new" / "out.spacy")
    assert [[ent.text for ent in doc.ents] for doc in docs] == [["Rome"], []]


def test_strict(source, tmp_path):
    assert run(source, tmp_path / "out.spacy", "--strict").exit_code == 1
    source.write_text(json.dumps(RECORDS[0]), encoding="utf8")
    result = run(source, tmp_path / "out.spacy", "--strict")
    assert result.exit_code == 0 and "Reported" not in result.output


def test_there_and_back(source, tmp_path):
    run(source, tmp_path / "a.spacy")
    assert run(tmp_path / "a.spacy", tmp_path / "b.jsonl", "--strict").exit_code == 0
    first, second = map(json.loads, (tmp_path / "b.jsonl").read_text("utf8").splitlines())
    assert first == RECORDS[0]
    assert second == {"text": "£61m. lost", "spans": [], "missing": [[0, 5]]}
    assert run(tmp_path / "b.jsonl", tmp_path / "c.iob2.gz", "--strict").exit_code == 0
    expected = "In\tO\nRome\tB-GPE\n\n£\t-\n61\t-\nm.\t-\nlost\tO\n\n"
    assert gzip.decompress((tmp_path / "c.iob2.gz").read_bytes()).decode("utf8") == expected


def test_what_the_output_cannot_hold_is_reported(tmp_path):
    source = tmp_path / "a.jsonl"
    source.write_text(json.dumps({"text": "a\n\nb", "spans": []}), encoding="utf8")
    result = run(source, tmp_path / "a.txt", "--output-format", "iob2", "--strict")
    assert result.exit_code == 1 and "Reported above: 1 changed" in words(result)
    assert (tmp_path / "a.txt").read_text(encoding="utf8") == "a\tO\nb\tO\n\n"


def test_bad_file(source, tmp_path):
    source.write_text('{"text": "a"}', encoding="utf8")
    result = run(source, tmp_path / "out.spacy")
    assert result.exit_code == 1
    assert f"{source}:1: unreadable: " in result.output
    assert "gave no document" in words(result)
    assert not (tmp_path / "out.spacy").exists()


def test_long_texts_are_cut_in_reports(source, tmp_path):
    with source.open("a", encoding="utf8") as file:
        file.write("\n[" + "x" * 200)
    result = run(source, tmp_path / "out.spacy")
    assert f":3: unreadable: '[{'x' * 99}…': the record is left out" in result.output


def test_split_in_order(columns, tmp_path):
    result = run(columns, tmp_path / "parts", "--split", "0.7,0.15,0.15")
    assert result.exit_code == 0, result.output
    assert f"{columns}:39: illegal tag: 'w19 I-Y': I-Y continues nothing" in result.output
    parts = [load(tmp_path / "parts" / f"{part}.spacy") for part in ("train", "dev", "test")]
    texts = [[doc.text for doc in part] for part in parts]
    assert [len(part) for part in parts] == [14, 3, 3]
    assert [text for part in texts for text in part] == [f"w{i}" for i in range(20)]
    assert [ent.label_ for doc in parts[2] for ent in doc.ents] == ["X", "X", "Y"]


def test_split_shuffled_into_another_format(columns, tmp_path):
    options = ["--split", "0.7,0.15,0.15", "--seed", 3, "--output-format", "jsonl"]
    run(columns, tmp_path / "a", *options)
    run(columns, tmp_path / "b", *options)
    train = (tmp_path / "a" / "train.jsonl").read_text(encoding="utf8")
    assert train == (tmp_path / "b" / "train.jsonl").read_text(encoding="utf8")
    texts = [json.loads(line)["text"] for line in train.splitlines()]
    assert len(texts) == 14 and texts != [f"w{i}" for i in range(14)]


def test_options_of_column_files(tmp_path):
    source = tmp_path / "a.txt"
    source.write_bytes("x\tB-X\té\nx\tI-X\tb\n\nx\tB-X\tc\n".encode("latin-1"))
    columns = ["--token-column", -1, "--tag-column", 2]
    options = [*columns, "--encoding", "latin-1", "--n-sents", 2, "--scheme", "bioes"]
    result = run(source, tmp_path / "a.spacy", "--format", "columns", *options)
    (doc,) = load(tmp_path / "a.spacy")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("é b", "X"), ("c", "X")]
    assert [sent.text for sent in doc.sents] == ["é b", "c"]
    assert "Reported above: 2 illegal tag" in words(result)


def test_a_table_and_a_pair_are_found_by_themselves(tmp_path):
    (tmp_path / "t.csv").write_text("Sentence #,Word,POS,Tag\n1,Rome,X,B-geo\n", encoding="utf8")
    (tmp_path / "sentences.txt").write_text("Rome\n", encoding="utf8")
    (tmp_path / "labels.txt").write_text("B-geo\n", encoding="utf8")
    for source in (tmp_path / "t.csv", tmp_path, tmp_path / "sentences.txt"):
        assert run(source, tmp_path / "a.iob2", "--strict").exit_code == 0
        assert (tmp_path / "a.iob2").read_text(encoding="utf8") == "Rome\tB-geo\n\n"


@pytest.mark.parametrize(
    "options,message",
    [
        (["--split", "0.5,0.5"], "The split was given '0.5,0.5', expected three shares"),
        (["--split", "0.7,0.15,0.15"], "2 documents cannot be split"),
        (["--seed", 1], "A seed was given without --split"),
        (["--n-sents", 2], "The option '--n-sents' was given for the format 'jsonl'"),
        (["--format", "x"], "Unknown format 'x' for input"),
        (["--output-format", "x"], "Unknown format 'x' for output"),
        (["--lang", "qq"], "Can't import language qq"),
        (["--encoding", "utf9"], "Unknown encoding 'utf9'"),
        (["--format", "columns", "--scheme", "x"], "Unknown tagging scheme 'x'"),
    ],
)
def test_options_that_cannot_be(source, tmp_path, options, message):
    result = run(source, tmp_path / "out.spacy", *options)
    assert result.exit_code == 1 and message in words(result)
    assert not (tmp_path / "out.spacy").is_file()


def test_help_names_the_command():
    result = CliRunner().invoke(app, ["lstm-ner", "--help"])
    assert result.exit_code == 0 and "convert" in result.output


def test_what_is_known(source, tmp_path):
    record = {"text": "In Oslo", "spans": [], "annotated_labels": []}
    source.write_text("\n".join(map(json.dumps, [RECORDS[0], record])), encoding="utf8")
    output = tmp_path / "out.spacy"
    assert run(source, output, "--annotated-labels", "GPE,LOC").exit_code == 0
    docs = load(output)
    assert [annotated_labels(doc) for doc in docs] == [("GPE", "LOC"), ()]
    assert [token.ent_iob_ for token in docs[0]] == ["O", "B"]
    assert run(source, output, "--positives-only").exit_code == 0
    docs = load(output)
    assert [annotated_labels(doc) for doc in docs] == [None, ()]
    assert [[token.ent_iob_ for token in doc] for doc in docs] == [["", "B"], ["", ""]]
    result = run(source, output, "--annotated-labels", "GPE,")
    assert result.exit_code == 1 and "A label must be a non-empty string" in words(result)
