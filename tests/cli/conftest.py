import numpy
import pytest
import spacy
from spacy.vectors import Vectors


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Pipeline folders with vectors."""
    folder = tmp_path_factory.mktemp("vectors")
    for name, lang, n_rows in [("few", "en", 49_999), ("many", "en", 50_000), ("german", "de", 2)]:
        nlp = spacy.blank(lang)
        table = numpy.ones((n_rows, 5), dtype="f")
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=table, keys=["Rome", "in"])
        nlp.to_disk(folder / name)
    nlp = spacy.blank("en")
    settings = {"mode": "floret", "minn": 2, "maxn": 3, "hash_count": 2, "bow": "<", "eow": ">"}
    table = numpy.ones((100, 5), dtype="f")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=table, **settings)
    nlp.to_disk(folder / "floret")
    return folder
