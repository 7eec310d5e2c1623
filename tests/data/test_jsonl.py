import json
from pathlib import Path

import pytest
import srsly
from spacy.tokens import Doc, DocBin

from spacy_lstm_ner.data.jsonl import Misaligned, read_jsonl

CORPUS = Path(__file__).parent.parent.parent / "corpus"


def write(path, *records):
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf8")
    return path


def span(start, end, label="GPE"):
    return {"start": start, "end": end, "label": label}


def test_entities_sentences_and_meta(nlp, tmp_path):
    record = {
        "id": "x1",
        "text": "In Rome. In Oslo.",
        "spans": [span(3, 7), span(12, 16)],
        "sentences": [[0, 8], [9, 17]],
        "meta": {"register": "news"},
    }
    ((doc, misaligned),) = read_jsonl(write(tmp_path / "a.jsonl", record), nlp.tokenizer)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Rome", "GPE"), ("Oslo", "GPE")]
    assert [sent.text for sent in doc.sents] == ["In Rome.", "In Oslo."]
    assert doc.user_data["id"] == "x1" and doc.user_data["meta"] == {"register": "news"}
    assert misaligned == []
    assert all(token.ent_iob_ in "BIO" for token in doc)


def test_misaligned_spans_leave_their_tokens_without_annotation(nlp, tmp_path):
    text = "It lost £61m. in Rome"
    records = [
        {"text": "a", "spans": []},
        {"text": text, "spans": [span(8, 12, "MONEY"), span(17, 21)]},
    ]
    _, (doc, misaligned) = read_jsonl(write(tmp_path / "a.jsonl", *records), nlp.tokenizer)
    assert misaligned == [Misaligned(2, "£61m", "MONEY", "£61m.")]
    assert [(token.text, token.ent_iob_) for token in doc] == [
        ("It", "O"),
        ("lost", "O"),
        ("£", ""),
        ("61", ""),
        ("m.", ""),
        ("in", "O"),
        ("Rome", "B"),
    ]
    assert [ent.text for ent in doc.ents] == ["Rome"]


def test_two_misaligned_spans_in_one_token(nlp, tmp_path):
    record = {"text": "abcdef Rome", "spans": [span(0, 2), span(3, 5), span(7, 11)]}
    ((doc, misaligned),) = read_jsonl(write(tmp_path / "a.jsonl", record), nlp.tokenizer)
    assert len(misaligned) == 2
    assert [token.ent_iob_ for token in doc] == ["", "B"]


def test_the_corpus(nlp):
    """Counts of its README: every entity arrives, or is reported."""
    counts = {"train": (458, 4498), "dev": (98, 959), "test": (99, 925)}
    n_misaligned = 0
    for part, (n_docs, n_ents) in counts.items():
        read = list(read_jsonl(CORPUS / f"{part}.jsonl", nlp.tokenizer))
        assert len(read) == n_docs
        assert sum(len(doc.ents) + len(misaligned) for doc, misaligned in read) == n_ents
        n_misaligned += sum(len(misaligned) for _, misaligned in read)
    assert n_misaligned == 6


def test_missing_annotation_survives_the_binary_format(nlp, tmp_path):
    record = {"text": "It lost £61m. in Rome", "spans": [span(8, 12, "MONEY")]}
    ((doc, _),) = read_jsonl(write(tmp_path / "a.jsonl", record), nlp.tokenizer)
    DocBin(docs=[doc]).to_disk(tmp_path / "a.spacy")
    (again,) = DocBin().from_disk(tmp_path / "a.spacy").get_docs(nlp.vocab)
    assert [token.ent_iob for token in again] == [token.ent_iob for token in doc]
    assert 0 in [token.ent_iob for token in again]


@pytest.mark.parametrize(
    "record,message",
    [
        ({"spans": []}, "line 1, cannot be read: KeyError: 'text'"),
        ({"text": "a"}, "line 1, cannot be read: KeyError: 'spans'"),
        ({"text": 3, "spans": []}, "line 1, cannot be read: TypeError"),
        ({"text": "a b", "spans": [span(0, 9)]}, "from 0 to 9 in a text of 3 characters"),
        ({"text": "a b", "spans": [span(2, 2)]}, "from 2 to 2 in a text of 3 characters"),
        ({"text": "a b", "spans": [span(-1, 2)]}, "from -1 to 2"),
        ({"text": "a b", "spans": [{"start": 0}]}, "KeyError: 'end'"),
        ({"text": "a b", "spans": [span(0, 3), span(0, 1)]}, "line 1, cannot be read"),
    ],
)
def test_bad_lines_are_named(nlp, tmp_path, record, message):
    with pytest.raises(ValueError, match=message):
        list(read_jsonl(write(tmp_path / "a.jsonl", record), nlp.tokenizer))


def test_broken_json(nlp, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "spans": []}\n{"text": ', encoding="utf8")
    with pytest.raises(ValueError):
        list(read_jsonl(tmp_path / "a.jsonl", nlp.tokenizer))


def test_docs_are_made_one_at_a_time(nlp):
    first = next(read_jsonl(CORPUS / "dev.jsonl", nlp.tokenizer))
    assert isinstance(first[0], Doc)
    assert next(iter(srsly.read_jsonl(CORPUS / "dev.jsonl")))["text"] == first[0].text
