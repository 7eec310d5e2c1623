import numpy
import pytest
from spacy.attrs import LEMMA, LOWER, NORM, ORTH, PREFIX, SHAPE, SUFFIX
from spacy.tokens import Doc
from spacy.vectors import Vectors
from thinc.api import Model, set_dropout_rate

from spacy_lstm_ner.layers.vector_tables import find_vectors
from spacy_lstm_ner.layers.words import Reads, get_words
from spacy_lstm_ner.models.char_lstm import CharLSTM
from spacy_lstm_ner.models.static_vectors import StaticVectors
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.ops.distinct import distinct_rows

from ..gradients import check_params, to_float64

TEXTS = ["the cat and the dog", "The dog can't", "", "cat"]
ATTRS = ["NORM", "SHAPE"]
VECTORS = Reads([], True, False)


@pytest.fixture
def docs(nlp):
    return [nlp.make_doc(text) for text in TEXTS]


def with_vectors(nlp, width=4):
    words = ["the", "cat", "dog"]
    data = numpy.random.RandomState(0).normal(size=(len(words), width)).astype("float32")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=words)


def vectors_of(words):
    """Without the column that says which ones are missing."""
    return find_vectors(Model("x", None).ops, words.vocab, words.names)[0][:, :-1]


def test_distinct_rows_are_distinct_and_complete():
    rng = numpy.random.RandomState(0)
    keys = rng.randint(0, 3, size=(200, 3)).astype("uint64")
    words, index = distinct_rows(keys)
    numpy.testing.assert_array_equal(words[index], keys)
    assert len(words) == len({tuple(row) for row in keys.tolist()})


def test_small_numbers_do_not_collide():
    """Flags and lengths are small; a plain sum of columns would mix up (0, 1) and (1, 0)."""
    keys = numpy.array([(a, b, c) for a in range(20) for b in range(20) for c in range(20)])
    assert len(distinct_rows(keys.astype("uint64"))[0]) == 8000


def test_norm_is_the_tokens_own(nlp):
    """ "ca" in "can't" has the norm "can", the word "ca" has not: two words, not one."""
    doc = nlp.make_doc("can't ca")
    assert doc[0].orth == doc[2].orth and doc[0].norm != doc[2].norm
    words, index = get_words(Model("x", None).ops, [doc], Reads([ORTH, NORM], False, False))
    assert len(words.keys) == 3 and index[0] != index[2]


def test_equals_an_embedding_that_runs_on_every_token(nlp, docs):
    """Each token alone in a Doc of its own gives the same vector, and the sum of the gradients."""
    numpy.random.seed(0)
    model = WordEmbed(8, ATTRS, [50, 50])
    model.initialize(X=docs)
    Ys, backprop = model(docs, is_train=True)
    dYs = [numpy.random.normal(size=Y.shape).astype("float32") for Y in Ys]
    backprop(dYs)
    params = [(node, name) for node in model.walk() for name in node.param_names]
    together = [node.get_grad(name).copy() for node, name in params]
    for node, name in params:
        node.set_grad(name, numpy.zeros_like(node.get_grad(name)))
    for doc, Y, dY in zip(docs, Ys, dYs):
        assert Y.shape == (len(doc), 16)
        for token in doc:
            (y,), backprop = model([doc[token.i : token.i + 1].as_doc()], True)
            numpy.testing.assert_allclose(y[0], Y[token.i], atol=1e-6)
            backprop([dY[token.i : token.i + 1]])
    for (node, name), gradient in zip(params, together):
        numpy.testing.assert_allclose(node.get_grad(name), gradient, atol=1e-5)


@pytest.mark.parametrize("static", [False, True])
def test_numeric_gradients(nlp, static):
    with_vectors(nlp)
    docs = [nlp.make_doc(text) for text in ("the cat the dog", "a cat")]
    numpy.random.seed(1)
    model = WordEmbed(3, ATTRS, [4, 3], include_static_vectors=static)
    model.initialize(X=docs)
    to_float64(model)
    Ys, backprop = model(docs, is_train=True)
    rng = numpy.random.RandomState(0)
    dYs = [rng.normal(size=Y.shape) for Y in Ys]
    backprop([dY.copy() for dY in dYs])
    check_params(
        model,
        lambda: sum(float((Y * dY).sum()) for Y, dY in zip(model(docs, True)[0], dYs)),
    )


