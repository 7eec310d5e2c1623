from pathlib import Path

import numpy
import pytest
import srsly
from spacy.tokens import Doc, DocBin, Span

from spacy_lstm_ner.data.sources import parts_of_config, parts_of_files, roles_of

from .helpers import make_docs

CONFIG = Path(__file__).parent.parent.parent / "configs" / "efficiency.cfg"


def save(path, docs):
    DocBin(docs=docs).to_disk(path)
    return path


@pytest.mark.parametrize(
    "names,roles",
    [
        (["a.spacy", "b.jsonl", "c.spacy"], ["train", "dev", "test"]),
        (["my-test.spacy", "wnut17train.jsonl"], ["test", "train"]),
        (["latest.spacy", "dev.spacy", "contest.spacy"], ["train", "dev", "test"]),
        (["train1.spacy", "train2.spacy", "x.spacy"], ["train", "train", "dev"]),
        (["DEV.spacy"], ["dev"]),
    ],
)
def test_roles(names, roles):
    assert roles_of([Path(name) for name in names]) == roles


@pytest.mark.parametrize(
    "names,message",
    [
        (["a.conll"], "a.conll is neither a config"),
        (["dev.spacy", "a.spacy", "b.spacy", "c.spacy"], "c.spacy was given, but train, dev"),
    ],
)
def test_no_role(names, message):
    with pytest.raises(ValueError, match=message):
        roles_of([Path(name) for name in names])


def test_files_in_both_formats(nlp, tmp_path):
    record = {"text": "It lost £61m. there", "spans": [{"start": 8, "end": 12, "label": "MONEY"}]}
    srsly.write_jsonl(tmp_path / "dev.jsonl", [{"text": "a", "spans": []}, record])
    paths = [
        save(tmp_path / "train-b.spacy", make_docs(nlp.vocab, "b b")),
        tmp_path / "dev.jsonl",
        save(tmp_path / "train-a.spacy", make_docs(nlp.vocab, "a", "[Rome|GPE]")),
    ]
    parts = parts_of_files(paths, "en")
    assert list(parts) == ["train", "dev"]
    assert [doc.text.strip() for doc in parts["train"].docs] == ["b b", "a", "Rome"]
    assert not parts["train"].misaligned
    (found,) = parts["dev"].misaligned
    assert (found.part, found.doc, found.text) == ("dev", 2, "£61m")
    assert found.context == "It lost [£61m.] there"


def test_misaligned_in_spacy_files(nlp, tmp_path):
    doc = Doc(nlp.vocab, words=["ab", "cd", "ef"], spaces=[False, True, False])
    doc.set_ents([Span(doc, 0, 1, label="X"), Span(doc, 2, 3, label="X")])
    path = save(tmp_path / "train.spacy", [doc])
    (found,) = parts_of_files([path], "en")["train"].misaligned
    assert (found.doc, found.text, found.context) == (1, "ab", "[ab]cd ef")


def test_config(nlp, tmp_path):
    train = save(tmp_path / "a.spacy", make_docs(nlp.vocab, "in [Rome|GPE]"))
    dev = save(tmp_path / "b.spacy", make_docs(nlp.vocab, "a", "b"))
    nlp.vocab.reset_vectors(shape=(1, 3))
    nlp.vocab.set_vector("Rome", numpy.ones(3, dtype="f"))
    nlp.to_disk(tmp_path / "vectors")
    parts = parts_of_config(
        CONFIG,
        {
            "paths.train": str(train),
            "paths.dev": str(dev),
            "paths.vectors": str(tmp_path / "vectors"),
        },
    )
    assert {role: len(part.docs) for role, part in parts.items()} == {"train": 1, "dev": 2}
    vocab = parts["train"].docs[0].vocab
    assert vocab is parts["dev"].docs[0].vocab
    assert vocab.has_vector("Rome") and not vocab.has_vector("in")


def test_broken_file(tmp_path):
    path = tmp_path / "train.spacy"
    path.write_bytes(b"not a DocBin")
    with pytest.raises(ValueError, match="The data of .*train.spacy cannot be read"):
        parts_of_files([path], "en")
