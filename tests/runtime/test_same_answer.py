"""One answer for one text: after a reload, in a process of its own, in any batch there."""

import json

import numpy
import pytest
import spacy

from .helpers import TEXTS, assert_same, outcome, own_words, shared_tok2vec
from .limited import run_limited

ELSEWHERE = """
import json, sys, spacy
from tests.runtime.helpers import TEXTS, outcome
for folder in sys.argv[1:]:
    found = outcome(spacy.load(folder).pipe(TEXTS, batch_size=3))
    print(json.dumps([found.ents, found.spans, found.probabilities.tolist()]))
"""
PIPELINES = {"own": own_words, "shared": lambda: shared_tok2vec()[0]}


@pytest.fixture(scope="module")
def pipelines():
    return {kind: make() for kind, make in PIPELINES.items()}


@pytest.fixture(params=PIPELINES)
def nlp(pipelines, request):
    return pipelines[request.param]


def test_in_a_new_process(pipelines, tmp_path):
    """Another seed of Python's hashes, other addresses, another batch."""
    for kind, nlp in pipelines.items():
        nlp.to_disk(tmp_path / kind)
    folders = [str(tmp_path / kind) for kind in pipelines]
    lines = run_limited("-c", ELSEWHERE, *folders, PYTHONHASHSEED="77").splitlines()
    assert len(lines) == len(pipelines)
    for nlp, line in zip(pipelines.values(), lines):
        ents, spans, probabilities = json.loads(line)
        expected = outcome(map(nlp, TEXTS))
        assert [[tuple(ent) for ent in of_doc] for of_doc in ents] == expected.ents
        assert [[tuple(span) for span in of_doc] for of_doc in spans] == expected.spans
        numpy.testing.assert_allclose(probabilities, expected.probabilities, rtol=0, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_reloaded_in_several_processes(nlp, tmp_path, batch_size):
    expected = outcome(map(nlp, TEXTS * 3))
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    found = loaded.pipe(TEXTS * 3, n_process=2, batch_size=batch_size)
    assert_same(outcome(found), expected)


def test_again_and_again(nlp):
    """What was seen before, in whatever company, changes nothing."""
    expected = outcome(map(nlp, TEXTS))
    list(nlp.pipe([f"{text} and so on {n}" for n, text in enumerate(TEXTS * 20)]))
    assert_same(outcome(map(nlp, TEXTS)), expected)
    assert_same(outcome([*nlp.pipe(TEXTS[::-1])][::-1]), expected)
