"""Static vectors inside `WordEmbed`: several tables, and copies that are trained."""

import shutil

import numpy
import pytest
from thinc.api import fix_random_seed, set_dropout_rate

from spacy_lstm_ner.models.static_vectors import StaticVectors
from spacy_lstm_ner.models.word_embed import WordEmbed

from ..gradients import check_params, to_float64
from .kept_words import assert_right, kept
from .static import (
    TEXTS,
    WORDS,
    add_vectors,
    flat,
    initialize,
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
def test_numeric_gradients(docs, path, way):
    model = to_float64(make_model(way, path, docs))
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


def test_raw_vectors_come_through(docs):
    model = WordEmbed(4, [], [], vectors={"own": StaticVectors()}).initialize(X=docs)
    assert model.get_dim("nO") == 6
    data = random_vectors(WORDS, 5)
    missing = [0, 0, 0, 0, 0, 1]
    expected = [[*data[0], 0], [*data[1], 0], missing, [*data[2], 0]]  # The cat in Rome
    numpy.testing.assert_array_equal(model.predict(docs)[0], numpy.array(expected, dtype="float32"))


def test_normalized_vectors_have_the_direction_of_the_tables_alone(nlp, docs):
    """Whatever the scale of the table; a vector that is zero stays."""
    nlp.vocab.set_vector("dog", numpy.zeros(5, dtype="float32"))
    table = nlp.vocab.vectors.data.copy()
    data = random_vectors(WORDS, 5).astype("float64")
    model = WordEmbed(4, [], [], vectors={"own": StaticVectors(normalize=True)})
    for scale in (1, 1e-4, 1e4):
        nlp.vocab.vectors.data = table * numpy.float32(scale)
        the, cat, _, rome = model.initialize(X=docs).predict(docs)[0]
        for Y, row in ((the, 0), (cat, 1), (rome, 2)):
            numpy.testing.assert_allclose(
                Y, [*data[row] * 5**0.5 / numpy.linalg.norm(data[row]), 0], rtol=1e-5
            )
        numpy.testing.assert_array_equal(model.predict(docs)[3][0], numpy.zeros(6))


def test_normalized_vectors_leave_the_table_alone(docs, path):
    for settings in ({}, {"path": path}):
        model = WordEmbed(4, [], [], vectors={"own": StaticVectors(normalize=True, **settings)})
        before = docs[0].vocab.vectors.data.copy()
        first = flat(model.initialize(X=docs), docs)
        numpy.testing.assert_array_equal(flat(model, docs), first)
        numpy.testing.assert_array_equal(docs[0].vocab.vectors.data, before)


def test_short_form(docs):
    """`include_static_vectors` is one mapped table of the vocab."""
    fix_random_seed(0)
    short = WordEmbed(4, ["NORM"], [20], include_static_vectors=True).initialize(X=docs)
    fix_random_seed(0)
    vectors = {"own": StaticVectors(width=4)}
    long = WordEmbed(4, ["NORM"], [20], vectors=vectors).initialize(X=docs)
    assert short.to_bytes() == long.to_bytes()


def test_tables_stand_side_by_side(docs, path):
    vectors = {"1": StaticVectors(), "2": StaticVectors(path=path)}
    model = WordEmbed(4, [], [], vectors=vectors).initialize(X=docs)
    other = random_vectors(range(4), 3, seed=1)
    (first, *_) = model.predict(docs)
    assert first.shape == (4, 6 + 4)
    numpy.testing.assert_array_equal(first[3, 6:], [*other[0], 0])  # Rome
    numpy.testing.assert_array_equal(first[1, 6:], [0, 0, 0, 1])  # cat


def test_names_order_the_tables_not_their_place(docs, tmp_path):
    """Two tables as wide as each other would load each other's weights without a complaint."""
    paths = [
        write_table(tmp_path / name, 3, words) for name, words in (("a", WORDS), ("b", WORDS[::-1]))
    ]

    def make(names):
        vectors = {name: StaticVectors(path=paths["ab".index(name)], width=4) for name in names}
        return WordEmbed(4, ["NORM"], [20], vectors=vectors)

    model = make("ab").initialize(X=docs)
    swapped = make("ba").from_bytes(model.to_bytes())
    numpy.testing.assert_array_equal(flat(swapped, docs), flat(model, docs))


@pytest.mark.parametrize("short", [False, True])
def test_the_vocabs_table_is_read_once(short):
    vectors = {"a": StaticVectors(width=4), "b": StaticVectors(trained_words=9)}
    if short:
        del vectors["b"]
    names = ("include_static_vectors", "vectors.a") if short else ("vectors.a", "vectors.b")
    message = f"static vectors of the vocab twice, by {names[0]} and by {names[1]}"
    with pytest.raises(ValueError, match=message):
        WordEmbed(4, ["NORM"], [20], short, vectors=vectors)


def test_a_table_at_a_path_is_read_once(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for other in (path, f"{path}/vocab", "table", "table/../table"):
        vectors = {"a": StaticVectors(path=path, width=4), "b": StaticVectors(path=other)}
        with pytest.raises(ValueError, match=f"static vectors at '{other}' twice"):
            WordEmbed(4, ["NORM"], [20], vectors=vectors)
    copied = shutil.copytree(path, tmp_path / "copied")
    vectors = {"a": StaticVectors(path=path), "b": StaticVectors(path=str(copied))}
    assert WordEmbed(4, [], [], vectors=vectors)  # whether files are equal is not looked at


def trained_table(limit, **settings):
    return WordEmbed(4, [], [], vectors={"own": StaticVectors(trained_words=limit)}, **settings)


def test_training_starts_at_the_static_vectors(docs):
    plain = WordEmbed(4, [], [], vectors={"own": StaticVectors()}).initialize(X=docs)
    model = initialize(trained_table(100), docs)
    numpy.testing.assert_array_equal(flat(model, docs), flat(plain, docs))
    model(docs, is_train=True)
    numpy.testing.assert_array_equal(flat(model, docs), flat(plain, docs))


@pytest.mark.parametrize("limit,changed", [(100, {"the", "1984", "dog"}), (2, {"the", "dog"})])
def test_words_that_are_not_in_the_training_text_stay(nlp, docs, limit, changed):
    """ "The", "THE" and "the" are one word of the table; words without a vector own no row."""
    text = [nlp.make_doc("Dog the unseen 1066 Dog THE"), nlp.make_doc("")]
    model = initialize(trained_table(limit), text)
    before = flat(model, docs)
    step(model, docs)
    after = flat(model, docs)
    moved = (before != after).any(axis=1)
    tokens = [token.lower_ for doc in docs for token in doc]
    assert {word for word, is_moved in zip(tokens, moved) if is_moved} == changed
    assert (before[:, -1] == after[:, -1]).all()


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_rows_go_to_the_most_frequent_words(nlp, docs, limit):
    text = ["rome Rome dog", "unseen unseen unseen unseen", "ROME the", "the the the DOG", ""]
    model = initialize(trained_table(limit), [nlp.make_doc(words) for words in text])
    (node,) = [node for node in model.walk() if node.name == "static_vectors"]
    rows = {nlp.vocab.strings[key]: row for key, row in node.attrs["rows"].items()}
    most = ["the", "rome", "dog"][:limit]
    assert rows == {word: row for row, word in enumerate(most)}
    assert node.get_param("E").shape == (len(most), 5)
    step(model, docs)
    model.predict([nlp.make_doc("0000 cat")])
    assert len(node.attrs["rows"]) == len(most)
    initialize(model, docs)
    assert len(node.attrs["rows"]) == min(limit, 5) and not node.get_param("E").any()


def test_the_order_of_the_text_does_not_matter(nlp, docs):
    rows = []
    for text in (docs, docs[::-1]):
        model = initialize(trained_table(3), text)
        rows += [node.attrs["rows"] for node in model.walk() if node.name == "static_vectors"]
    assert rows[0] == rows[1]


def test_text_without_any_known_word(nlp, docs):
    model = initialize(trained_table(3), [nlp.make_doc("unseen"), nlp.make_doc("other")])
    before = flat(model, docs)
    step(model, docs)
    numpy.testing.assert_array_equal(flat(model, docs), before)


def test_trained_vectors_need_the_training_text(docs):
    with pytest.raises(ValueError, match=r"StaticVectors\(trained_words\) cannot be initialized"):
        trained_table(3).initialize(X=docs)


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
