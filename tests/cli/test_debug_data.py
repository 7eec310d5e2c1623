import json
from pathlib import Path

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)

from ..data.helpers import make_docs

CONFIG = Path(__file__).parent.parent.parent / "configs" / "efficiency.cfg"
TRAIN = [f"he saw [Name{number}|PER] ." for number in range(50)]
TRAIN += [f"it rained on day {number} ." for number in range(50)]


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "debug-data", *map(str, args)])


def words(text):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(text.split())


@pytest.fixture
def save(tmp_path):
    def save(name, *texts):
        docs = make_docs(spacy.blank("en").vocab, *texts)
        DocBin(docs=docs).to_disk(tmp_path / name)
        return tmp_path / name

    return save


@pytest.fixture
def good(save):
    return [save("train.spacy", *TRAIN), save("dev.spacy", "she met [Nobody|PER] .")]


@pytest.fixture
def faulty(save):
    """An error, and conflicts in more strings than are shown by default."""
    several = [f"to [Place{number}|LOC] and [Place{number}|PER]" for number in range(8)]
    return [save("train.spacy", *TRAIN, *several), save("dev.spacy", "in [Oslo|GPE]")]


def test_good_data(good):
    result = run(*good)
    assert result.exit_code == 0, result.output
    assert "0 errors, 0 warnings" in result.output
    rows = [line.split() for line in result.output.splitlines()]
    assert ["documents", "100", "1"] in rows
    assert ["PER", "50", "1"] in rows
    assert ["PER", "0", "0", "0", "50"] in rows  # tags B, I, L, U in train
    assert ["dev", "1", "1", "100.0", "%", "1", "1", "100.0", "%"] in rows


def test_errors(faulty):
    result = run(*faulty)
    assert result.exit_code == 1
    assert "dev: labels that no entity in train has: GPE (1)" in words(result.output)
    assert "1 errors, 2 warnings" in result.output
    assert "Place4: LOC 1×, PER 1×" in result.output and "Place5: LOC" not in result.output
    assert "… and 3 more" in result.output
    assert all(len(line) <= 90 for line in result.output.splitlines())


def test_verbose_shows_all(faulty):
    output = run(*faulty, "--verbose").output
    assert "Place7: LOC 1×, PER 1×" in output and "more (--verbose" not in output
    assert "train 108 PER: to Place7 and [Place7]" in output
    assert "Tokens of each tag in dev" in output


def test_examples_of_every_finding(save):
    text = "the old man by the sea knew the way home"
    train = save("train.spacy", *["[Rome|GPE]"] * 3, "in Rome", "[_ Oslo|GPE]", text, text + " now")
    output = run(train, save("dev.spacy", text, text + " or not", "[Rome|GPE]")).output
    assert "Entities with white space at an edge: 1" in output
    assert r"train 5 GPE '\n Oslo': [\n Oslo]" in output
    assert "Rome: GPE 4×, no label 1×" in output and "train 4: in [Rome]" in output
    assert "dev 1, train 6 (1.00): the old man" in output
    assert "dev 2, train 6 (0.82): the old man" in output


def test_misaligned_in_jsonl(tmp_path):
    record = {"text": "It lost £61m. there", "spans": [{"start": 8, "end": 12, "label": "MONEY"}]}
    (tmp_path / "dev.jsonl").write_text(json.dumps(record), encoding="utf8")
    output = run(tmp_path / "dev.jsonl").output
    assert "dev 1 MONEY '£61m': It lost [£61m.] there" in output


def test_json(faulty, tmp_path):
    result = run(*faulty, "--json", "--output", tmp_path / "out.json")
    assert result.exit_code == 1
    record = json.loads(result.stdout)
    assert record == json.loads((tmp_path / "out.json").read_text(encoding="utf8"))
    assert record["counts"]["train"]["labels"] == {"PER": 58, "LOC": 8}
    assert len(record["conflicts"]) == 8
    assert [problem["level"] for problem in record["problems"]] == ["error", "warning", "warning"]


def test_config_with_settings(good, save):
    dev = save("other.spacy", "she met [Nobody|PER] .", "he met [Nobody|PER] .")
    result = run(CONFIG, "--paths.train", good[0], f"--paths.dev={dev}", "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert list(record["counts"]) == ["train", "dev"]
    assert record["counts"]["dev"]["docs"] == 2
    assert record["vectors"] == {"train": None, "dev": None}


@pytest.mark.parametrize(
    "args,message",
    [
        (["nowhere.spacy"], "There is no file nowhere.spacy"),
        (["nowhere.cfg"], "There is no file nowhere.cfg"),
        ([CONFIG], "Corpus path can't be None"),
        ([CONFIG, "--paths.train", "no.spacy", "--paths.dev", "no.spacy"], "no.spacy"),
        ([CONFIG, "--training.dropout", "nix"], "dropout Input should be a valid number"),
        ([CONFIG, "--nix"], "The option '--nix' is unknown"),
        ([CONFIG, "dev.spacy"], "expected one config (.cfg) or files of data"),
        (["dev.spacy", "--paths.dev", "x"], "The option '--paths.dev' is unknown"),
        ([__file__], "is neither a config (.cfg) nor data"),
    ],
)
def test_wrong_arguments(args, message):
    result = run(*args)
    assert result.exit_code == 1
    assert message in words(result.stderr)
    assert result.stdout == "" and "Traceback" not in result.stderr
