"""docs/compatibility.md: nothing is marked as working without a test that is there."""

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import List, NamedTuple, Set

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "compatibility.md"


class Row(NamedTuple):
    what: str
    works: str
    tests: List[str]


def rows() -> List[Row]:
    """The rows of all tables of the page: what, works, tests (in backticks)."""
    found = []
    for line in PAGE.read_text("utf8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and cells[1] != "works":
            assert len(cells) == 3, line
            found.append(Row(cells[0], cells[1], read_tests(cells[2].removesuffix(" |"))))
    return found


def read_tests(cell: str) -> List[str]:
    """Tests in backticks, with commas between them, and nothing else."""
    spans = cell.split(", ") if cell else []
    for span in spans:
        assert re.fullmatch(r"`tests/\S+\.py::test_\w+(\[\w+\])?`", span), cell
    return [span.strip("`") for span in spans]


@lru_cache
def names_of(path: Path) -> Set[str]:
    tree = ast.parse(path.read_text("utf8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_page_has_rows_for_what_was_promised():
    assert len(rows()) > 100


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.what[:60])
def test_a_row_says_how_far_it_works_and_which_test_shows_it(row):
    verdict = row.works.split(":")[0].split(",")[0]
    assert verdict in {"yes", "in part", "no"}
    assert verdict == "yes" or ":" in row.works, "what does not work is said"
    assert row.tests or verdict == "no"
    for test in row.tests:
        path, _, name = test.partition("[")[0].partition("::")
        assert name.startswith("test_") and name in names_of(ROOT / path), test
