"""A small corpus, and runs of the accuracy harness that were or were not trained."""

import numpy
import spacy
import srsly
import typer
from spacy.tokens import Doc, DocBin
from typer.testing import CliRunner

from benchmarks.accuracy.run import ROOT, main

CONFIG = ROOT / "benchmarks" / "accuracy" / "configs" / "most_frequent_tag.cfg"
PARTS = {
    "train": ["Rome/B-LOC is far", "Rome/B-LOC , Ada/B-PER Byron/I-PER", "Ada/O sings"],
    "dev": ["Rome/B-LOC sings"],
    "test": [
        "Rome/B-LOC and Ada/B-PER Byron/I-PER sing",
        "he sings",
        "Turin/B-LOC is in Byron/B-LOC",
    ],
}

# tp, fp and fn of three documents
OURS = numpy.array([[3, 1, 1], [0, 2, 2], [4, 0, 1]])
BASELINE = numpy.array([[2, 1, 2], [1, 0, 1], [3, 2, 2]])
WORSE = numpy.array([[1, 1, 3], [0, 1, 2], [3, 0, 2]])


def write_part(folder, part, texts):
    nlp = spacy.blank("en")
    docs = []
    for text in texts:
        pairs = [word.partition("/")[::2] for word in text.split()]
        words = [word for word, _ in pairs]
        docs.append(Doc(nlp.vocab, words, ents=[tag or "O" for _, tag in pairs]))
    DocBin(docs=docs).to_disk(folder / f"{part}.spacy")


def write_corpus(folder):
    folder.mkdir()
    for part, texts in PARTS.items():
        write_part(folder, part, texts)
    return folder


def run(corpus, tmp_path, *more, config=f"tags={CONFIG}"):
    app = typer.Typer()
    app.command()(main)
    results = ["--results", str(tmp_path / "results"), "--models", str(tmp_path / "models")]
    args = [str(corpus), "--config", config, "--seeds", "0", *results, *more]
    return CliRunner().invoke(app, args)


def message_of(result):
    """What was printed, without typer's frame."""
    return " ".join(result.output.replace("│", " ").split())


def write_run(folder, corpus, name, seed, counts, vectors=None, f=50.0):
    scores = {"ents_f": f, "ents_p": 60.0, "ents_r": 40.0}
    run = {
        **{"corpus": corpus, "name": name, "seed": seed, "dev": scores},
        **{"train_seconds": 1200.4, "megabytes": 4.25, "words_per_second": 12345},
        "vectors": vectors and {"name": vectors, "rows": 1, "width": 1},
    }
    if counts is not None:
        tp, fp, fn = (" ".join(str(row[k]) for row in counts) for k in range(3))
        part = {"tp": 1, "fp": 1, "fn": 0}
        run["test"] = {**scores, "tp": tp, "fp": fp, "fn": fn, "seen": part, "unseen": part}
    srsly.write_json(folder / f"{corpus}-{name}-{seed}.json", run)


def change_run(path, **changed):
    srsly.write_json(path, {**srsly.read_json(path), **changed})
