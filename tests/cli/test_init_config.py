"""The configs that `init-config` writes, and what it refuses."""

import shutil
from pathlib import Path

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import Doc, DocBin
from spacy.util import load_model_from_config
from thinc.api import Config
from typer.testing import CliRunner

from .init_config import SHIPPED, WITH_VECTORS, run, with_tables

EMBED = "components.lstm_ner.model.tok2vec"
CASES = {
    "speed": ("efficiency", []),
    "speed, said": ("efficiency", ["--optimize", "speed"]),
    "speed, vectors": ("efficiency", ["--vectors", "many"]),
    "accuracy": ("accuracy", ["--optimize", "accuracy"]),
    "accuracy, vectors": ("accuracy_vectors", ["--optimize", "accuracy", "--vectors", "many"]),
    "noisy": ("noisy_text", ["--noisy"]),
    "noisy, vectors": ("noisy_text_vectors", ["--noisy", "--vectors", "many"]),
    "few, accuracy": ("accuracy", ["--optimize", "accuracy", "--vectors", "few"]),
    "few, noisy": ("noisy_text", ["--noisy", "--vectors", "few"]),
    "few, speed": ("efficiency", ["--vectors", "few"]),
    "floret": ("accuracy_vectors", ["--optimize", "accuracy", "--vectors", "floret"]),
    "floret, noisy": ("noisy_text_vectors", ["--noisy", "--vectors", "floret"]),
    "German vectors": ("efficiency", ["--vectors", "german"]),
    "German": ("efficiency", ["--lang", "de"]),
    "German by three letters": ("efficiency", ["--lang", "deu"]),
    "many languages": ("efficiency", ["--lang", "mul"]),
    "Chinese": ("accuracy", ["--lang", "zh", "--optimize", "accuracy"]),
}


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture
def vectors(tables):
    return tables / "many"


def settings(table, name=""):
    """All settings by dotted name."""
    found = {}
    for key, value in table.items():
        is_table = isinstance(value, dict)
        found.update(settings(value, f"{name}{key}.") if is_table else {name + key: value})
    return found


@pytest.mark.parametrize("case", CASES)
def test_filled_valid_and_as_asked_for(tmp_path, tables, case):
    name, options = CASES[case]
    out = tmp_path / "new" / "config.cfg"
    result = run(out, *with_tables(options, tables))
    assert result.exit_code == 0, result.output
    config = Config().from_disk(out, interpolate=False)
    filled = load_model_from_config(config, auto_fill=True, validate=True).config
    assert filled == config
    assert f"spacy train {out} --paths.train" in words(result)
    expected = settings(Config().from_disk(SHIPPED / f"{name}.cfg", interpolate=False))
    if "--vectors" in options:
        # The configs for vectors name their table in a block, so it would be there twice.
        expected[f"{EMBED}.include_static_vectors"] = not name.endswith("_vectors")
        expected["paths.vectors"] = str(tables / options[-1])
    if options[-1:] == ["floret"]:
        expected[f"{EMBED}.vectors.vocab.trained_words"] = 0
        ngrams = f"{EMBED}.ngrams"  # floret's vectors are sums of n-grams themselves
        expected = {key: value for key, value in expected.items() if not key.startswith(ngrams)}
        expected[ngrams] = None
    langs = {"German": "de", "Chinese": "zh", "many": "xx"}
    expected["nlp.lang"] = langs.get(case.split()[0], "en")
    tokenizer = "spacy.zh.ChineseTokenizer" if case == "Chinese" else "spacy.Tokenizer.v1"
    expected["nlp.tokenizer.@tokenizers"] = tokenizer
    written = settings(config)
    assert {key: written[key] for key in expected} == expected


def test_to_the_terminal_nothing_but_the_config():
    result = run("-")
    assert result.exit_code == 0
    assert Config().from_str(result.output)["nlp"]["pipeline"] == ["lstm_ner"]
    assert "spacy train config.cfg" in result.output


def test_a_file_is_not_overwritten_unless_forced(tmp_path):
    out = tmp_path / "config.cfg"
    out.write_text("mine")
    result = run(out)
    assert result.exit_code == 1 and "Overwrite it with --force" in words(result)
    assert out.read_text() == "mine"
    assert run(out, "--force").exit_code == 0
    assert "lstm_ner" in out.read_text("utf8")


