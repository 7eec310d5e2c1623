"""Who may import whom: the folders in the order the data travels."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "spacy_lstm_ner"
BASE = {"types", "errors"}
ALLOWED = {
    "errors": set(),
    "types": set(),
    "tags": BASE,
    "ops": BASE,
    "layers": {"ops"} | BASE,
    "models": {"layers"} | BASE,
    "data": {"tags"} | BASE,
    "training": {"diagnostics", "evaluation"} | BASE,
    "pipeline": {"tags", "ops", "evaluation"} | BASE,
    "evaluation": {"tags"} | BASE,
    "diagnostics": {"ops", "layers", "tags"} | BASE,
    "scale": {"data", "training"} | BASE,
    "cli": {
        *("data", "tags", "ops", "layers", "models", "pipeline"),
        *("training", "evaluation", "diagnostics", "scale"),
    }
    | BASE,
}
FILES = sorted(PACKAGE.rglob("*.py"))


def imports_of(path):
    """Modules of ours that a file imports, by their path inside the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = parts[: len(parts) - node.level]
            module = [*above, *(node.module or "").split(".")]
            module = [part for part in module if part]
            yield from (".".join(module) or alias.name for alias in node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names]
            names.append(getattr(node, "module", None) or "")
            assert not any(name.startswith("spacy_lstm_ner") for name in names), "import relatively"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports(path):
    folder = path.relative_to(PACKAGE).with_suffix("").parts[0]
    if folder == "__init__":
        assert not list(imports_of(path))
        return
    for module in imports_of(path):
        inside = module.split(".")[0] == folder
        assert inside or any(
            module == allowed or module.startswith(allowed + ".") for allowed in ALLOWED[folder]
        ), f"{folder} may not import {module}"


def test_every_folder_has_a_rule():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert folders | BASE == set(ALLOWED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_short(path):
    assert len(path.read_text(encoding="utf8").splitlines()) <= 300
