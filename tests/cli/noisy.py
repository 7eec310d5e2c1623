"""A small pipeline that is often wrong, and gold documents to adjust its confidences on."""

from random import Random

from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from spacy.util import load_model
from thinc.api import fix_random_seed

from tests.pipeline.helpers import SMALL

PEOPLE = ["Ada", "Bea", "Cleo", "Dora", "Eve", "Fay", "Gus", "Hal", "Ira", "Jo"]
PLACES = ["Rome", "Lima", "Oslo", "Bonn", "Kyiv", "Cork", "Ghent", "Jena", "Nice", "Perth"]


def make_docs(vocab, n, seed, noise):
    """Documents in which a share of the names of two words has the wrong label, or none."""
    rng, docs = Random(seed), []
    for _ in range(n):
        words, ents = [], []
        for _ in range(rng.randint(1, 3)):
            names, label = rng.choice([(PEOPLE, "PERSON"), (PLACES, "GPE")])
            width = rng.choice([1, 1, 2])
            if width == 2 and rng.random() < noise:
                label = rng.choice(["PERSON", "GPE", None])
            words += [rng.choice(["then", "and", "so"]), rng.choice(names)]
            words += ["Smith"] * (width - 1) + [rng.choice(["left", "won"])]
            if label:
                ents.append((len(words) - 1 - width, len(words) - 1, label))
        doc = Doc(vocab, words=words)
        doc.set_ents([Span(doc, *ent) for ent in ents], default="outside")
        docs.append(doc)
    return docs


def write(path, docs):
    DocBin(docs=docs).to_disk(path)
    return path


def train(nlp, tmp_path):
    """Train and save a pipeline, and write dev.spacy and test.spacy beside it."""
    fix_random_seed(0)
    nlp.add_pipe("lstm_ner", config=SMALL)
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in make_docs(nlp.vocab, 40, 0, 0.3)]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(tmp_path / "model")
    write(tmp_path / "dev.spacy", make_docs(nlp.vocab, 120, 1, 0.9))
    write(tmp_path / "test.spacy", make_docs(nlp.vocab, 60, 2, 0.9))
    return tmp_path


def confidences(path, data, **config):
    """Entities of a saved pipeline with their confidences, document by document, and gold."""
    settings = {"confidence": True, **config}
    nlp = load_model(path, config={"components": {"lstm_ner": settings}})
    gold = list(DocBin().from_disk(data).get_docs(nlp.vocab))
    found = []
    for doc, reference in zip(nlp.pipe(doc.text for doc in gold), gold):
        right = {(ent.start, ent.end, ent.label) for ent in reference.ents}
        found.append(
            [
                (ent.start, ent.end, ent.label_, ent._.confidence, key in right)
                for ent in doc.ents
                for key in [(ent.start, ent.end, ent.label)]
            ]
        )
    return found
