"""What the component keeps for the scorer: counted once, saved with it, passed on."""

import copy
import json

import pytest
import spacy
from spacy.cli._util import app
from spacy.tokens import DocBin
from spacy.training import Example
from thinc.api import fix_random_seed
from typer.testing import CliRunner

from .helpers import SMALL, make_examples, train_small

KEY = "most_frequent_tags"
DATA = [
    ('Ann saw Zoë\'s "New York"', [(0, 3, "PER"), (8, 11, "PER"), (15, 23, "GPE")]),
    ("Ann saw Zoë", [(8, 11, "PER")]),
    ("York saw it", [(0, 4, "PER")]),
    ("ann 😀", [(4, 5, "X")]),
]
# Ann is O as often as B-PER; York is B-PER as often as I-GPE, which comes later in the alphabet.
TABLE = {"New": "B-GPE", "York": "B-PER", "Zoë": "B-PER", "😀": "B-X"}


def initialized(data=DATA, **component):
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={**SMALL, **component})
    nlp.initialize(lambda: make_examples(nlp, data))
    return nlp


def cfg_of(nlp):
    return nlp.get_pipe("lstm_ner").cfg


def scores_of(nlp, **settings):
    return nlp.get_pipe("lstm_ner").score(make_examples(nlp, DATA), **settings)


def test_counted_when_the_component_is_initialized():
    nlp = initialized()
    assert cfg_of(nlp)[KEY] == TABLE and list(cfg_of(nlp)[KEY]) == sorted(TABLE)
    assert cfg_of(initialized(DATA[::-1]))[KEY] == TABLE
    nlp.initialize(lambda: make_examples(nlp, DATA[2:3]))
    assert cfg_of(nlp)[KEY] == {"York": "B-PER"}


def test_the_scorer_gets_it():
    """Of 16 tokens 7 are in entities; the table is wrong about Ann and York, once each."""
    nlp = initialized()
    scores = scores_of(nlp)
    assert scores["ents_tag_acc_all_o"] == 9 / 16
    assert scores["ents_tag_acc_most_frequent"] == 14 / 16
    assert scores["ents_tag_acc"] == 9 / 16  # the predicted Docs have no entities
    assert scores_of(nlp, most_frequent_tags=None)["ents_tag_acc_most_frequent"] is None
    evaluated = nlp.evaluate(make_examples(nlp, DATA))
    assert evaluated["ents_tag_acc_most_frequent"] == 14 / 16
    assert 0 < evaluated["token_acc"] <= 1  # spaCy's, of the tokenizer


def test_survives_saving_and_copies(tmp_path):
    nlp = initialized()
    nlp.to_disk(tmp_path / "model")
    assert json.loads((tmp_path / "model" / "lstm_ner" / "cfg").read_text("utf8"))[KEY] == TABLE
    from_bytes = spacy.blank("en")
    from_bytes.add_pipe("lstm_ner", config=SMALL)
    from_bytes.from_bytes(nlp.to_bytes())
    sourced = spacy.blank("en")
    sourced.add_pipe("lstm_ner", source=nlp)
    loaded = spacy.load(tmp_path / "model")
    for other in (loaded, from_bytes, sourced, copy.deepcopy(nlp)):
        assert cfg_of(other)[KEY] == TABLE and list(cfg_of(other)[KEY]) == list(TABLE)
        assert scores_of(other) == scores_of(nlp)
    assert loaded.to_bytes() == nlp.to_bytes() == initialized().to_bytes()


def test_unknown_before_training_with_given_labels_and_in_older_pipelines(nlp, tmp_path):
    nlp.add_pipe("lstm_ner", config=SMALL)
    assert cfg_of(nlp)[KEY] is None
    nlp.get_pipe("lstm_ner").cfg[KEY] = {"of": "B-OTHER"}  # of text that it was trained on before
    nlp.config["initialize"]["components"]["lstm_ner"] = {"labels": ["PER", "GPE"]}
    nlp.initialize(lambda: make_examples(nlp, DATA))
    assert cfg_of(nlp)[KEY] is None
    older = initialized()
    older.to_disk(tmp_path)
    path = tmp_path / "lstm_ner" / "cfg"
    cfg = json.loads(path.read_text("utf8"))
    path.write_text(json.dumps({key: cfg[key] for key in cfg if key != KEY}), "utf8")
    path.with_name("cfg.sha256").unlink()
    for some in (nlp, spacy.load(tmp_path)):
        scores = scores_of(some)
        assert scores["ents_tag_acc_most_frequent"] is None
        assert scores["ents_tag_acc_all_o"] == 9 / 16


def test_spacys_scorer_still_works():
    nlp = initialized(scorer={"@scorers": "spacy.ner_scorer.v1"})
    assert set(scores_of(nlp)) == {"ents_p", "ents_r", "ents_f", "ents_per_type"}
    assert scores_of(nlp).items() <= scores_of(initialized()).items()


def test_no_scorer_no_scores():
    assert scores_of(initialized(scorer=None)) == {}


@pytest.fixture
def model(tmp_path):
    train_small().to_disk(tmp_path / "model")
    return tmp_path / "model"


def test_spacy_evaluate_writes_it(model, tmp_path):
    """Its JSON file has all scores; its table has no place for those of other names."""
    nlp = spacy.load(model)
    docs = [example.reference for example in make_examples(nlp)]
    docs.append(nlp.make_doc("nobody has annotated this"))
    DocBin(docs=docs).to_disk(tmp_path / "dev.spacy")
    args = ["evaluate", model, tmp_path / "dev.spacy", "--output", tmp_path / "scores.json"]
    result = CliRunner().invoke(app, [*map(str, args)])
    assert result.exit_code == 0, result.output
    assert "NER F" in result.output and "TAG" not in result.output
    scores = json.loads((tmp_path / "scores.json").read_text("utf8"))
    # every word of TRAIN has one tag only
    n_tokens = sum(map(len, docs[:-1]))
    n_inside = sum(token.ent_type != 0 for doc in docs for token in doc)
    assert scores["ents_f"] == scores["ents_tag_acc"] == 1.0
    assert scores["ents_tag_acc_most_frequent"] == 1.0
    assert scores["ents_tag_acc_all_o"] == pytest.approx(1 - n_inside / n_tokens)
    assert set(scores["ents_per_type"]) == {"GPE", "LOC", "MONEY", "ORG", "PRODUCT"}


def test_a_score_weight_may_name_it(nlp):
    nlp.add_pipe("lstm_ner", config=SMALL)
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    evaluate = spacy.training.loop.create_evaluation_callback(
        nlp, make_examples, {"ents_f": 0.0, "ents_tag_acc": 1.0}
    )
    score, other = evaluate()
    assert score == other["ents_tag_acc"]


def test_missing_annotation_teaches_no_tags(nlp):
    """Tokens without annotation are not O."""
    nlp.add_pipe("lstm_ner", config=SMALL)
    doc = nlp.make_doc("Ann")
    texts = [("Ann", [(0, 3, "PER")])]
    blank = [Example(nlp.make_doc("Ann"), doc) for _ in range(3)]
    nlp.initialize(lambda: [*make_examples(nlp, texts), *blank])
    assert cfg_of(nlp)[KEY] == {"Ann": "B-PER"}
