import shutil
from pathlib import Path

import numpy
import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import Doc, DocBin
from spacy.util import load_model_from_config
from spacy.vectors import Vectors
from thinc.api import Config
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # adds itself to spaCy's app
from spacy_lstm_ner.cli.recipes import NO_VECTORS

SHIPPED = Path(__file__).parents[2] / "configs"
PACKAGED = Path(spacy_lstm_ner.cli.__file__).parent / "configs"
NAMES = sorted(path.stem for path in PACKAGED.glob("*.cfg"))
EMBED = "components.lstm_ner.model.tok2vec"
OPTIONS = {
    "efficiency": [],
    "accuracy": ["--optimize", "accuracy"],
    "accuracy_vectors": ["--optimize", "accuracy", "--vectors"],
    "noisy_text": ["--noisy"],
    "noisy_text_vectors": ["--noisy", "--vectors"],
}
WITH_VECTORS = {**OPTIONS, "efficiency": ["--vectors"]}
CASES = {
    "speed": ("efficiency", []),
    "speed, said": ("efficiency", ["--optimize", "speed"]),
    "speed, vectors": ("efficiency", ["--vectors"]),
    "accuracy": ("accuracy", ["--optimize", "accuracy"]),
    "accuracy, vectors": ("accuracy_vectors", ["--optimize", "accuracy", "--vectors"]),
    "noisy": ("noisy_text", ["--noisy"]),
    "noisy, vectors": ("noisy_text_vectors", ["--noisy", "--vectors"]),
    "German": ("efficiency", ["--lang", "de"]),
    "Chinese": ("accuracy", ["--lang", "zh", "--optimize", "accuracy"]),
}


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", "init-config", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    """A pipeline folder with vectors."""
    nlp = spacy.blank("en")
    table = numpy.ones((2, 5), dtype="f")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=table, keys=["Rome", "in"])
    path = tmp_path_factory.mktemp("vectors") / "five_wide"
    nlp.to_disk(path)
    return path


def settings(table, name=""):
    """All settings by dotted name."""
    found = {}
    for key, value in table.items():
        is_table = isinstance(value, dict)
        found.update(settings(value, f"{name}{key}.") if is_table else {name + key: value})
    return found


def with_vectors(options, vectors):
    return [*options, vectors] if "--vectors" in options else options


def test_packaged_as_shipped():
    """Copy `configs/*.cfg` to `spacy_lstm_ner/cli/configs` when this fails; course.cfg, which
    is there to compare with, stays at home."""
    assert sorted(path.stem for path in SHIPPED.glob("*.cfg")) == sorted([*NAMES, "course"])
    for name in NAMES:
        shipped, packaged = ((it / f"{name}.cfg").read_bytes() for it in (SHIPPED, PACKAGED))
        assert shipped == packaged


@pytest.mark.parametrize("case", CASES)
def test_filled_valid_and_as_asked_for(tmp_path, vectors, case):
    name, options = CASES[case]
    out = tmp_path / "new" / "config.cfg"
    result = run(out, *with_vectors(options, vectors))
    assert result.exit_code == 0, result.output
    config = Config().from_disk(out, interpolate=False)
    filled = load_model_from_config(config, auto_fill=True, validate=True).config
    assert filled == config
    assert f"spacy train {out} --paths.train" in words(result)
    expected = settings(Config().from_disk(SHIPPED / f"{name}.cfg", interpolate=False))
    if "--vectors" in options:
        # The configs for vectors name their table in a block, so it would be there twice.
        expected[f"{EMBED}.include_static_vectors"] = not name.endswith("_vectors")
        expected["paths.vectors"] = str(vectors)
    expected["nlp.lang"] = {"German": "de", "Chinese": "zh"}.get(case, "en")
    tokenizer = "spacy.zh.ChineseTokenizer" if case == "Chinese" else "spacy.Tokenizer.v1"
    expected["nlp.tokenizer.@tokenizers"] = tokenizer
    written = settings(config)
    assert {key: written[key] for key in expected} == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_comment_stands_before_what_it_stood_before(tmp_path, vectors, name):
    def followers(path):
        """The setting or section after each comment line, but those of the head."""
        body = path.read_text("utf8").split("\n\n", 1)[1].splitlines()
        for i, line in enumerate(body):
            if line.startswith("#"):
                after = next(it for it in body[i:] if not it.startswith("#"))
                yield line, after.partition("=")[0].strip("[] ").rpartition(".")[2]

    out = tmp_path / "config.cfg"
    assert run(out, *with_vectors(OPTIONS[name], vectors)).exit_code == 0
    shipped = list(followers(SHIPPED / f"{name}.cfg"))
    assert shipped and sorted(followers(out)) == sorted(shipped)
    head = (SHIPPED / f"{name}.cfg").read_text("utf8").split("\n\n")[0]
    expected = head.replace(f"configs/{name}.cfg", str(out))
    assert out.read_text("utf8").split("\n\n")[0] == expected != head


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
        (["--vectors", "missing"], "does not exist"),
        (["--vectors", "."], ". is no folder of a pipeline with static vectors: [E053]"),
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


@pytest.mark.parametrize("name", NAMES)
def test_the_head_says_nothing_else_than_the_options(tmp_path, vectors, name):
    head = (SHIPPED / f"{name}.cfg").read_text("utf8").split("\n\n")[0]
    assert (NO_VECTORS in head) != name.endswith("_vectors")
    out = tmp_path / "config.cfg"
    assert run(out, *with_vectors(WITH_VECTORS[name], vectors)).exit_code == 0
    head = out.read_text("utf8").split("\n\n")[0]
    assert (NO_VECTORS in head) == (name in ("accuracy", "noisy_text"))  # not given any here


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_trains_as_it_is(tmp_path, vectors, name):
    """Three steps of what the command writes."""
    nlp = spacy.blank("en")
    doc = Doc(nlp.vocab, ["Made", "in", "Rome", "."], ents=["O", "O", "B-GPE", "O"])
    DocBin(docs=[doc] * 4).to_disk(tmp_path / "data.spacy")
    out = tmp_path / "config.cfg"
    assert run(out, *with_vectors(WITH_VECTORS[name], vectors)).exit_code == 0
    data = [part for it in ("train", "dev") for part in (f"--paths.{it}", tmp_path / "data.spacy")]
    assert CliRunner().invoke(app, ["debug", "config", *map(str, [out, *data])]).exit_code == 0
    steps = ["--training.max_steps", "3", "--training.eval_frequency", "3"]
    args = ["train", out, "--output", tmp_path / "model", *data, *steps]
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exit_code == 0, result.output
    assert spacy.load(tmp_path / "model" / "model-best").pipe_names == ["lstm_ner"]
