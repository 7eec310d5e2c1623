"""The example of docs/training.md, as it is written."""

import re
from pathlib import Path

import spacy

from spacy_lstm_ner.data.docbin import write_docbin

from ..pipeline.helpers import TRAIN, ents_of, make_examples, train_small

PAGE = Path(__file__).parents[2] / "docs" / "training.md"


def test_update_a_trained_pipeline(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old = [(text, [ent for ent in ents if ent[2] != "ORG"]) for text, ents in TRAIN]
    new = [("Volvo blew up", [(0, 5, "ORG")]), ("Volvo likes Berlin", [(0, 5, "ORG")])]
    nlp = train_small(data=old)
    nlp.to_disk("model")
    new *= 100
    for name, data in (("old", old), ("new", new)):
        write_docbin([eg.reference for eg in make_examples(nlp, data)], Path(f"{name}.spacy"))
    section = PAGE.read_text("utf8").partition("## Update a trained pipeline")[2]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    scope = {}
    exec(code, scope)
    assert set(scope["losses"]) == {"lstm_ner", "lstm_ner_rehearsal"}
    updated = spacy.load("updated")
    assert "ORG" in updated.get_pipe("lstm_ner").labels
    assert ents_of(updated(TRAIN[3][0])) == TRAIN[3][1]
    assert ents_of(updated("Volvo blew up")) == [(0, 5, "ORG")]
