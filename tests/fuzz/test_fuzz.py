"""A short run of what `make fuzz` does at length."""

from random import Random

import pytest

from .components import WAYS, Trained, without_entry_points
from .runs import fuzz_docs, fuzz_files

pytestmark = pytest.mark.filterwarnings("ignore:.*(gold entities|teach nothing)")


@pytest.fixture(autouse=True)
def quick_msgpack(monkeypatch):
    without_entry_points(monkeypatch.setattr)


@pytest.mark.parametrize("way", WAYS)
def test_documents(way):
    tally = fuzz_docs([Trained(way)], 20, seed=0)
    assert tally.failures == []
    assert tally.outcomes["tokens"] > 100


def test_files(tmp_path):
    tally = fuzz_files(Trained("words"), 150, tmp_path, Random(0))
    assert tally.failures == []
    assert set(tally.outcomes) >= {"disk: refused", "bytes: refused", "sealed: refused"}
    assert sum(tally.outcomes.values()) == 150


def test_pipelines(tmp_path):
    """Through `spacy.load`."""
    tally = fuzz_files(Trained("words"), 3, tmp_path, Random(1), load_pipelines=True)
    assert tally.failures == []
