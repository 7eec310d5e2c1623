"""What the commands that measure a pipeline share: their gold documents and their options."""

import re

import pytest
import spacy
import srsly
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.cli.gold import read_gold, without_empty
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
OTHERS = {
    "gates": "{model} text",
    "suggest": "{model} {data} {out}/out.jsonl",
    "train": "{model}/config.cfg",
}
MODULES = "spacy_lstm_ner.cli"


def run(*args):
    return CliRunner().invoke(app, ["lstm-ner", *map(str, args)])


def run_on(command, model, data, out, *more):
    args = {**COMMANDS, **OTHERS}[command].format(model=model, data=data, out=out)
    return run(command, *args.split(), *more)


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
    result = run_on(command, folder / "model", folder / name, tmp_path / "out")
    assert result.exit_code == 1
    assert message in words(result)


def test_documents_without_annotation_are_refused(folder):
    with pytest.raises(ValueError, match="none of its 1 documents says anything about entities"):
        read_gold(spacy.blank("en"), folder / "plain.spacy", print)


def test_both_formats_give_the_same_documents(folder):
    nlp = spacy.blank("en")
    binary, lines = (
        read_gold(nlp, folder / f"data.{suffix}", print) for suffix in ("spacy", "jsonl")
    )
    assert [example.reference.to_json() for example in binary[1:]] == [
        example.reference.to_json() for example in lines
    ]
    assert all(not example.predicted.has_annotation("ENT_IOB") for example in lines)
    assert binary[0].reference.text == ""  # kept, for the numbers of those after it
    assert without_empty(binary) == binary[1:]


def test_an_empty_document_changes_numbers_and_no_scores(folder, tmp_path):
    """`evaluate` and `errors` mean the same document by a number, the one in the file."""
    pages = [tmp_path / f"{command}.html" for command in ("evaluate", "errors")]
    for name, n_docs in (("data.spacy", 5), ("data.jsonl", 4)):
        scores = tmp_path / f"{name}.json"
        more = ("--output", scores, "--html", pages[0])
        result = run("evaluate", folder / "model", folder / name, *more)
        assert result.exit_code == 0, result.output
        assert f"{n_docs} documents" in words(result)
        result = run("errors", folder / "model", folder / name, "--html", pages[1])
        assert result.exit_code == 0, result.output
        by_errors, by_evaluate = (
            {int(found) for found in re.findall(r"Document (\d+)", page.read_text("utf8"))}
            for page in reversed(pages)
        )
        assert by_errors and by_errors <= by_evaluate
        assert max(by_errors) == n_docs
    first, second = (srsly.read_json(tmp_path / f"data.{name}.json") for name in ("spacy", "jsonl"))
    same = ("ents_p", "ents_r", "ents_f", "ents_per_type", "ents_tag_acc", "counts", "words")
    assert [first[key] for key in same] == [second[key] for key in same]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_gold_file_loses_is_listed_once(folder, tmp_path, command):
    text = (folder / "data.jsonl").read_text("utf8")
    path = tmp_path / "data.jsonl"
    path.write_text(text * 2 + '{"text": 3}\n', encoding="utf8")
    result = run_on(command, folder / "model", path, tmp_path / "out")
    (line,) = [line for line in result.output.splitlines() if "unreadable" in line]
    assert line.startswith(f"{path}:9: unreadable: ")


@pytest.mark.parametrize("command", [*COMMANDS, *OTHERS])
def test_the_gpu_that_is_asked_for_is_set_up(folder, tmp_path, monkeypatch, command):
    asked = []

    def setup_gpu(number):
        asked.append(number)
        raise ValueError("Cannot use GPU, no GPU.")

    monkeypatch.setattr(f"{MODULES}.{command.replace('-', '_')}.setup_gpu", setup_gpu)
    result = run_on(command, folder / "model", folder / "data.spacy", tmp_path, "--gpu-id", 7)
    assert asked == [7]
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "Cannot use GPU, no GPU." in words(result)


@pytest.mark.parametrize("command", [*COMMANDS, "gates", "suggest"])
def test_code_is_imported_before_the_pipeline(folder, tmp_path, command):
    """Without it the pipeline's config names a function that nobody has registered."""
    code = tmp_path / "code.py"
    code.write_text("raise ValueError('imported')\n", encoding="utf8")
    args = (command, "no_such_pipeline", folder / "data.spacy", tmp_path / "out")
    result = run_on(*args, "--code", code)
    assert result.exit_code == 1 and "imported" in words(result)


@pytest.mark.parametrize(
    "args",
    [
        "evaluate {model} {data} --output {out}",
        "evaluate {model} {data} --html {out}",
        "errors {model} {data} --json {out}",
        "compare {data} {model} --output {out}",
        "gates {model} text --json {out}",
        "calibrate {model} {data} {out} --plot {out}",
        "thresholds {model} {data} {out} --best-f1 --json {out}",
        "debug-data {data} --output {out}",
    ],
)
def test_a_folder_is_no_file_to_write(folder, tmp_path, args):
    paths = {"model": folder / "model", "data": folder / "data.spacy", "out": tmp_path}
    result = run(*args.format(**paths).split())
    assert result.exit_code == 2 and "is a directory" in words(result)


def test_a_language_that_spacy_lacks_is_named(folder):
    result = run("debug-data", folder / "data.jsonl", "--lang", "xy")
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "Can't import language xy" in words(result)


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
