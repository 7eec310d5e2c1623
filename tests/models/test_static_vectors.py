"""Static vectors inside `WordEmbed`: several tables, trained copies, saving, errors."""

import pickle

import numpy
import pytest
import spacy
from spacy.vectors import Vectors
from thinc.api import Adam, Config, fix_random_seed, set_dropout_rate

from spacy_lstm_ner.layers.vector_tables import VectorTable
from spacy_lstm_ner.models.static_vectors import StaticVectors
from spacy_lstm_ner.models.word_embed import WordEmbed

from ..gradients import check_params, to_float64
from .kept_words import assert_right, kept

WORDS = ["the", "cat", "rome", "0000", "dog"]
TEXTS = ["The cat in Rome", "unseen", "", "dog the DOG 1984 cat", "in 1"]
# A table by its path beside the vocab's own, and all ways to give vectors on.
WAYS = {
    "raw": [{}],
    "mapped": [{"width": 4}],
    "trained": [{"trained_words": 3}],
    "mapped and trained": [{"width": 4, "trained_words": 100}],
    "two": [{"trained_words": 100}, {"path": True, "width": 3, "trained_words": 2}],
    "by path alone": [{"path": True}],
}
parametrize_ways = pytest.mark.parametrize("way", WAYS)


def random_vectors(words, width, seed=0):
    return numpy.random.RandomState(seed).normal(size=(len(words), width)).astype("float32")


def add_vectors(vocab, width=5):
    data = random_vectors(WORDS, width)
    vocab.vectors = Vectors(strings=vocab.strings, data=data, keys=WORDS)


@pytest.fixture
def docs(nlp):
    add_vectors(nlp.vocab)
    return [nlp.make_doc(text) for text in TEXTS]


@pytest.fixture
def path(tmp_path):
    return write_table(tmp_path / "table", 3)


def write_table(path, width, words=("Rome", "unseen", "in", "1")):
    nlp = spacy.blank("en")
    data = random_vectors(words, width, seed=1)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=words)
    nlp.to_disk(path)
    return str(path)


def make_model(way, path, docs=None, **settings):
    fix_random_seed(0)
    tables = [
        StaticVectors(**{**options, **({"path": path} if "path" in options else {})})
        for options in WAYS[way]
    ]
    vectors = {f"table{n}": table for n, table in enumerate(tables)}
    model = WordEmbed(4, ["NORM"], [20], vectors=vectors, **settings)
    return model if docs is None else model.initialize(X=docs)


def step(model, docs, optimizer=None):
    """A step of training, which changes all weights that were touched."""
    Ys, backprop = model(docs, is_train=True)
    rng = numpy.random.RandomState(0)
    backprop([rng.normal(size=Y.shape).astype("float32") for Y in Ys])
    model.finish_update(optimizer or Adam(0.1))


def flat(model, docs):
    return numpy.concatenate(model.predict(docs))


@parametrize_ways
def test_numeric_gradients(docs, path, way):
    model = to_float64(make_model(way, path, docs))
    model(docs, is_train=True)
    for node in model.walk():
        if "rows" in node.attrs:  # the other rows have no influence
            node.set_param("E", node.get_param("E")[: len(node.attrs["rows"])])
    Ys, backprop = model(docs, is_train=True)
    dYs = [numpy.random.RandomState(3).normal(size=Y.shape) for Y in Ys]
    backprop([dY.copy() for dY in dYs])
    check_params(
        model, lambda: sum(float((Y * dY).sum()) for Y, dY in zip(model(docs, True)[0], dYs))
    )


@parametrize_ways
def test_batch_invariance(docs, path, way):
    model = make_model(way, path, docs)
    step(model, docs)
    expected = [model.copy().predict([doc])[0] for doc in docs]
    for order in ([4, 0, 2, 1, 3], [2], [3, 0], [0, 1, 2, 3, 4]):
        for place, Y in zip(order, model.predict([docs[place] for place in order])):
            numpy.testing.assert_allclose(Y, expected[place], rtol=1e-5, atol=1e-6)


@parametrize_ways
@pytest.mark.parametrize("how", ["bytes", "disk", "copy"])
def test_saving(docs, path, way, how, tmp_path):
    model, other = make_model(way, path, docs), make_model(way, path)
    step(model, docs)
    if how == "bytes":
        other.from_bytes(model.to_bytes())
    elif how == "disk":
        model.to_disk(tmp_path / "model")
        other.from_disk(tmp_path / "model")
    else:
        other = model.copy()
    numpy.testing.assert_array_equal(flat(other, docs), flat(model, docs))
    step(model, docs), step(other, docs)
    numpy.testing.assert_allclose(flat(other, docs), flat(model, docs), atol=1e-6)


