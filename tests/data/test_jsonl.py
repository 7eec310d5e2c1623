import json
from pathlib import Path

import pytest
import srsly
from spacy.tokens import Doc

from spacy_lstm_ner.data.jsonl import read_jsonl
from spacy_lstm_ner.tags.annotated import annotated_labels

CORPUS = Path(__file__).parent.parent.parent / "corpus"


@pytest.fixture
def read(nlp, tmp_path):
    """Write records (or lines as they are), read them, and give Docs and problems."""

    def read_records(*records):
        lines = [line if isinstance(line, str) else json.dumps(line) for line in records]
        (tmp_path / "a.jsonl").write_bytes("\n".join(lines).encode("utf8"))
        problems = []
        return list(read_jsonl(tmp_path / "a.jsonl", nlp.tokenizer, problems.append)), problems

    return read_records


def span(start, end, label="GPE"):
    return {"start": start, "end": end, "label": label}


def ents(doc):
    return [(ent.text, ent.label_) for ent in doc.ents]


def iob(doc):
    return [token.ent_iob_ for token in doc]


def test_entities_sentences_and_meta(read):
    record = {
        "id": "x1",
        "text": "In Rome. In Oslo.",
        "spans": [span(3, 7), span(12, 16)],
        "sentences": [[0, 8], [9, 17]],
        "meta": {"register": "news"},
    }
    (doc,), problems = read(record)
    assert ents(doc) == [("Rome", "GPE"), ("Oslo", "GPE")]
    assert [sent.text for sent in doc.sents] == ["In Rome.", "In Oslo."]
    assert doc.user_data["id"] == "x1" and doc.user_data["meta"] == {"register": "news"}
    assert problems == []
    assert iob(doc) == ["O", "B", "O", "O", "B", "O"]


@pytest.mark.parametrize(
    "keys",
    [
        {"text": "In Rome", "spans": [{**span(3, 7), "token_start": 1}], "answer": "accept"},
        {"text": "In Rome", "label": [[3, 7, "GPE"]]},
        {"text": "In Rome", "labels": [[3, 7, "GPE"]]},
        {"data": "In Rome", "label": [[3, 7, "GPE"]]},
        {
            "text": "In Rome",
            "entities": [{"id": 7, "label": "GPE", "start_offset": 3, "end_offset": 7}],
            "relations": [],
        },
    ],
)
def test_keys_of_other_tools(read, keys):
    (doc,), problems = read(keys)
    assert ents(doc) == [("Rome", "GPE")] and problems == []


def test_rejected_and_ignored_records_are_skipped_and_reported(read):
    records = [
        {"text": "Rome", "spans": [span(0, 4)], "answer": answer}
        for answer in ("accept", "reject", "ignore")
    ]
    docs, problems = read(*records, {"text": "no spans", "answer": "ignore"})
    assert [doc.text for doc in docs] == ["Rome"]
    assert [(p.kind, p.line, p.text) for p in problems] == [
        ("skipped", 2, "Rome"),
        ("skipped", 3, "Rome"),
        ("skipped", 4, "no spans"),
    ]
    assert "its answer is 'reject'" in problems[0].message


def test_given_tokens_are_the_tokens(read):
    text = "ab  c."
    tokens = [{"start": s, "end": e} for s, e in ((0, 1), (1, 2), (3, 4), (4, 6))]
    (doc,), problems = read({"text": text, "spans": [span(1, 2)], "tokens": tokens})
    assert [token.text for token in doc] == ["a", "b", " ", "c."]
    assert doc.text == text and ents(doc) == [("b", "GPE")] and problems == []


def test_given_tokens_must_make_the_text(read):
    record = {"text": "a b", "spans": [], "tokens": [{"start": 0, "end": 1}]}
    docs, (problem,) = read(record, {"text": "ok", "spans": []})
    assert [doc.text for doc in docs] == ["ok"]
    assert "the given tokens make the text 'a ', which differs from 'text'" in problem.message


def test_misaligned_spans_leave_their_tokens_without_annotation(read):
    text = "It lost £61m. in Rome"
    records = [
        {"text": "a", "spans": []},
        {"text": text, "spans": [span(8, 12, "MONEY"), span(17, 21)]},
    ]
    (_, doc), (problem,) = read(*records)
    assert (problem.kind, problem.line, problem.text) == ("misaligned", 2, "£61m")
    assert problem.message.startswith("MONEY does not fit the tokens '£61m.'")
    assert [token.text for token in doc] == ["It", "lost", "£", "61", "m.", "in", "Rome"]
    assert iob(doc) == ["O", "O", "", "", "", "O", "B"]
    assert ents(doc) == [("Rome", "GPE")]


def test_two_misaligned_spans_in_one_token(read):
    record = {"text": "abcdef Rome", "spans": [span(0, 2), span(3, 5), span(7, 11)]}
    (doc,), problems = read(record)
    assert [(p.kind, p.text) for p in problems] == [("misaligned", "ab"), ("misaligned", "de")]
    assert iob(doc) == ["", "B"]


def test_a_span_between_two_tokens_is_reported(read):
    (doc,), (problem,) = read({"text": "a b", "spans": [span(1, 2)]})
    assert (problem.kind, problem.text) == ("misaligned", " ")
    assert iob(doc) == ["O", "O"]


def test_of_overlapping_spans_the_longest_is_kept(read):
    record = {
        "text": "New York City Hall here",
        "spans": [span(0, 8), span(4, 18, "ORG"), span(4, 18, "FAC"), span(19, 23)],
    }
    (doc,), problems = read(record)
    assert ents(doc) == [("York City Hall", "ORG"), ("here", "GPE")]
    assert iob(doc) == ["", "B", "I", "I", "B"]
    assert [(p.kind, p.text) for p in problems] == [
        ("overlapping", "New York"),
        ("overlapping", "York City Hall"),
    ]
    assert problems[0].message.startswith("GPE overlaps with ORG 'York City Hall'")


