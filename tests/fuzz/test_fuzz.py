"""A short run of what `make fuzz` does at length."""

from random import Random

import pytest

from .components import Trained
from .runs import fuzz_docs, fuzz_files

pytestmark = pytest.mark.filterwarnings("ignore:.*(gold entities|teach nothing)")


@pytest.mark.parametrize("way", ["words", "cnn", "lstm", "ngrams"])
def test_documents(way):
    assert fuzz_docs([Trained(way)], 24, seed=0).failures == []


def test_files(tmp_path):
    tally = fuzz_files(Trained("words"), 200, tmp_path, Random(0))
    assert tally.failures == []
    assert set(tally.outcomes) >= {"disk: refused", "bytes: refused", "sealed: refused"}
    assert sum(tally.outcomes.values()) == 200


def test_pipelines(tmp_path):
    """Through `spacy.load`."""
    tally = fuzz_files(Trained("words"), 3, tmp_path, Random(1), load_pipelines=True)
    assert tally.failures == []
