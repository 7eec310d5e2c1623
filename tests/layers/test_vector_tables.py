"""The vector of a word is that of the first of its forms that a table has."""

import copy
import gc
import io
import pickle

import numpy
import pytest
import spacy
import srsly
from spacy.strings import get_string_id
from spacy.vectors import Vectors
from thinc.api import NumpyOps

from spacy_lstm_ner.layers.vector_tables import VectorTable, find_vectors
from spacy_lstm_ner.layers.words import Reads, get_words

TOKENS = [
    *("Rome", "rome", "ROME", "Paris", "paris", "iPhone7", "1997", "1,984", "2024", "0", "7"),
    *(
        "\n",
        "Ünder",
        "ünder",
        "ÜNDER",
        "İstanbul",
        "٣",
        "🎓",
        "unseen",
        "Unseen2",
        "NORM",
        "PERSON",
    ),
]
TABLES = {
    "lower": ["rome", "iphone0", "0000", "0,000", "1997", "ünder", "0", "person", "i̇stanbul"],
    "cased": ["Rome", "Paris", "ROME", "iPhone7", "PERSON", "norm", "Ünder"],
    "none": ["xyz"],
}


def slow_vector(text, exact, words, data):
    """By hand: the exact key, lower case, lower case with zeros, a capital in front; or nothing."""
    lower = text.lower()
    zeros = "".join("0" if char.isdecimal() else char for char in lower)
    for form in (exact, lower, zeros, lower[:1].upper() + lower[1:]):
        if form in words:
            return [*data[words.index(form)], 0], get_string_id(form)
    return [*numpy.zeros(data.shape[1]), 1], get_string_id(exact)


def write(path, words, width=3, **settings):
    """A folder as `spacy init vectors` writes it."""
    nlp = spacy.blank("en")
    data = numpy.random.RandomState(len(words)).normal(size=(len(words), width)).astype("float32")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=words, **settings)
    nlp.to_disk(path)
    return data


def look_up(vocab, tokens, table=None):
    doc = spacy.tokens.Doc(vocab, words=tokens)
    words, index = get_words(NumpyOps(), [doc], Reads([], True, False))
    vectors, found = find_vectors(NumpyOps(), vocab, words.names, table)
    return vectors[index], [found[word] for word in index]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("attr", ["ORTH", "LOWER"])
def test_the_vocabs_table(nlp, name, attr):
    words = TABLES[name]
    data = numpy.random.RandomState(0).normal(size=(len(words), 3)).astype("float32")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=words, attr=attr)
    vectors, found = look_up(nlp.vocab, TOKENS)
    for place, text in enumerate(TOKENS):
        exact = text if attr == "ORTH" else text.lower()
        vector, key = slow_vector(text, exact, words, data)
        numpy.testing.assert_array_equal(vectors[place], numpy.array(vector, dtype="float32"), text)
        assert found[place] == key


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("folder", ["", "vocab"])
def test_a_table_by_path(nlp, tmp_path, name, folder):
    """The vocab's own table, which goes by another attribute, is left alone."""
    data = write(tmp_path, TABLES[name])
    other = numpy.ones((1, 5), dtype="float32")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=other, keys=["rome"], attr="LOWER")
    vectors, found = look_up(nlp.vocab, TOKENS, VectorTable(str(tmp_path / folder)))
    for place, text in enumerate(TOKENS):
        vector, key = slow_vector(text, text, TABLES[name], data)
        numpy.testing.assert_array_equal(vectors[place], numpy.array(vector, dtype="float32"), text)
        assert found[place] == key


def test_all_cases_of_a_name_have_its_vector(nlp):
    """In a table of words as they are written, and in one of lower-case words."""
    for words in (["Rome", "Ada", "in"], ["rome", "ada", "in"]):
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=numpy.eye(3), keys=words)
        for name in (str.lower, str.upper, str.title):
            vectors, _ = look_up(nlp.vocab, [name(word) for word in ("Rome", "Ada", "In")])
            assert vectors.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]


def test_the_word_as_written_comes_first(nlp):
    words = ["Us", "us", "US", "may0", "May7"]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=numpy.eye(5), keys=words)
    vectors, _ = look_up(nlp.vocab, ["Us", "us", "US", "uS", "MAY7", "may7", "May7"])
    assert vectors.argmax(axis=1).tolist() == [0, 1, 2, 1, 3, 3, 4]


def test_many_keys_a_row(nlp):
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, shape=(2, 2))
    nlp.vocab.vectors.add("Cat", vector=numpy.array([1, 2], dtype="float32"))
    nlp.vocab.vectors.add("cats", row=nlp.vocab.vectors.find(key="Cat"))
    vectors, found = look_up(nlp.vocab, ["Cats", "Cat", "cat", "dog"])
    assert vectors.tolist() == [[1, 2, 0], [1, 2, 0], [1, 2, 0], [0, 0, 1]]
    assert found == [get_string_id(word) for word in ("cats", "Cat", "Cat", "dog")]


