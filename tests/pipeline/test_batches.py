"""One answer for one text, whatever the batch: sizes, order, reload."""

import random
from pathlib import Path

import numpy
import pytest
import spacy
import srsly
from spacy.training import Example
from thinc.api import fix_random_seed

from .helpers import SMALL, ents_of

CORPUS = Path(__file__).parent.parent.parent / "corpus"


@pytest.fixture(scope="module")
def trained():
    """Half trained on real text, so that many decisions are close."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={"model": {**SMALL["model"], "depth": 2, "residual": True}})
    examples = []
    for record in list(srsly.read_jsonl(CORPUS / "train.jsonl"))[:60]:
        doc = nlp.make_doc(record["text"])
        spans = [(span["start"], span["end"], span["label"]) for span in record["spans"]]
        aligned = [span for span in spans if doc.char_span(*span[:2]) is not None]
        examples.append(Example.from_dict(doc, {"entities": aligned}))
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(8):
        for begin in range(0, len(examples), 10):
            nlp.update(examples[begin : begin + 10], sgd=optimizer)
    return nlp


@pytest.fixture(scope="module")
def texts():
    """1,000 documents of unequal length: sentences, whole texts, one word, none."""
    found = []
    for record in srsly.read_jsonl(CORPUS / "train.jsonl"):
        found += [record["text"][start:end] for start, end in record["sentences"]]
    return ["", "London", "\n", *found[: 1000 - 53], *_documents(50)]


def _documents(count):
    return [record["text"] for record in srsly.read_jsonl(CORPUS / "dev.jsonl")][:count]


def test_entities_equal_for_any_batch(trained, texts):
    assert len(texts) == 1000 and {0, 1} <= {len(trained.make_doc(text)) for text in texts}
    alone = [ents_of(trained(text)) for text in texts]
    assert sum(map(len, alone)) > 500
    for batch_size in (1, 2, 7, 256):
        found = [ents_of(doc) for doc in trained.pipe(texts, batch_size=batch_size)]
        assert found == alone, batch_size
    order = list(range(len(texts)))
    random.Random(0).shuffle(order)
    shuffled = trained.pipe([texts[n] for n in order], batch_size=64)
    assert [ents_of(doc) for doc in shuffled] == [alone[n] for n in order]


def test_scores_equal_for_any_batch(trained, texts):
    model = trained.get_pipe("lstm_ner").model
    docs = [trained.make_doc(text) for text in texts[:200]]

    def emissions(batch_size):
        found = []
        for begin in range(0, len(docs), batch_size):
            packed = model.predict(docs[begin : begin + batch_size]).emissions
            found.append(packed.data[packed.layout.packed_rows])
        return numpy.concatenate(found)

    alone = emissions(1)
    for batch_size in (2, 7, 200):
        numpy.testing.assert_allclose(emissions(batch_size), alone, atol=1e-5)


def test_entities_equal_after_reload(trained, texts, tmp_path):
    trained.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    expected = [ents_of(doc) for doc in trained.pipe(texts[:100])]
    assert [ents_of(doc) for doc in loaded.pipe(texts[:100])] == expected


def test_pipe_is_lazy_and_keeps_contexts(trained):
    def stream():
        yield "London", 1
        yield "Paris", 2
        raise AssertionError("read too far")

    found = trained.pipe(stream(), as_tuples=True, batch_size=1)
    assert [next(found)[1] for _ in range(1)] == [1]


def test_n_process(trained, texts):
    expected = [ents_of(doc) for doc in trained.pipe(texts[:60])]
    found = trained.pipe(texts[:60], n_process=2, batch_size=10)
    assert [ents_of(doc) for doc in found] == expected