def test_static_vectors(nlp):
    with_vectors(nlp)
    docs = [nlp.make_doc("the cat"), nlp.make_doc("unseen the")]
    words, index = get_words(Model("x", None).ops, docs, VECTORS)
    table = nlp.vocab.vectors
    expected = [table["the"], table["cat"], numpy.zeros(4), table["the"]]
    numpy.testing.assert_array_equal(vectors_of(words)[index], expected)
    model = WordEmbed(6, [], [], include_static_vectors=True)
    model.initialize(X=docs)
    first, second = model.predict(docs)
    numpy.testing.assert_array_equal(first[0], second[1])


def test_vectors_by_another_attribute(nlp):
    data = numpy.ones((1, 2), dtype="float32")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=["cat"], attr="LOWER")
    words, index = get_words(Model("x", None).ops, [nlp.make_doc("Cat cat dog")], VECTORS)
    assert vectors_of(words)[index].tolist() == [[1, 1], [1, 1], [0, 0]]
    assert len(words.names) == 3


def test_floret_vectors(nlp):
    data = numpy.random.RandomState(0).normal(size=(20, 3)).astype("float32")
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=data, mode="floret", minn=2, maxn=3, hash_count=2
    )
    doc = nlp.make_doc("cat catty cat")
    words, index = get_words(Model("x", None).ops, [doc], VECTORS)
    expected = [nlp.vocab.vectors[token.text] for token in doc]
    numpy.testing.assert_allclose(vectors_of(words)[index], expected, atol=1e-6)


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_nothing_to_embed(nlp, docs, texts):
    model = WordEmbed(8, ATTRS, [50, 50])
    model.initialize(X=docs)
    Ys, backprop = model([nlp.make_doc(text) for text in texts], is_train=True)
    assert [Y.shape for Y in Ys] == [(0, 16)] * len(texts)
    backprop(Ys)


def test_width_is_known_before_initialization(nlp):
    """Where that of every part is; the vocab's vectors come through as wide as they are."""
    with_vectors(nlp)
    mapped, raw = StaticVectors(width=6), StaticVectors()
    for vectors, before, after in (
        ({}, 74, 74),
        ({"own": mapped}, 80, 80),
        ({"own": raw}, None, 79),
    ):
        model = WordEmbed(64, ["NORM"], [100], vectors=vectors, chars=CharLSTM(10))
        assert model.maybe_get_dim("nO") == before
        model.initialize(X=[nlp.make_doc("the cat")])
        assert model.get_dim("nO") == model.predict([nlp.make_doc("a")])[0].shape[1] == after


def test_initialize_with_empty_docs_first(nlp):
    model = WordEmbed(8, ATTRS, [50, 50])
    model.initialize(X=[nlp.make_doc("")])
    assert model.predict([nlp.make_doc("a cat")])[0].shape == (2, 16)


def test_bad_options(nlp, docs):
    with pytest.raises(ValueError, match="given the attribute 'NRM', expected a token attribute"):
        WordEmbed(4, ["SHAPE", "NRM"], [10, 10])
    with pytest.raises(ValueError, match="rows was given -5, expected a number >= 1"):
        WordEmbed(4, ["NORM", "SHAPE"], [10, -5])
    with pytest.raises(ValueError, match="width was given 0, expected a number >= 1"):
        WordEmbed(0, ["NORM"], [10])
    with pytest.raises(ValueError, match=r"1 numbers of rows for 2 attributes \(NORM, SHAPE\)"):
        WordEmbed(8, ATTRS, [50])
    with pytest.raises(
        ValueError, match=r"no attributes, .* vectors \(StaticVectors\), as chars \(CharLSTM"
    ):
        WordEmbed(8, [], [])
    model = WordEmbed(8, ATTRS, [50, 50], include_static_vectors=True)
    with pytest.raises(ValueError, match="the vocab has no vectors"):
        model.initialize(X=docs)