def test_an_attribute_is_lost_on_disk(tmp_path):
    """Why lower case needs no attribute here: spaCy stores none."""
    write(tmp_path, ["rome"], attr="LOWER")
    vocab = spacy.load(tmp_path).vocab
    assert vocab.vectors.attr == spacy.attrs.ORTH
    assert look_up(vocab, ["Rome"])[0][0, -1] == 0


def test_the_empty_string(nlp):
    """No token is empty, but its key, 0, is an ordinary one."""
    names = numpy.zeros((1, 3), dtype="uint64")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, shape=(1, 2))
    assert find_vectors(NumpyOps(), nlp.vocab, names)[0].tolist() == [[0, 0, 1]]
    nlp.vocab.vectors.add(0, vector=numpy.ones(2, dtype="float32"))
    assert find_vectors(NumpyOps(), nlp.vocab, names)[0].tolist() == [[1, 1, 0]]


def test_a_vocab_without_vectors(nlp):
    vectors, _ = look_up(nlp.vocab, ["a", "b"])
    assert vectors.tolist() == [[1], [1]]


def test_results_are_the_callers_own(tmp_path):
    """A table is read-only; what is found in it is a copy."""
    data = write(tmp_path, ["rome"])
    table = VectorTable(str(tmp_path))
    with pytest.raises(ValueError, match="read-only"):
        table.data[0] = 1
    vocab = spacy.blank("en").vocab
    look_up(vocab, ["Rome"], table)[0][:] = -1
    numpy.testing.assert_array_equal(look_up(vocab, ["Rome"], table)[0][0, :-1], data[0])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda table: pickle.loads(pickle.dumps(table))])
def test_copies_hold_the_path_alone(tmp_path, again):
    write(tmp_path, ["rome"] + [f"w{n}" for n in range(1000)])
    table = VectorTable(str(tmp_path))
    assert len(pickle.dumps(table)) < 300
    other = again(table)
    assert isinstance(other.data, numpy.memmap) and other.key2row == table.key2row


def test_no_table(tmp_path):
    with pytest.raises(ValueError, match="has no 'vectors' and 'key2row'.* moved"):
        VectorTable(str(tmp_path / "nowhere"))
    write(tmp_path, ["rome"])
    (tmp_path / "vocab" / "key2row").unlink()
    with pytest.raises(ValueError, match="vocab has no 'key2row'"):
        VectorTable(str(tmp_path))


def npy(array):
    file = io.BytesIO()
    numpy.save(file, array)
    return file.getvalue()


WHOLE = npy(numpy.ones((2, 3), dtype="float32"))


@pytest.mark.parametrize(
    "name,content,reason",
    [
        ("key2row", b"", "incomplete input"),
        ("key2row", b"not msgpack", "extra data"),
        ("key2row", srsly.msgpack_dumps([0, 1]), "it holds a list"),
        ("key2row", srsly.msgpack_dumps({1: "a"}), "invalid literal"),
        ("key2row", srsly.msgpack_dumps({1: 0, 2: 2}), "it names rows from 0 to 2 of 2 rows"),
        ("key2row", srsly.msgpack_dumps({1: 1, 2: -2}), "it names rows from -2 to 1 of 2 rows"),
        ("vectors", b"", "."),
        ("vectors", b"not an array", "magic string is not correct"),
        ("vectors", WHOLE[:-1], "."),
        ("vectors", npy(numpy.ones(3, dtype="float32")), r"an array of float32 of shape \(3,\)"),
        ("vectors", npy(numpy.array([["a"]])), "an array of <U1 of shape"),
        ("vectors", npy(numpy.ones((1, 3), dtype="float32")), "rows from 0 to 1 of 1 rows"),
        ("vectors.cfg", b"{", "."),
        ("vectors.cfg", b"[]", "no attribute 'get'"),
    ],
)
def test_damaged_files(tmp_path, name, content, reason):
    """One message for all, with the file and what it should be; garbage is collected as before."""
    write(tmp_path, ["rome", "paris"])
    (tmp_path / "vocab" / name).write_bytes(content)
    broken = "key2row" if "of 1 rows" in reason else name
    with pytest.raises(ValueError, match=f"vocab.{broken} cannot be read: .*{reason}") as caught:
        VectorTable(str(tmp_path))
    assert f"path = '{tmp_path}'" in str(caught.value) and "init vectors" in str(caught.value)
    assert "allow_pickle" not in str(caught.value) and gc.isenabled()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda table: pickle.loads(pickle.dumps(table))])
def test_a_relative_path_outlives_the_working_directory(tmp_path, monkeypatch, again):
    """Messages name the path as it was given; copies go by where it was then."""
    data = write(tmp_path / "table", ["rome"])
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    table = VectorTable("table")
    monkeypatch.chdir(tmp_path / "other")
    numpy.testing.assert_array_equal(again(again(table)).data, data)
    assert table.path == "table"


def test_no_floret_table(tmp_path):
    nlp = spacy.blank("en")
    data = numpy.ones((5, 3), dtype="float32")
    nlp.vocab.vectors = Vectors(mode="floret", data=data, minn=2, maxn=3, hash_count=1)
    nlp.to_disk(tmp_path)
    with pytest.raises(ValueError, match="a floret table. Only the vocab"):
        VectorTable(str(tmp_path))