def test_raw_vectors_come_through(docs):
    model = WordEmbed(4, [], [], vectors={"own": StaticVectors()}).initialize(X=docs)
    assert model.get_dim("nO") == 6
    data = random_vectors(WORDS, 5)
    missing = [0, 0, 0, 0, 0, 1]
    expected = [[*data[0], 0], [*data[1], 0], missing, [*data[2], 0]]  # The cat in Rome
    numpy.testing.assert_array_equal(model.predict(docs)[0], numpy.array(expected, dtype="float32"))


def test_short_form(docs):
    """`include_static_vectors` is one mapped table of the vocab."""
    fix_random_seed(0)
    short = WordEmbed(4, ["NORM"], [20], include_static_vectors=True).initialize(X=docs)
    fix_random_seed(0)
    vectors = {"own": StaticVectors(width=4)}
    long = WordEmbed(4, ["NORM"], [20], vectors=vectors).initialize(X=docs)
    assert short.to_bytes() == long.to_bytes()


def test_tables_stand_side_by_side(docs, path):
    vectors = {"own": StaticVectors(), "more": StaticVectors(path=path)}
    model = WordEmbed(4, [], [], vectors=vectors).initialize(X=docs)
    other = random_vectors(range(4), 3, seed=1)
    (first, *_) = model.predict(docs)
    assert first.shape == (4, 6 + 4)
    numpy.testing.assert_array_equal(first[3, 6:], [*other[0], 0])  # Rome
    numpy.testing.assert_array_equal(first[1, 6:], [0, 0, 0, 1])  # cat


def trained_table(limit, **settings):
    return WordEmbed(4, [], [], vectors={"own": StaticVectors(trained_words=limit)}, **settings)


def test_training_starts_at_the_static_vectors(docs):
    plain = WordEmbed(4, [], [], vectors={"own": StaticVectors()}).initialize(X=docs)
    model = trained_table(100).initialize(X=docs)
    numpy.testing.assert_array_equal(flat(model, docs), flat(plain, docs))
    model(docs, is_train=True)
    numpy.testing.assert_array_equal(flat(model, docs), flat(plain, docs))


@pytest.mark.parametrize("limit,changed", [(100, 3), (2, 2)])
def test_words_that_training_has_not_met_stay(nlp, docs, limit, changed):
    """ "The", "THE" and "the" are one word of the table; words without a vector own no row."""
    model = trained_table(limit).initialize(X=docs)
    before = flat(model, docs)
    step(model, [nlp.make_doc("THE the unseen 1066 Dog")])
    after = flat(model, docs)
    moved = (before != after).any(axis=1)
    tokens = [token.lower_ for doc in docs for token in doc]
    words = {word for word, is_moved in zip(tokens, moved) if is_moved}
    assert len(words) == changed and words <= {"the", "1984", "dog"}
    assert (before[:, -1] == after[:, -1]).all()


def test_trained_rows_are_given_once(nlp, docs):
    model = trained_table(100).initialize(X=docs)
    (node,) = [node for node in model.walk() if node.name == "static_vectors"]
    step(model, docs)
    rows = dict(node.attrs["rows"])
    assert sorted(rows.values()) == list(range(5))
    step(model, docs)
    model.predict([nlp.make_doc("other words")])
    assert node.attrs["rows"] == rows
    model.initialize(X=docs)
    assert node.attrs["rows"] == {} and not node.get_param("E").any()


@parametrize_ways
def test_kept_rows_go_with_the_vectors(nlp, docs, path, way):
    model = make_model(way, path, docs)
    step(model, docs)
    step(model, [nlp.make_doc("cat dog Cat")])
    seen = []

    def check():
        assert_right(model, docs)
        seen.append(flat(model, docs))

    check()
    nlp.vocab.set_vector("cat", numpy.ones(5, dtype="float32"))  # in place
    check()
    nlp.vocab.set_vector("DOG", numpy.ones(5, dtype="float32"))  # no longer by its lower case
    check()
    nlp.vocab.vectors.add("Rome", row=nlp.vocab.vectors.find(key="rome"))  # same vector, other key
    check()
    nlp.vocab.set_vector("in", numpy.zeros(5, dtype="float32"))  # a vector that is zero
    check()
    if way != "by path alone":
        assert all(numpy.abs(seen[n] - seen[n + 1]).max() > 1e-3 for n in (0, 1, 3))
    assert len(kept(model)) > 0


