"""Fixtures shared by all tests."""

import pytest
import spacy
from hypothesis import settings
from spacy.language import Language

# How long an example takes says something about the machine's other work, not about the code.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        skip = pytest.mark.skip(reason="needs --slow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)
    # A worker that begins the longest file last would work on alone.
    slow_files = {item.path for item in items if "slow" in item.keywords}
    items.sort(key=lambda item: item.path not in slow_files)


@pytest.fixture
def nlp() -> Language:
    """A blank English pipeline."""
    return spacy.blank("en")
