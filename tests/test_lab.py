"""The chapters of docs/lab: what they tell the reader to run runs, and prints what they say it
prints; what they quote and show is there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
LAB = ROOT / "docs" / "lab"
PAGES = sorted(LAB.glob("*.md"))
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
IN_LAB = "--output docs/lab/figures"  # commands that `make lab` runs


class Block(NamedTuple):
    """A fenced block, with the output that stands below it, if any."""

    page: str
    kind: str
    text: str
    output: str

    @property
    def needs_project(self):
        return bool(re.search("training/|corpus/", self.text))


def read_blocks(page):
    found = FENCE.findall(page.read_text("utf8"))
    for (kind, text), (next_kind, output) in zip(found, [*found[1:], ("", "")]):
        yield Block(page.name, kind, text, output if next_kind == "text" else "")


def commands_of(block):
    return [line for line in one_line(block.text).splitlines() if line.startswith("python ")]


def one_line(text):
    """Text with continued lines joined."""
    return re.sub(r"\s*\\\n\s+", " ", text)


BLOCKS = [block for page in PAGES for block in read_blocks(page)]
PYTHON = [block for block in BLOCKS if block.kind == "python"]
QUOTES = [block for block in BLOCKS if block.kind.startswith("python ")]
COMMANDS = [
    (block.page, command, block.output)
    for block in BLOCKS
    if not block.kind
    for command in commands_of(block)
]


def run(command, cwd, **kwargs):
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    env.update(ANSI_COLORS_DISABLED="1", PYTHONPATH=str(ROOT))
    result = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf8",
        check=False,
        **kwargs,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def stripped(text):
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what the chapters work on, with a model that has hardly been trained."""
    path = tmp_path_factory.mktemp("lab")
    for name in ("configs", "corpus", "docs"):
        shutil.copytree(ROOT / name, path / name, ignore=shutil.ignore_patterns("*.spacy"))
    shutil.copy(ROOT / "project.yml", path)
    spacy = [sys.executable, "-m", "spacy"]
    run([*spacy, "project", "run", "convert"], path)
    run([*spacy, "project", "run", "train", ".", "--vars.max_steps", "10"], path)
    run([*spacy, "lstm-ner", "convert", "corpus/dev.jsonl", "corpus/lab/dev.spacy"], path)
    return path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_figures_exist(page):
    links = LINK.findall(page.read_text("utf8"))
    assert links and [link for link in links if not (LAB / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_are_named_exist(page):
    names = set(re.findall(r"`([\w/]+\.(?:py|cfg|jsonl))`", page.read_text("utf8")))
    places = (ROOT, ROOT / "spacy_lstm_ner", LAB)
    assert [name for name in names if not any((place / name).exists() for place in places)] == []


@pytest.mark.parametrize("block", QUOTES, ids=lambda block: block.text[:40])
def test_quoted_lines_stand_in_the_source(block):
    source = (ROOT / block.kind.split()[1]).read_text("utf8").splitlines()
    lines, quote = ([line.strip() for line in part] for part in (source, block.text.splitlines()))
    assert any(lines[i : i + len(quote)] == quote for i in range(len(lines)))


def test_figures_are_small_and_all_shown():
    shown = "".join(page.read_text("utf8") for page in PAGES)
    for figure in (LAB / "figures").glob("*.svg"):
        assert f"figures/{figure.name}" in shown
        assert figure.stat().st_size < 250_000


def test_make_lab_runs_the_commands_of_the_figures():
    recipe = one_line((ROOT / "Makefile").read_text("utf8"))
    commands = [command for _, command, _ in COMMANDS if IN_LAB in command]
    assert len(commands) == 3
    for command in commands:
        assert "$(BIN)/" + command in recipe


@pytest.mark.parametrize(
    "block", [b for b in PYTHON if not b.needs_project], ids=lambda b: b.page[:1]
)
def test_python(block):
    assert stripped(run([sys.executable, "-c", block.text], ROOT)) == stripped(block.output)


@pytest.mark.slow
@pytest.mark.parametrize("block", [b for b in PYTHON if b.needs_project], ids=lambda b: b.page[:1])
def test_python_on_the_project(block, project):
    """A model that has hardly been trained prints other numbers: as many lines."""
    printed = stripped(run([sys.executable, "-c", block.text], project))
    expected = stripped(block.output)
    assert len(printed) == len(expected)
    if "training/" not in block.text:
        assert printed == expected


@pytest.mark.slow
@pytest.mark.parametrize("page, command, output", COMMANDS, ids=lambda value: value[:1])
def test_commands(page, command, output, project):
    if IN_LAB in command and " gates " not in command:
        pytest.skip("takes minutes: make lab")
    program = f"{sys.executable} {command.removeprefix('python ')}"
    printed = run(program, project, shell=True)
    if output:
        assert stripped(printed) == stripped(output)