def test_dropped_words_keep_their_vectors(nlp, docs):
    model = WordEmbed(
        4, ["NORM"], [20], vectors={"own": StaticVectors()}, word_dropout_scale=1.0
    ).initialize(X=docs)
    whole = model.predict(docs)
    set_dropout_rate(model, 0.9)
    for Y, Y_dropped in zip(whole, model(docs, is_train=True)[0]):
        numpy.testing.assert_array_equal(Y[:, 4:], Y_dropped[:, 4:])


def test_errors(nlp, docs, path, tmp_path):
    with pytest.raises(ValueError, match="trained_words was given -1"):
        StaticVectors(trained_words=-1)
    with pytest.raises(ValueError, match="width was given 0"):
        StaticVectors(width=0)
    with pytest.raises(ValueError, match="path = 'nowhere'"):
        StaticVectors(path="nowhere")
    model = make_model("two", path, docs)
    with pytest.raises(ValueError, match="of the vocab are 0 wide; .* vectors 5 wide"):
        model.predict([spacy.blank("en").make_doc("a")])
    wider = make_model("two", write_table(tmp_path / "wider", 7))
    wider.from_bytes(model.to_bytes())
    with pytest.raises(ValueError, match=r"of '.*wider' are 7 wide; .* vectors 3 wide"):
        wider.predict(docs)
    empty = StaticVectors(path=write_table(tmp_path / "empty", 3, words=[]))
    with pytest.raises(ValueError, match="'.*empty' has no vectors"):
        WordEmbed(4, [], [], vectors={"empty": empty}).initialize(X=docs)
    nlp.vocab.vectors = Vectors(
        mode="floret", data=random_vectors(WORDS, 5), minn=2, maxn=3, hash_count=1
    )
    with pytest.raises(ValueError, match="trained_words = 100 was given with floret"):
        trained_table(100).initialize(X=[nlp.make_doc("a")])


CONFIG = """
[model]
@architectures = "spacy-lstm-ner.LSTMTagger.v1"
width = 8
depth = 1

[model.tok2vec]
@architectures = "spacy-lstm-ner.WordEmbed.v1"
width = 4
attrs = ["NORM"]
rows = [50]

[model.tok2vec.vectors]

[model.tok2vec.vectors.own]
@architectures = "spacy-lstm-ner.StaticVectors.v1"
trained_words = 10

[model.tok2vec.vectors.more]
@architectures = "spacy-lstm-ner.StaticVectors.v1"
path = "{path}"
width = 3
"""


def test_in_a_pipeline(nlp, path, tmp_path):
    """From a config to disk and back, to another place of the table, and to other processes."""
    add_vectors(nlp.vocab)
    ner = nlp.add_pipe("lstm_ner", config=Config().from_str(CONFIG.format(path=path)))
    ner.add_label("CITY")
    example = spacy.training.Example.from_dict(
        nlp.make_doc("The cat in Rome"), {"entities": [(11, 15, "CITY")]}
    )
    nlp.initialize(lambda: [example])
    optimizer = Adam(0.05)
    for _ in range(30):
        nlp.update([example], sgd=optimizer)
    expected = [[(ent.text, ent.label_) for ent in nlp(text).ents] for text in TEXTS]
    assert expected[0] == [("Rome", "CITY")]
    nlp.to_disk(tmp_path / "model")
    moved = tmp_path / "moved"
    (tmp_path / "table").rename(moved)
    with pytest.raises(ValueError, match="spacy.load"):
        spacy.load(tmp_path / "model")
    name = "components.lstm_ner.model.tok2vec.vectors.more.path"
    again = spacy.load(tmp_path / "model", config={name: str(moved)})
    for n_process in (1, 2):
        docs = again.pipe(TEXTS, n_process=n_process)
        assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs] == expected
    size = sum(file.stat().st_size for file in (tmp_path / "model" / "lstm_ner").iterdir())
    assert size < 60_000


def test_pickled_models_hold_the_path_alone(docs, path):
    model = make_model("two", path, docs)
    data = pickle.dumps(model)
    assert VectorTable(path).data.tobytes() not in data
    numpy.testing.assert_array_equal(flat(pickle.loads(data), docs), flat(model, docs))
