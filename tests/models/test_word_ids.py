"""Word ids: each training word has a row of its own, whatever is done to the model."""

import copy
import pickle

import numpy
import pytest
import spacy
from spacy.util import registry

from spacy_lstm_ner.models.word_ids import WordIds

from ..gradients import check_params, to_float64
from ..pipeline.helpers import SMALL, TRAIN, ents_of, make_examples, train_small

TEXTS = ["the cat saw The cat", "", "a cat", "Ünïcode\nthe"]
CONFIG = {
    "model": {
        **SMALL["model"],
        "tok2vec": {"@architectures": "spacy-lstm-ner.WordIds.v1", "width": 12},
    }
}


@pytest.fixture
def docs(nlp):
    return [nlp.make_doc(text) for text in TEXTS]


def make_model(docs, width=3, **kwargs):
    model = WordIds(width, **kwargs)
    (table,) = model.layers
    table.attrs["read_training_docs"](table, docs)
    model.initialize(X=docs[:1])
    return model


def flat(model, docs):
    return numpy.concatenate(model.predict(docs))


def test_each_word_has_a_row_and_all_others_share_one(nlp, docs):
    model = make_model(docs)
    table = model.layers[0]
    rows = table.attrs["rows"]
    assert list(rows) == ["\n", "The", "a", "cat", "saw", "the", "Ünïcode"]
    assert list(rows.values()) == [1, 2, 3, 4, 5, 6, 7]
    E = table.get_param("E")
    assert E.shape == (8, 3)
    words = [token.text for doc in docs for token in doc]
    numpy.testing.assert_array_equal(flat(model, docs), E[[rows[word] for word in words]])
    unknown = [nlp.make_doc("THE dog"), nlp.make_doc("Cat")]
    numpy.testing.assert_array_equal(flat(model, unknown), E[[0, 0, 0]])


def test_rare_words_are_unknown(docs):
    model = make_model(docs, min_count=2)
    assert model.layers[0].attrs["rows"] == {"cat": 1, "the": 2}
    Ys, backprop = model(docs, is_train=True)
    backprop([numpy.ones_like(Y) for Y in Ys])
    assert model.layers[0].get_grad("E")[:, 0].tolist() == [5, 3, 2]


def test_numeric_gradient(docs):
    model = to_float64(make_model(docs, min_count=2))
    dYs = [numpy.random.RandomState(0).normal(size=(len(doc), 3)) for doc in docs]
    backprop = model(docs, is_train=True)[1]
    backprop(dYs)

    def loss():
        return sum(float((Y * dY).sum()) for Y, dY in zip(model(docs, is_train=True)[0], dYs))

    check_params(model, loss)


def test_vectors_do_not_depend_on_the_batch(docs):
    model = make_model(docs)
    alone = numpy.concatenate([flat(model, [doc]) for doc in docs])
    numpy.testing.assert_array_equal(flat(model, docs), alone)


@pytest.mark.parametrize("how", ["bytes", "disk", "copy", "deepcopy", "pickle"])
def test_words_are_stored(docs, how, tmp_path):
    model, other = make_model(docs), WordIds(3)
    if how == "bytes":
        other.from_bytes(model.to_bytes())
    elif how == "disk":
        model.to_disk(tmp_path / "model")
        other.from_disk(tmp_path / "model")
    else:
        ways = {
            "copy": type(model).copy,
            "deepcopy": copy.deepcopy,
            "pickle": lambda model: pickle.loads(pickle.dumps(model)),
        }
        other = ways[how](model)
    assert other.layers[0].attrs["rows"] == model.layers[0].attrs["rows"]
    numpy.testing.assert_array_equal(flat(other, docs), flat(model, docs))


def test_the_component_shows_it_all_words(tmp_path):
    """More than the sample that layers are initialized with."""
    more = [(f"word{n} is new", []) for n in range(50)]
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("lstm_ner", config=CONFIG)
    nlp.initialize(lambda: make_examples(nlp, TRAIN + more))
    (table,) = (node for node in ner.model.walk() if node.name == "word_table")
    assert {"word49", "Uber", "$", "."} < set(table.attrs["rows"])
    nlp.initialize(lambda: make_examples(nlp))  # anew, with other words
    assert "word49" not in table.attrs["rows"]
    assert len(table.get_param("E")) == len(table.attrs["rows"]) + 1
    trained = train_small(config=CONFIG)
    trained.to_disk(tmp_path)
    for text, entities in TRAIN:
        assert ents_of(spacy.load(tmp_path)(text)) == entities


def test_errors(docs):
    with pytest.raises(ValueError, match="has not been shown that text"):
        WordIds(3).initialize(X=docs)
    for bad in ({"width": 0}, {"width": 3, "min_count": 0}):
        with pytest.raises(ValueError, match="was given 0, expected a number >= 1"):
            WordIds(**bad)
    assert registry.architectures.get("spacy-lstm-ner.WordIds.v1") is WordIds
