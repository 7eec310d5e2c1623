"""Components from other pipelines, frozen ones, and several of ours in one pipeline."""

import numpy
import pytest
import spacy
from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from thinc.api import Config, fix_random_seed

from spacy_lstm_ner.data.docbin import write_docbin

from ..pipeline.helpers import SMALL, TRAIN, ents_of, make_examples, train_small
from ..pipeline.test_listeners import shared, shared_examples  # noqa: F401  (a fixture)
from ..pipeline.test_listeners import train as train_shared

OTHER = [("Ada met Uber", [(0, 3, "PERSON")])]


@pytest.fixture(scope="module")
def source():
    return train_small()


@pytest.mark.parametrize("name", [None, "elsewhere"])
def test_sourced_in_code(source, name, tmp_path):
    source.to_disk(tmp_path / "source")
    nlp = spacy.blank("en")
    component = nlp.add_pipe("lstm_ner", source=spacy.load(tmp_path / "source"), name=name)
    name = name or "lstm_ner"
    assert component.name == name
    assert ents_of(nlp(TRAIN[0][0])) == TRAIN[0][1]
    nlp.to_disk(tmp_path / "copy")
    loaded = spacy.load(tmp_path / "copy")
    assert ents_of(loaded(TRAIN[3][0])) == TRAIN[3][1]
    assert loaded.update(make_examples(loaded), sgd=loaded.resume_training())[name] < 5


def test_vectors_that_are_not_those_of_the_source(source, tmp_path):
    """spaCy warns; a component that reads no static vectors works all the same."""
    nlp = spacy.blank("en")
    nlp.vocab.set_vector("Uber", numpy.ones(3, dtype="float32"))
    with pytest.warns(UserWarning, match="W113"):
        nlp.add_pipe("lstm_ner", source=source)
    assert ents_of(nlp(TRAIN[0][0])) == TRAIN[0][1]


CONFIG = """
[paths]
train = null
source = null
twin = null

[nlp]
lang = "en"
pipeline = {pipeline}

[components]

{components}

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${{paths.train}}

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${{paths.train}}

[training]
seed = 0
gpu_allocator = null
max_steps = 2
eval_frequency = 2
patience = 0
{training}

[training.logger]
@loggers = "spacy-lstm-ner.TrainingLogger.v1"
"""
SOURCED = """
[components.{name}]
source = ${{paths.{source}}}
component = "{component}"
{more}
"""


def run(folder, source, pipeline, training="", **replace):
    """`spacy train` with components from a saved pipeline."""
    (folder / "out").mkdir(parents=True)
    # From one folder, spaCy would give one and the same object under two names.
    for name in ("source", "twin"):
        source.to_disk(folder / name)
    write_docbin([eg.reference for eg in shared_examples(spacy.blank("en"))], folder / "a.spacy")
    components = "".join(
        SOURCED.format(
            name=name,
            component=component,
            source="twin" if name == "old" else "source",
            more=replace.get(name, ""),
        )
        for name, component in pipeline.items()
    )
    names = str(list(pipeline)).replace("'", '"')
    text = CONFIG.format(pipeline=names, components=components, training=training)
    places = {"train": "a.spacy", "source": "source", "twin": "twin"}
    overrides = {f"paths.{name}": str(folder / place) for name, place in places.items()}
    config = Config().from_str(text, overrides=overrides)
    nlp = init_nlp(config)
    train(nlp, folder / "out")
    return spacy.load(folder / "out" / "model-last")


def files_of(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("settings", ["", 'annotating_components = ["old"]'])
def test_frozen(source, settings, tmp_path):
    pipeline = {"old": "lstm_ner", "lstm_ner": "lstm_ner"}
    training = f'frozen_components = ["old"]\n{settings}'
    nlp = run(tmp_path, source, pipeline, training)
    best = tmp_path / "out" / "model-last"
    before = files_of(tmp_path / "source" / "lstm_ner")
    assert files_of(best / "old") == before != files_of(best / "lstm_ner")
    assert ents_of(nlp(TRAIN[3][0])) == TRAIN[3][1]


@pytest.fixture
def trained(shared):  # noqa: F811
    nlp, optimizer = shared
    train_shared(nlp, optimizer, steps=40)
    return nlp


def test_listeners_of_a_frozen_component_are_replaced_by_the_config(trained, tmp_path):
    """Else the tok2vec would go on learning without it."""
    pipeline = {"tok2vec": "tok2vec", "tagger": "tagger", "lstm_ner": "lstm_ner"}
    more = 'replace_listeners = ["model.tok2vec"]'
    frozen = 'frozen_components = ["lstm_ner"]'
    nlp = run(tmp_path, trained, pipeline, frozen, lstm_ner=more)
    model = nlp.get_pipe("lstm_ner").model
    assert not any(isinstance(node, Tok2VecListener) for node in model.walk())
    assert nlp.config["components"]["lstm_ner"]["model"]["tok2vec"]["@architectures"] == (
        "spacy.Tok2Vec.v2"
    )
    before, after = (one.get_pipe("tok2vec").to_bytes() for one in (trained, nlp))
    assert before != after
    for text, _ in TRAIN:
        assert ents_of(nlp(text)) == ents_of(trained(text))


def test_a_frozen_tok2vec_has_to_annotate(trained, tmp_path, caplog):
    """spaCy warns (W086) and then stops (E203)."""
    pipeline = {"tok2vec": "tok2vec", "lstm_ner": "lstm_ner"}
    frozen = 'frozen_components = ["tok2vec"]\n'
    with pytest.raises(ValueError, match="E203"):
        run(tmp_path / "without", trained, pipeline, frozen)
    assert "W086" in caplog.text
    annotates = frozen + 'annotating_components = ["tok2vec"]\n'
    nlp = run(tmp_path / "with", trained, pipeline, annotates)
    is_same = {
        name: nlp.get_pipe(name).model.to_bytes() == trained.get_pipe(name).model.to_bytes()
        for name in pipeline
    }
    assert is_same == {"tok2vec": True, "lstm_ner": False}


def test_two_of_ours_under_two_names(tmp_path):
    """Each learns, writes and reads its own; the later one keeps what the earlier one has set."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", name="first", config=SMALL)
    nlp.add_pipe("lstm_ner", name="second", config=SMALL)
    first, second = nlp.get_pipe("first"), nlp.get_pipe("second")
    nlp.config["initialize"]["components"]["first"] = {"labels": ["PERSON"]}
    nlp.config["initialize"]["components"]["second"] = {"labels": ["ORG", "PERSON"]}
    data = {"first": OTHER, "second": [("Ada met Uber", [(0, 7, "ORG"), (8, 12, "ORG")])]}
    optimizer = nlp.initialize(lambda: make_examples(nlp, OTHER))
    optimizer.learn_rate = 0.01
    for _ in range(40):
        for name, other in (("first", "second"), ("second", "first")):
            nlp.update(make_examples(nlp, data[name]), sgd=optimizer, exclude=[other])
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert first.labels == loaded.get_pipe("first").labels == ("PERSON",)
    assert second.labels == loaded.get_pipe("second").labels == ("ORG", "PERSON")
    text = OTHER[0][0]
    for again in (nlp, loaded):
        alone = {}
        for name in data:
            doc = again.make_doc(text)
            alone[name] = ents_of(again.get_pipe(name)(doc))
            assert alone[name] == data[name][0][1]
        ents = ents_of(again(text))
        assert ents[0] == (0, 3, "PERSON") and ents[-1] == (8, 12, "ORG")
