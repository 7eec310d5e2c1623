"""What it costs to have this package, and what it pulls in."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PACKAGE = Path(__file__).parents[2] / "spacy_lstm_ner"
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)
COST = """
import json, sys, time
begin = time.process_time()
import spacy
before, start = set(sys.modules), time.process_time()
import spacy_lstm_ner.pipeline.factory
import spacy_lstm_ner.models.tagger, spacy_lstm_ner.models.word_embed
spacys, ours = start - begin, time.process_time() - start
print(json.dumps([ours / spacys, sorted(set(sys.modules) - before)]))
"""
FOREIGN = """
import json, sys
before = set(sys.modules)
import spacy
print(json.dumps([name for name in set(sys.modules) - before if name.startswith("spacy_lstm_ner")]))
"""


def run(code: str):
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_import_costs_a_tenth_of_a_second_over_spacy():
    """spaCy's takes about 1.7 s of CPU time, and a share does not change with other work."""
    shares, modules = zip(*(run(COST) for _ in range(3)))
    assert min(shares) < 0.06
    heavy = {"torch", "matplotlib", "typer", "ray", "pandas", "pyarrow", "hypothesis"}
    assert {name.split(".")[0] for name in modules[0]} & heavy == set()


def test_spacy_alone_imports_nothing_of_this_package():
    assert run(FOREIGN) == []


@pytest.mark.slow
def test_every_module_can_be_imported_first_and_alone():
    """In one process each would hide the circle that another one closes: so each is forgotten."""
    code = f"""
import importlib, json, sys
import spacy
failed = {{}}
for name in {MODULES!r}:
    for known in [m for m in sys.modules if m.startswith("spacy_lstm_ner")]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except Exception as error:
        failed[name] = repr(error)
print(json.dumps(failed))
"""
    assert run(code) == {}


def test_requirements_are_met():
    """`pip check` for this package alone: what other packages want is not its business."""
    for line in metadata.requires("spacy-lstm-ner"):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": "dev"}):
            version = metadata.version(requirement.name)
            assert requirement.specifier.contains(version, prereleases=True), line


def test_requirements_have_limits():
    """Above and below; torch alone has none above."""
    unlimited = set()
    for line in metadata.requires("spacy-lstm-ner"):
        requirement = Requirement(line)
        operators = {each.operator for each in requirement.specifier}
        assert ">=" in operators, line
        if requirement.marker is None and "<" not in operators:
            unlimited.add(requirement.name)
    assert unlimited == {"torch"}
