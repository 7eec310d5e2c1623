"""What is held out, what is scored, and the table."""

import pytest
import spacy
import srsly

from benchmarks.rehearsal.collate import collate
from benchmarks.rehearsal.held_out import declared, hold_out
from benchmarks.rehearsal.run import begin_or_go_on, score
from spacy_lstm_ner.tags.annotated import annotated_labels

from ..pipeline.helpers import TRAIN, ents_of, make_examples


@pytest.fixture
def docs():
    return [example.reference for example in make_examples(spacy.blank("en"))]


def test_parts(docs):
    before = [ents_of(doc) for doc in docs]
    old, new = hold_out(docs, "ORG", 2, seed=0)
    assert sorted(doc.text for doc in [*old, *new]) == sorted(text for text, _ in TRAIN)
    for part, is_new in ((old, False), (new, True)):
        for doc in part:
            ents = dict(TRAIN)[doc.text]
            assert ents_of(doc) == [ent for ent in ents if (ent[2] == "ORG") == is_new]
            assert all(token.ent_iob_ != "" for token in doc)  # nothing is missing
    assert [ents_of(doc) for doc in docs] == before
    assert hold_out(docs, "ORG", 2, seed=0).new[0].text == new[0].text
    assert [annotated_labels(doc) for doc in declared(new, "ORG")] == [("ORG",)] * 2
    assert annotated_labels(new[0]) is None


def test_scores(docs):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    patterns = [("ORG", "Uber"), ("GPE", "Canada"), ("GPE", "Asia"), ("LOC", "London")]
    ruler.add_patterns([{"label": label, "pattern": text} for label, text in patterns])
    # ORG: one of two, none too many. Others: one of six, two too many.
    assert score(nlp, docs, "ORG") == {"new": 66.67, "old": 22.22}


def test_results_of_other_settings_are_refused(tmp_path):
    path = tmp_path / "almanac-ORG-ner-dev-0.json"
    found = begin_or_go_on(path, {"steps": 1000, "epochs": 6})
    srsly.write_json(path, found)
    assert begin_or_go_on(path, {"steps": 1000, "epochs": 6}) == found
    with pytest.raises(ValueError, match="made with epochs 6, not 10"):
        begin_or_go_on(path, {"steps": 1000, "epochs": 10})


def test_table(tmp_path):
    for seed, old in ((0, 50.0), (1, 60.0)):
        scores = {"naive": {"old": old, "new": 10.0}}
        run = {"component": "lstm_ner", "scores": scores}
        srsly.write_json(tmp_path / f"almanac-ORG-lstm_ner-test-{seed}.json", run)
    row = collate(tmp_path).splitlines()[-1]
    assert row == "| lstm_ner | naive | 55.0 (50.0–60.0) | 10.0 (10.0–10.0) | 2 |"
