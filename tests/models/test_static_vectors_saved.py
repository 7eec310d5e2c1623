"""Models with static vectors: saved, moved, in other processes, and what they refuse."""

import pickle

import numpy
import pytest
import spacy
from spacy.vectors import Vectors
from thinc.api import Adam, Config

from spacy_lstm_ner.layers.vector_tables import VectorTable
from spacy_lstm_ner.models.static_vectors import StaticVectors
from spacy_lstm_ner.models.word_embed import WordEmbed

from .static import (
    TABLE_WORDS,
    TEXTS,
    WORDS,
    add_vectors,
    flat,
    make_model,
    parametrize_ways,
    random_vectors,
    step,
    write_table,
)


@pytest.fixture
def docs(nlp):
    add_vectors(nlp.vocab)
    return [nlp.make_doc(text) for text in TEXTS]


@pytest.fixture
def path(tmp_path):
    return write_table(tmp_path / "table", 3)


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
    taller = make_model("two", write_table(tmp_path / "taller", 3, words=WORDS))
    taller.from_bytes(model.to_bytes())
    with pytest.raises(ValueError, match=r"at '.*taller' has 5 rows; .* with one of 4\."):
        taller.predict(docs)
    for name, words, seed in (("renamed", ("a", "b", "c", "d"), 1), ("retrained", TABLE_WORDS, 2)):
        other = make_model("two", write_table(tmp_path / name, 3, words, seed=seed))
        other.from_bytes(model.to_bytes())
        with pytest.raises(ValueError, match=f"{name}' has other words or other vectors"):
            other.predict(docs)
    empty = StaticVectors(path=write_table(tmp_path / "empty", 3, words=[]))
    with pytest.raises(ValueError, match="'.*empty' has no vectors"):
        WordEmbed(4, [], [], vectors={"empty": empty}).initialize(X=docs)
    nlp.vocab.vectors = Vectors(
        mode="floret", data=random_vectors(WORDS, 5), minn=2, maxn=3, hash_count=1
    )
    with pytest.raises(ValueError, match="trained_words was given with floret"):
        make_model("two", path, [nlp.make_doc("a")])


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


def test_the_vocabs_table_may_grow(nlp, docs, path):
    """Unlike a table at a path, it goes with the pipeline, and `set_vector` adds rows to it."""
    model = make_model("two", path, docs)
    nlp.vocab.set_vector("unseen", numpy.ones(5, dtype="float32"))
    nlp.vocab.set_vector("new", numpy.ones(5, dtype="float32"))
    assert nlp.vocab.vectors.shape[0] > len(WORDS)
    assert (model.predict([nlp.make_doc("new")])[0][0, 4:9] == 1).all()


def test_pickled_models_hold_the_path_alone(docs, path):
    model = make_model("two", path, docs)
    data = pickle.dumps(model)
    assert VectorTable(path).data.tobytes() not in data
    numpy.testing.assert_array_equal(flat(pickle.loads(data), docs), flat(model, docs))