@pytest.mark.parametrize(
    "blocks,message",
    [
        ({"vectors": {"a": 3}}, r"vectors\.a = 3, expected models of words: StaticVectors under"),
        ({"vectors": {"a": None}}, r"vectors\.a = None, expected models"),
        ({"vectors": {"a": {"width": 3}}}, r"vectors\.a = {'width': 3}, .* with @architectures"),
        ({"vectors": StaticVectors(width=3)}, "vectors = <thinc.*>, expected models .* names"),
        ({"chars": 3}, "chars = 3, expected models of words: .* CharLSTM or CharCNN as chars"),
        ({"ngrams": "CharNgrams"}, "ngrams = 'CharNgrams', expected models"),
    ],
)
def test_blocks_that_are_no_models(blocks, message):
    for attrs in ([], ["NORM"]):
        with pytest.raises(ValueError, match=message):
            WordEmbed(4, attrs, [10] * len(attrs), **blocks)


def test_documents_are_not_changed(nlp, docs):
    before = [doc.to_bytes() for doc in docs]
    model = WordEmbed(8, ATTRS, [50, 50])
    model.initialize(X=docs)
    model(docs, is_train=True)
    assert [doc.to_bytes() for doc in docs] == before


def test_a_doc_of_one_attribute(nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "a"])
    model = WordEmbed(4, ["ORTH"], [20])
    model.initialize(X=[doc])
    (Y,) = model.predict([doc])
    numpy.testing.assert_array_equal(Y[0], Y[2])
    assert not numpy.allclose(Y[0], Y[1])


def test_word_dropout_takes_the_identity_and_leaves_the_rest(nlp):
    """At a rate of one, no token keeps its norm, and shape, text and vector stay."""
    with_vectors(nlp)
    docs = [nlp.make_doc("the cat the cat")]
    ops = Model("x", None).ops
    reads = Reads([NORM, SHAPE], True, True)
    whole, index = get_words(ops, docs, reads)
    dropped, dropped_index = get_words(ops, docs, reads, drop=1.0)
    assert len(whole.keys) == 2 and len(dropped.keys) == 4  # a random identity each
    norms = {token.norm for token in docs[0]}
    assert not norms & set(dropped.keys[:, 0].tolist())
    numpy.testing.assert_array_equal(dropped.keys[dropped_index, 1], whole.keys[index, 1])
    numpy.testing.assert_array_equal(vectors_of(dropped)[dropped_index], vectors_of(whole)[index])
    assert [dropped.texts[n] for n in dropped_index] == ["the", "cat", "the", "cat"]


@pytest.mark.parametrize("attr", [ORTH, NORM, LOWER, LEMMA, PREFIX, SUFFIX, SHAPE])
def test_what_word_dropout_takes(nlp, attr):
    doc = Doc(nlp.vocab, words=["Cats", "ran"], lemmas=["cat", "run"])
    dropped, index = get_words(Model("x", None).ops, [doc], Reads([attr], False, False), drop=1.0)
    own = doc.to_array([attr]).astype("uint64")
    kept = dropped.keys[index, 0] == own
    assert kept.tolist() == [attr not in (ORTH, NORM, LOWER, LEMMA)] * 2


def test_word_dropout_scales_with_the_dropout_rate(nlp):
    numpy.random.seed(0)
    docs = [nlp.make_doc("cat " * 2000)]
    model = WordEmbed(4, ["NORM"], [50], word_dropout_scale=0.5)
    model.initialize(X=docs)
    (expected,) = model.predict(docs)

    def share(is_train):
        changed = model(docs, is_train)[0][0] != expected
        return changed.any(axis=1).mean()

    assert share(True) == 0  # no dropout rate, no dropout
    set_dropout_rate(model, 0.4)
    assert 0.15 < share(True) < 0.25
    assert share(False) == 0


def test_word_dropout_scale_below_zero():
    with pytest.raises(ValueError, match="word_dropout_scale was given -1"):
        WordEmbed(4, ["NORM"], [50], word_dropout_scale=-1)