@pytest.mark.parametrize("place", ["folder", "file/config.cfg"])
def test_where_no_file_can_be_written(tmp_path, place):
    """The same message for folders that must not be written to, which root does not know."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    result = run(tmp_path / place, "--force")
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "The config cannot be written to" in words(result)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--noisy", "--optimize", "speed"], "expected one of the two"),
        (["--lang", "nolanguage"], "nolanguage"),
        (["--optimize", "size"], "'speed', 'accuracy'"),
        (["--vectors", "missing"], "missing is no folder or package of a pipeline with static"),
        (["--vectors", "missing"], "there is no such folder, and no such package is installed"),
        (["--vectors", "."], ". is no folder or package of a pipeline with static vectors: [E053]"),
        (["--vectors", "v${x}"], "v${x} has '${' in its name"),
    ],
)
def test_refused(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    result = run("out.cfg", *options)
    assert result.exit_code and message in words(result)
    assert not Path("out.cfg").exists()


def test_a_pipeline_without_vectors_is_refused(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "empty")
    result = run(tmp_path / "out.cfg", "--vectors", tmp_path / "empty")
    assert result.exit_code == 1 and "its table is empty" in words(result)


def test_components_beside_the_vectors_are_not_loaded(tmp_path, vectors):
    copied = shutil.copytree(vectors, tmp_path / "vectors")
    config = Config().from_disk(copied / "config.cfg")
    config["nlp"]["pipeline"] = ["other"]
    config["components"] = {"other": {"factory": "of a package that is not here"}}
    config.to_disk(copied / "config.cfg")
    assert run(tmp_path / "out.cfg", "--vectors", copied).exit_code == 0


def test_vectors_of_another_language_are_refused(tmp_path, tables):
    message = f"--lang de was given with {tables / 'few'}, which is of the language en."
    for code in ("de", "deu"):
        result = run(tmp_path / "out.cfg", "--lang", code, "--vectors", tables / "few")
        assert result.exit_code == 1 and message in words(result)
    assert not (tmp_path / "out.cfg").exists()
    assert run(tmp_path / "out.cfg", "--lang", "eng", "--vectors", tables / "few").exit_code == 0


def test_what_was_decided_for_the_table_is_said(tmp_path, tables):
    def said(table, *options):
        return words(run(tmp_path / "out.cfg", "--force", "--vectors", tables / table, *options))

    few = "few has 49,999 vectors, fewer than 50,000."
    assert few in said("few", "--noisy") and "'noisy_text_vectors'" in said("few", "--noisy")
    assert few in said("few", "--optimize", "accuracy")
    assert "trained_words = 0" in said("floret", "--optimize", "accuracy")
    for options in (["few"], ["floret"], ["many", "--noisy"]):
        assert "fewer than" not in said(*options) and "floret table" not in said(*options)


def test_notes_stay_out_of_a_config_that_is_printed(tables):
    result = run("-", "--noisy", "--vectors", tables / "floret")
    assert "floret table" in result.stderr
    head = (SHIPPED / "noisy_text_vectors.cfg").read_text("utf8").splitlines()[0]
    assert result.stdout.startswith(head)


def test_vectors_of_a_package(tmp_path, tables, monkeypatch):
    """As `spacy package` lays it out."""
    package = tmp_path / "site" / "xy_vectors"
    shutil.copytree(tables / "few", package / "en_pipeline-0.0.0")
    shutil.copy(tables / "few" / "meta.json", package)
    (package / "__init__.py").write_text("")
    (tmp_path / "site" / "xy_vectors-0.0.0.dist-info").mkdir()
    metadata = tmp_path / "site" / "xy_vectors-0.0.0.dist-info" / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: xy_vectors\nVersion: 0.0.0\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    out = tmp_path / "config.cfg"
    result = run(out, "--vectors", "xy_vectors", "--optimize", "accuracy")
    assert result.exit_code == 0 and "xy_vectors has 49,999 vectors" in words(result)
    assert Config().from_disk(out, interpolate=False)["paths"]["vectors"] == "xy_vectors"


def test_commands_can_be_pasted(tmp_path):
    out = tmp_path / "my conf" / "c $d.cfg"
    result = run(out)
    assert result.exit_code == 0 and f"spacy train '{out}' --paths.train" in words(result)
    assert f"spacy train '{out}' --paths.train" in out.read_text("utf8")


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        *WITH_VECTORS.values(),
        ["--optimize", "accuracy", "--vectors", "few"],
        ["--optimize", "accuracy", "--vectors", "floret"],
        ["--noisy", "--vectors", "floret"],
        ["--vectors", "german"],
        ["--lang", "deu"],
    ],
    ids=" ".join,
)
def test_trains_as_it_is(tmp_path, tables, options):
    """Three steps of what the command writes."""
    nlp = spacy.blank("en")
    doc = Doc(nlp.vocab, ["Made", "in", "Rome", "."], ents=["O", "O", "B-GPE", "O"])
    DocBin(docs=[doc] * 4).to_disk(tmp_path / "data.spacy")
    out = tmp_path / "config.cfg"
    assert run(out, *with_tables(options, tables)).exit_code == 0
    data = [part for it in ("train", "dev") for part in (f"--paths.{it}", tmp_path / "data.spacy")]
    assert CliRunner().invoke(app, ["debug", "config", *map(str, [out, *data])]).exit_code == 0
    steps = ["--training.max_steps", "3", "--training.eval_frequency", "3"]
    args = ["train", out, "--output", tmp_path / "model", *data, *steps]
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exit_code == 0, result.output
    assert spacy.load(tmp_path / "model" / "model-best").pipe_names == ["lstm_ner"]
