"""What the commands that measure a pipeline share: their gold documents and their options."""

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.cli.gold import read_gold
from spacy_lstm_ner.data.to_jsonl import write_jsonl
from tests.pipeline.helpers import SMALL, make_examples

COMMANDS = {
    "evaluate": "{model} {data}",
    "compare": "{data} {model}",
    "errors": "{model} {data}",
    "calibrate": "{model} {data} {out}",
    "thresholds": "{model} {data} {out} --best-f1",
    "gradient-flow": "{model} {data}",
}


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", *map(str, args)])


def words(result):
    """The output without line breaks, wherever the terminal's width puts them."""
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A pipeline that has not been trained, and four documents."""
    path = tmp_path_factory.mktemp("gold")
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    nlp.to_disk(path / "model")
    docs = [example.reference for example in examples]
    DocBin(docs=[nlp.make_doc(""), *docs]).to_disk(path / "data.spacy")
    write_jsonl(docs, path / "data.jsonl", nlp.tokenizer)
    (path / "data.md").write_text("Ann is in Rome.\n", encoding="utf8")
    (path / "damaged.spacy").write_bytes(b"no msgpack")
    DocBin(docs=[nlp.make_doc("Ann is in Rome.")]).to_disk(path / "plain.spacy")
    return path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "name, message",
    [
        ("data.md", "data.md' has no .jsonl and no .spacy file"),
        ("damaged.spacy", "damaged.spacy is no .spacy file"),
    ],
)
def test_unfit_files_are_named(folder, tmp_path, command, name, message):
    paths = {"model": folder / "model", "data": folder / name, "out": tmp_path / "out"}
    result = run(command, *COMMANDS[command].format(**paths).split())
    assert result.exit_code == 1
    assert message in words(result)


def test_documents_without_annotation_are_refused(folder):
    with pytest.raises(ValueError, match="none of its 1 documents says anything about entities"):
        read_gold(spacy.blank("en"), folder / "plain.spacy")


def test_both_formats_give_the_same_documents(folder):
    nlp = spacy.blank("en")
    binary, lines = (read_gold(nlp, folder / f"data.{suffix}") for suffix in ("spacy", "jsonl"))
    assert [example.reference.to_json() for example in binary] == [
        example.reference.to_json() for example in lines
    ]
    assert len(binary) == 4  # the empty one says nothing
    assert all(not example.predicted.has_annotation("ENT_IOB") for example in binary)


def test_every_command_that_runs_a_pipeline_can_use_the_gpu():
    for command in (*COMMANDS, "gates", "suggest", "train"):
        assert "--gpu-id" in run(command, "--help").output, command
    for command in ("train", "debug-data", "gradient-flow"):
        assert "--code" in run(command, "--help").output, command


def test_gradient_flow_finds_code_and_names_of_pipelines(folder, tmp_path):
    text = (folder / "model" / "config.cfg").read_text("utf8")
    (tmp_path / "code.py").write_text(
        "from spacy import registry\n"
        "from spacy_lstm_ner.training.optimizers import Adam\n"
        "registry.optimizers.register('mine.v1', func=Adam)\n",
        encoding="utf8",
    )
    (tmp_path / "config.cfg").write_text(text.replace('"Adam.v1"', '"mine.v1"'), encoding="utf8")
    args = ("gradient-flow", tmp_path / "config.cfg", folder / "data.spacy", "--cells", "rnn")
    refused, found = (
        run(*args, "--steps", 1, *more) for more in ([], ["--code", tmp_path / "code.py"])
    )
    assert refused.exit_code == 1 and "mine.v1" in words(refused)
    assert found.exit_code == 0, found.output
    unknown = run("gradient-flow", "no_such_pipeline", folder / "data.spacy")
    assert unknown.exit_code == 1 and "Can't find model 'no_such_pipeline'" in words(unknown)
