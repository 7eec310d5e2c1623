"""README and docs: commands that exist with the options that they show, Python that runs, configs
that name what is there. Chapters of docs/lab are run as they are by tests/test_lab.py."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
import spacy
import typer
from spacy.cli._util import app
from spacy.util import registry
from thinc.api import fix_random_seed

from tests.pipeline.helpers import SMALL, make_examples
from tests.test_lab import one_line, read_blocks

from .helpers import ROOT, read_ini

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in read_blocks(page)]
SPACY = typer.main.get_command(app)
MODEL = "training/almanac/model-best"
PYTHON = {
    page.name: text
    for page in PAGES
    if page.name not in ("training.md", "scale.md")  # tests/life/test_docs.py and tests/scale/
    for text in ["\n".join(block.text for block in read_blocks(page) if block.kind == "python")]
    if text
}
INI = [block for block in BLOCKS if block.kind == "ini"]
DATA = [
    (
        "Ada Byron moved to Turin in May 1841.",
        [(0, 9, "PERSON"), (19, 24, "GPE"), (28, 36, "DATE")],
    ),
    ("Shares in Acme Corp. fell.", [(10, 20, "ORG")]),
]


def commands_of(block):
    """One command a line: continued lines joined, comments and the brackets of a synopsis gone."""
    text = re.sub(r"\n +(?=\[|--)", " ", one_line(block.text))
    for line in text.splitlines():
        plain = re.sub(r"\s#.*|[\[\]]|\.\.\.", "", line.strip()).replace(" | ", " ")
        yield from plain.split(" && ")


COMMANDS = sorted(
    {
        (block.page, command)
        for block in BLOCKS
        if block.kind in ("", "sh", "bash")
        for command in commands_of(block)
        if re.match(r"(spacy|python(?! -c)|make|pip|time spacy) ", command)
    }
)


def check_spacy(arguments):
    """Follow the names of subcommands; the last one must have the options, or take settings."""
    command = SPACY
    while hasattr(command, "commands"):
        assert arguments and arguments[0] in command.commands, f"no command {arguments[:1]}"
        command, arguments = command.commands[arguments[0]], arguments[1:]
    known = {option for param in command.params for option in param.opts + param.secondary_opts}
    takes_settings = command.context_settings.get("ignore_unknown_options", False)
    for option in [given.split("=")[0] for given in arguments if re.match("-[^0-9]", given)]:
        assert option in known or (takes_settings and "." in option), option


def check_module(name, options):
    """A script of ours: it exists, and its source has the options."""
    spec = importlib.util.find_spec(name)
    assert spec is not None, name
    source = Path(spec.origin).read_text("utf8")
    for option in options:
        argument = option.removeprefix("--").replace("-", "_")
        assert f'"{option}"' in source or re.search(rf"^    {argument}: ", source, re.MULTILINE)


@pytest.mark.parametrize("page, command", COMMANDS, ids=lambda value: value[:60])
def test_commands_and_options_exist(page, command):
    program, *arguments = shlex.split(command.removeprefix("time "))
    if program == "python" and arguments[:2] == ["-m", "spacy"]:
        program, arguments = "spacy", arguments[2:]
    if program == "spacy":
        check_spacy(arguments)
    elif program == "python" and arguments[0] == "-m":
        options = [given.split("=")[0] for given in arguments[2:] if given.startswith("--")]
        check_module(arguments[1], options)
    elif program == "make":
        recipe = (ROOT / "Makefile").read_text("utf8")
        assert all(re.search(rf"^{name}:", recipe, re.MULTILINE) for name in arguments), command
    elif program == "pip":
        assert arguments[0] == "install"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the Python blocks read."""
    path = tmp_path_factory.mktemp("docs")
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    examples = make_examples(nlp, DATA)
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    (path / MODEL).mkdir(parents=True)
    nlp.to_disk(path / MODEL)
    (path / "train.conll").write_text("Ann B-PER\nsaw O\n", encoding="utf8")
    return path


@pytest.mark.parametrize("page", PYTHON)
def test_python_runs(page, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    code, names = PYTHON[page], {"spacy": spacy, "path": MODEL}
    if ">>>" in code:  # what it prints is of another model
        code = "".join(re.findall(r"^(?!>>>|\{).*\n", code, re.MULTILINE))
    exec(compile(code, page, "exec"), names)
    if "Ada Byron" in code:
        assert "Turin" in capsys.readouterr().out or "O" in names["found"].tags.names


def names_in(section):
    for key, value in section.items():
        if isinstance(value, dict):
            yield from names_in(value)
        elif key.startswith("@"):
            yield key[1:], value


@pytest.mark.parametrize("block", INI, ids=lambda block: f"{block.page}: {block.text[:40]!r}")
def test_configs_name_what_is_registered(block):
    config = read_ini(block.text)
    assert config
    for kind, name in names_in(config):
        if name.startswith("spacy-transformers."):
            pytest.importorskip("spacy_transformers")
        assert registry.get(kind, name), name