def test_the_same_span_twice_is_reported(read):
    (doc,), (problem,) = read({"text": "Rome", "spans": [span(0, 4), span(0, 4)]})
    assert ents(doc) == [("Rome", "GPE")] and problem.kind == "overlapping"


def test_missing_annotation(read):
    record = {"text": "a b c Rome", "spans": [span(6, 10)], "missing": [[0, 1], [2, 5]]}
    (doc,), problems = read(record)
    assert iob(doc) == ["", "", "", "B"] and problems == []


def test_annotated_labels(read):
    record = {"text": "In Rome", "spans": [span(3, 7)]}
    sets = [{}, {"annotated_labels": ["GPE", "LOC"]}, {"annotated_labels": []}]
    docs, problems = read(*({**record, **labels} for labels in sets))
    assert [annotated_labels(doc) for doc in docs] == [None, ("GPE", "LOC"), ()]
    assert problems == []


def test_a_sentence_start_inside_a_token(read):
    record = {"text": "In Rome.", "spans": [], "sentences": [[0, 4], [4, 8]]}
    (doc,), (problem,) = read(record)
    assert [sent.text for sent in doc.sents] == ["In Rome."]
    assert problem.kind == "misaligned"
    assert "to start at character 4, where no token starts" in problem.message


def test_the_corpus(nlp):
    """Counts of its README: every entity arrives, or is reported."""
    counts = {"train": (458, 4498), "dev": (98, 959), "test": (99, 925)}
    problems = []
    for part, (n_docs, n_ents) in counts.items():
        before = len(problems)
        read = list(read_jsonl(CORPUS / f"{part}.jsonl", nlp.tokenizer, problems.append))
        assert len(read) == n_docs
        assert sum(len(doc.ents) for doc in read) + len(problems) - before == n_ents
    assert [problem.kind for problem in problems] == ["misaligned"] * 6


@pytest.mark.parametrize(
    "record,message",
    [
        ({"spans": []}, "'text' (or 'data') is None, expected a string"),
        ({"text": 3, "spans": []}, "'text' (or 'data') is 3, expected a string"),
        ({"text": "a"}, "none of the keys spans, entities, labels, label was given"),
        ({"text": "a b", "spans": [span(0, 9)]}, "from 0 to 9 in a text of 3 characters"),
        ({"text": "a b", "spans": [span(2, 2)]}, "from 2 to 2 in a text of 3 characters"),
        ({"text": "a b", "spans": [span(-1, 2)]}, "from -1 to 2"),
        ({"text": "a b", "spans": [span("0", 1)]}, "from 0 to 1 in a text"),
        ({"text": "a b", "spans": [], "missing": [[0, 9]]}, "from 0 to 9"),
        ({"text": "a b", "spans": [], "sentences": [["0", 3]]}, "from 0 to 3"),
        ({"text": "a b", "spans": [], "sentences": [0]}, "TypeError"),
        ({"text": "a b", "spans": [{"start": 0}]}, "KeyError: 'end'"),
        ({"text": "a b", "spans": None}, "TypeError"),
        ({"text": "a b", "label": [[0, 1]]}, "not enough values to unpack"),
        ({"text": "a b", "spans": [span(0, 1, "")]}, "a label was given as '', expected a string"),
        ({"text": "a b", "spans": [span(0, 1, 3)]}, "a label was given as 3"),
        ({"text": "a", "spans": [], "answer": "yes"}, "'answer' is 'yes', expected one of accept"),
        (
            {"text": "a", "spans": [], "annotated_labels": "X"},
            "'annotated_labels' is 'X', expected",
        ),
        ({"text": "a", "spans": [], "annotated_labels": [""]}, "'annotated_labels' is [''], exp"),
        ([1], "a JSON list was given, expected an object"),
        ('{"text": ', "the record is left out: "),
        ('{"text": "\\ud800", "spans": []}', "the record is left out: "),
    ],
)
def test_records_that_cannot_be_read_cost_no_other_one(read, record, message):
    good = {"text": "Rome", "spans": [span(0, 4)]}
    docs, (problem,) = read(good, "", record, good)
    assert [doc.text for doc in docs] == ["Rome", "Rome"]
    assert (problem.kind, problem.line) == ("unreadable", 3)
    assert message in problem.message and "the record is left out" in problem.message
    assert problem.text == (record if isinstance(record, str) else json.dumps(record))


def test_nothing_to_read(read):
    for records in ([], ["{"], [{"text": "a", "spans": [], "answer": "reject"}]):
        with pytest.raises(ValueError, match="nothing in it can be read as 'jsonl'"):
            read(*records)


def test_lines_may_hold_other_line_breaks(nlp, tmp_path):
    text = '{"text": "a\u2028Rome", "spans": [[]]}'.replace("[[]]", json.dumps([span(2, 6)]))
    (tmp_path / "a.jsonl").write_bytes(f"\ufeff{text}\r\n".encode())
    (doc,) = read_jsonl(tmp_path / "a.jsonl", nlp.tokenizer, print)
    assert ents(doc) == [("Rome", "GPE")]


def test_docs_are_made_one_at_a_time(nlp):
    first = next(read_jsonl(CORPUS / "dev.jsonl", nlp.tokenizer, print))
    assert isinstance(first, Doc)
    assert next(iter(srsly.read_jsonl(CORPUS / "dev.jsonl")))["text"] == first.text
