"""Corpora as published give the same IOB2 as the copies that we measure on, byte for byte."""

import gzip
import os
from pathlib import Path

import pytest
import spacy

from spacy_lstm_ner.data.columns import read_columns
from spacy_lstm_ner.data.kaggle import read_csv
from spacy_lstm_ner.data.split import parse_split, split_docs
from spacy_lstm_ner.data.to_iob2 import write_iob2

FOLDER = os.environ.get("SPACY_LSTM_NER_DATA")
DATA = Path(FOLDER or ".")
pytestmark = pytest.mark.skipif(not FOLDER, reason="SPACY_LSTM_NER_DATA names no folder of corpora")
VOCAB = spacy.blank("en").vocab


def check(docs, expected, tmp_path):
    problems = []
    write_iob2(list(docs), tmp_path / "a.iob2", problems.append)
    wanted = gzip.decompress((DATA / expected).read_bytes())
    assert (tmp_path / "a.iob2").read_bytes() == wanted
    assert problems == []


@pytest.mark.parametrize(
    "published,part",
    [
        ("wnut17train.conll", "train"),
        ("emerging.dev.conll", "dev"),
        ("emerging.test.annotated", "test"),
    ],
)
def test_wnut17(tmp_path, published, part):
    problems = []
    docs = read_columns(DATA / "wnut17" / "upstream" / published, VOCAB, problems.append)
    check(docs, f"wnut17/{part}.iob2.gz", tmp_path)
    assert problems == []


def test_btc(tmp_path):
    problems = []
    docs = {
        name: list(
            read_columns(DATA / "btc" / "upstream" / f"{name}.conll.gz", VOCAB, problems.append)
        )
        for name in "abefgh"
    }
    train = [*docs["a"], *docs["b"], *docs["e"], *docs["g"], *docs["h"][:1000]]
    check(train, "btc/train.iob2.gz", tmp_path)
    check(docs["h"][1000:], "btc/dev.iob2.gz", tmp_path)
    check(docs["f"], "btc/test.iob2.gz", tmp_path)
    assert {(p.kind, p.text.strip(" ")) for p in problems} == {("unreadable", "\tO")}
    places = [(p.path.name[0], p.line) for p in problems]
    assert places[:3] == [("f", 13046), ("f", 16303), ("f", 16304)]
    assert len(places) == 7


@pytest.mark.parametrize("part", ["train", "dev", "test"])
def test_wikigold(tmp_path, part):
    problems = []
    docs = list(read_columns(DATA / "wikigold" / f"{part}.iob2.gz", VOCAB, problems.append))
    assert len(docs) == {"train": 115, "dev": 15, "test": 15}[part]
    check(docs, f"wikigold/{part}.iob2.gz", tmp_path)
    assert problems == []


@pytest.mark.slow
def test_gmb_by_the_rule_of_the_course(tmp_path):
    problems = []
    docs = list(read_csv(DATA / "gmb" / "ner_dataset.csv.zip", VOCAB, problems.append))
    for part, kept in split_docs(docs, parse_split("0.7,0.15,0.15")).items():
        check(kept, f"gmb/{part}.iob2.gz", tmp_path)
    ((kind, text),) = [(problem.kind, problem.text) for problem in problems]
    assert (kind, text) == ("skipped", "Indian forces said they responded to the attack")
