import json
from dataclasses import asdict

import pytest

from spacy_lstm_ner.data.report import make_report
from spacy_lstm_ner.data.sources import Part
from spacy_lstm_ner.data.verdict import judge

from .helpers import make_docs


@pytest.fixture
def good(nlp):
    """Parts without fault: 50 names in half of train, others in dev."""
    train = [f"he saw [Name{number}|PER] ." for number in range(50)]
    train += [f"it rained on day {number} ." for number in range(50)]
    parts = {"train": train, "dev": ["she met [Nobody|PER] ."]}
    return {role: Part(make_docs(nlp.vocab, *texts)) for role, texts in parts.items()}


def problems_of(parts):
    return [(problem.level, problem.message) for problem in judge(make_report(parts))]


def test_good_data_has_no_problem(good):
    assert problems_of(good) == []


@pytest.mark.parametrize(
    "part,texts,level,message",
    [
        ("dev", ["in [Oslo|GPE]"], "error", "dev: labels that no entity in train has: GPE (1)"),
        ("dev", ["[_ Someone|PER]"], "error", "dev: 1 entities begin or end with white space"),
        ("train", ["in [Oslo|GPE]"] * 9, "warning", "fewer than 10 entities, too few"),
        ("train", ["in [Oslo|GPE]"] * 10, "warning", "fewer than 50 entities, which"),
        ("train", ["[Nobody|PER] [Nobody|PER] Nobody"], "warning", "1 strings are entities most"),
        ("dev", ["he saw [Name1|PER] ."], "warning", "dev: 1 documents stand in train too"),
    ],
)
def test_one_problem(good, nlp, part, texts, level, message):
    good[part].docs.extend(make_docs(nlp.vocab, *texts))
    ((given, said),) = problems_of(good)
    assert given == level and message in said


def test_few_documents_and_a_label_in_all_of_them(good):
    del good["train"].docs[50:]
    assert [message[:60] for _, message in problems_of(good)] == [
        "train: 50 documents. With fewer than 100 hardly anything is ",
        "train: labels that every document has an entity of: PER. Whe",
    ]


def test_a_string_with_two_labels(good, nlp):
    good["train"].docs.extend(make_docs(nlp.vocab, *["[Jordan|PER] [Oslo|GPE]"] * 50))
    good["dev"].docs.extend(make_docs(nlp.vocab, "[Jordan|GPE]"))
    ((level, message),) = problems_of(good)
    assert level == "warning" and "1 strings have several labels; 1 mentions" in message


def test_errors_come_first(good, nlp):
    good["train"].docs.extend(make_docs(nlp.vocab, "[Oslo|GPE]"))
    good["test"] = Part()
    assert [level for level, _ in problems_of(good)] == ["error", "warning"]


@pytest.mark.parametrize("part", ["train", "dev"])
def test_nothing_in_a_part(good, nlp, part):
    good[part].docs[:] = []
    assert ("error", f"{part}: no documents") in [
        (level, message.split(".")[0]) for level, message in problems_of(good)
    ]
    good[part].docs[:] = make_docs(nlp.vocab, "nobody here")
    assert any("1 documents and not one entity" in message for _, message in problems_of(good))


def test_without_train_its_labels_are_not_asked_for(good):
    del good["train"]
    assert problems_of(good) == []


def test_misaligned_and_crossing(good, nlp):
    (doc,) = make_docs(nlp.vocab, "[No Body|PER]")
    doc[1].is_sent_start = True
    good["dev"].docs[0] = doc
    report = make_report(good)
    good["dev"].misaligned = report.misfits["dev"].crossing
    messages = [message for _, message in problems_of(good)]
    assert len(messages) == 2
    assert messages[0].startswith("dev: 1 entities do not fit the tokens")
    assert messages[1].startswith("dev: 1 entities go across a sentence start")


def test_the_report_is_json(good):
    record = asdict(make_report(good))
    assert json.loads(json.dumps(record)) == record
    assert record["unseen"]["dev"]["new_strings"] == 1
