"""The threshold that a pipeline is saved with."""

from typing import Any, Dict, List

import numpy
import pytest
import spacy
from spacy.tokens import DocBin, Span
from spacy.training import Corpus, Example
from thinc.api import Config

from spacy_lstm_ner.pipeline.tuning import tune_threshold
from tests.cli.noisy import train
from tests.training.runs import CONFIG, digests, spacy_train, write_run
from tests.training.runs import train as lstm_ner_train

from .helpers import ents_of, train_small

BLOCK = """[training.before_to_disk]
@callbacks = "spacy-lstm-ner.tune_threshold.v1"
dev_corpus = ${corpora.dev}

[training.batcher]"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train(spacy.blank("en"), tmp_path_factory.mktemp("tuning"))


# With max_expected only some thresholds are tried (`choices.N_VALUES`): one between two of them
# may be better by a span or two.
@pytest.mark.parametrize("decoder,slack", [("viterbi", 1e-9), ("max_expected", 0.005)])
def test_no_threshold_is_better_on_dev(trained, tmp_path, decoder, slack):
    nlp = spacy.load(trained / "model", config={"components.lstm_ner.decoder": decoder})
    dev = Corpus(trained / "dev.spacy")
    tune_threshold(dev)(nlp).to_disk(tmp_path)
    tuned = spacy.load(tmp_path)
    cfg = tuned.get_pipe("lstm_ner").cfg
    found, best = cfg["threshold"], tuned.evaluate(list(dev(tuned)))["ents_f"]
    assert Config().from_disk(tmp_path / "config.cfg")["components"]["lstm_ner"][
        "threshold"
    ] == pytest.approx(found)
    others = {}
    for value in numpy.linspace(0.01, 0.99, 50).tolist():
        cfg["threshold"] = value
        others[value] = tuned.evaluate(list(dev(tuned)))["ents_f"]
    assert max(others.values()) <= best + slack
    assert numpy.median([*others.values()]) < best - slack  # else any threshold would do


def test_the_pipeline_in_training_stays_as_it_is(trained):
    nlp = spacy.load(trained / "model", config={"components.lstm_ner.threshold": 0.99})
    ner: Any = nlp.get_pipe("lstm_ner")
    gold = list(DocBin().from_disk(trained / "dev.spacy").get_docs(nlp.vocab))
    cfg, config = dict(ner.cfg), nlp.config.copy()
    before = [ents_of(doc) for doc in nlp.pipe(doc.text for doc in gold)]
    tuned = tune_threshold(Corpus(trained / "dev.spacy"))(nlp)
    assert ner.cfg == cfg and nlp.config == config
    assert [ents_of(doc) for doc in nlp.pipe(doc.text for doc in gold)] == before
    assert [ents_of(doc) for doc in tuned.pipe(doc.text for doc in gold)] != before
    assert tuned.vocab is nlp.vocab and tuned.get_pipe("lstm_ner").model is ner.model


@pytest.mark.parametrize("value", [0.875, None])  # None: as it was in training
def test_a_threshold_given_on_loading_holds(trained, tmp_path, value):
    nlp = spacy.load(trained / "model")
    tune_threshold(Corpus(trained / "dev.spacy"))(nlp).to_disk(tmp_path)
    loaded = spacy.load(tmp_path, config={"components.lstm_ner.threshold": value})
    assert loaded.get_pipe("lstm_ner").cfg["threshold"] == value


def test_components_before_it_have_their_say(trained):
    """Preset entities are certain, and take what would compete with them out of the count."""
    nlp = spacy.load(trained / "model")
    alone = tune_threshold(Corpus(trained / "dev.spacy"))(nlp).get_pipe("lstm_ner").cfg
    ruler = nlp.add_pipe("entity_ruler", before="lstm_ner")
    ruler.add_patterns([{"label": "PERSON", "pattern": [{"IS_TITLE": True}]}])
    behind = tune_threshold(Corpus(trained / "dev.spacy"))(nlp).get_pipe("lstm_ner").cfg
    assert behind["threshold"] != alone["threshold"]


def test_spacy_train_saves_the_threshold(tmp_path):
    """Of the trained pipeline nothing else changes, and `spacy lstm-ner train` writes the same."""
    tuned = CONFIG.replace("[training.batcher]", BLOCK)
    assert spacy_train(*write_run(tmp_path / "plain"), "-o", tmp_path / "plain").exit_code == 0
    args = write_run(tmp_path / "tuned", tuned)
    assert spacy_train(*args, "-o", tmp_path / "tuned").exit_code == 0
    assert lstm_ner_train(*args, "-o", tmp_path / "ours").exit_code == 0
    plain, found = digests(tmp_path / "plain"), digests(tmp_path / "tuned")
    assert found == digests(tmp_path / "ours")
    changed = {name.split("/", 1)[1] for name in plain if plain[name] != found[name]}
    assert {"config.cfg", "lstm_ner/cfg"} <= changed
    assert "lstm_ner/model" not in changed
    nlp = spacy.load(tmp_path / "tuned" / "model-best")
    assert isinstance(nlp.get_pipe("lstm_ner").cfg["threshold"], float)


def without_right_spans(nlp: Any) -> Dict[str, List[Example]]:
    """Dev parts in which nothing that is found is right."""
    wrong = nlp.make_doc("Uber blew through $1 million")
    wrong.ents = [Span(wrong, 1, 2, label="ELSE")]
    docs = {"nothing": [], "empty": [nlp.make_doc("")], "unknown": [nlp.make_doc("a b")]}
    return {
        name: [Example(nlp.make_doc(doc.text), doc) for doc in of_name]
        for name, of_name in {**docs, "wrong": [wrong]}.items()
    }


@pytest.mark.parametrize("decoder", ["viterbi", "max_expected"])
@pytest.mark.parametrize("part", ["nothing", "empty", "unknown", "wrong"])
def test_nothing_is_tuned_before_something_right_is_found(part, decoder):
    nlp = train_small(steps=1)
    nlp.get_pipe("lstm_ner").cfg["decoder"] = decoder
    examples = without_right_spans(nlp)[part]
    assert tune_threshold(lambda nlp: examples)(nlp) is nlp


@pytest.mark.parametrize("name", ["ner", "sentencizer"])
def test_a_component_that_is_none(trained, name):
    nlp = spacy.load(trained / "model")
    nlp.add_pipe("sentencizer")
    with pytest.raises(ValueError, match=f"'{name}' is no component lstm_ner .* are: lstm_ner"):
        tune_threshold(Corpus(trained / "dev.spacy"), component=name)(nlp)


def test_tags_without_rules_have_no_probabilities(trained):
    nlp = spacy.load(trained / "model", config={"components.lstm_ner.constrained": False})
    with pytest.raises(ValueError, match="constrained = true"):
        tune_threshold(Corpus(trained / "dev.spacy"))(nlp)
