"""The table has spaCy's columns in spaCy's form, and three more."""

import io

import spacy
from spacy.util import registry

from spacy_lstm_ner.training.table import Table

ROW = {
    "epoch": 3,
    "step": 200,
    "losses": {"tok2vec": 1.234, "lstm_ner": 56.789},
    "score": 0.8712,
    "other_scores": {"ents_f": 0.8712, "ents_p": 0.9},
    "grad_norm": 0.123456,
    "clip_rate": 0.25,
    "speed": 12345.6,
}


def make_nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("lstm_ner")
    return nlp


def test_columns_are_those_of_spacy():
    out = io.StringIO()
    log_step, _ = registry.resolve({"l": {"@loggers": "spacy.ConsoleLogger.v1"}})["l"](
        make_nlp(), out, out
    )
    log_step(ROW)
    header, rule, row = out.getvalue().splitlines()
    table = Table(["tok2vec", "lstm_ner"], ["ents_f", "ents_p", "ents_r"])
    our_header, our_rule = table.header().splitlines()
    our_row = table.row(ROW).rstrip("\n")
    assert our_header == f"{header}  GRAD      CLIP   WPS   "
    assert our_rule == f"{rule}  {'-' * 8}  {'-' * 5}  {'-' * 6}"
    assert our_row == f"{row}     0.123   0.25   12346"


def test_what_is_not_known_is_a_dash():
    unknown = {**ROW, "grad_norm": None, "clip_rate": None, "speed": None}
    assert Table([], []).row(unknown).split() == ["3", "200", "0.87", "-", "-", "-"]
