"""The corpus reader: each document once, in the order asked for, nothing dropped."""

import json
from functools import partial
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import registry

from spacy_lstm_ner.data.readers import Corpus
from spacy_lstm_ner.tags.annotated import annotated_labels

CORPUS = Path(__file__).parent.parent.parent / "corpus"
NLP = spacy.blank("en")


def write(path, *texts):
    """A .jsonl file; a text is annotated with its first word."""
    lines = [
        json.dumps(
            {"text": text, "spans": [{"start": 0, "end": len(text.split()[0]), "label": "X"}]}
        )
        if text
        else json.dumps({"text": "", "spans": []})
        for text in texts
    ]
    path.write_text("\n".join(lines), encoding="utf8")
    return path


def texts_of(corpus):
    return [example.reference.text for example in corpus(NLP)]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """A file of 20 documents, named by their place."""
    return write(tmp_path_factory.mktemp("numbers") / "a.jsonl", *(f"d{i} is" for i in range(20)))


def test_both_formats_give_the_same_examples(nlp, tmp_path):
    examples = list(Corpus(write(tmp_path / "a.jsonl", "Rome is old", "", "Oslo too"))(nlp))
    assert [[ent.text for ent in eg.reference.ents] for eg in examples] == [["Rome"], [], ["Oslo"]]
    assert [len(eg.predicted) for eg in examples] == [3, 0, 2]  # empty documents are documents
    DocBin(docs=[eg.reference for eg in examples]).to_disk(tmp_path / "b.spacy")
    for ours, theirs in zip(examples, Corpus(tmp_path / "b.spacy")(nlp), strict=True):
        assert ours.to_dict() == theirs.to_dict()
        assert all(token.ent_iob == 0 for token in theirs.predicted)


def test_predicted_tokens(nlp, tmp_path):
    """The pipeline's tokens, the annotation's where wanted or where the text is not known."""
    gold = Doc(nlp.vocab, words=["Ro", "me", "is"], spaces=[False, True, False])
    unknown = Doc(nlp.vocab, words=["can't", "stop"])
    DocBin(docs=[gold, unknown]).to_disk(tmp_path / "a.spacy")
    plain = [[t.text for t in eg.predicted] for eg in Corpus(tmp_path / "a.spacy")(nlp)]
    assert plain == [["Rome", "is"], ["can't", "stop"]]
    same = list(Corpus(tmp_path / "a.spacy", gold_tokens=True)(nlp))
    assert [t.text for t in same[0].predicted] == ["Ro", "me", "is"]
    assert same[0].predicted.text == "Rome is"


def test_folder_is_read_in_the_order_of_names(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    write(tmp_path / "c.jsonl", "three")
    write(tmp_path / "b" / "x.jsonl", "two")
    write(tmp_path / ".hidden" / "x.jsonl", "hidden")
    DocBin(docs=[NLP("one")]).to_disk(tmp_path / "a.spacy")
    (tmp_path / "notes.txt").write_text("no corpus")
    assert texts_of(Corpus(tmp_path)) == ["one", "two", "three"]


def test_lines_are_read_one_at_a_time(tmp_path):
    """The second line grows after the first one was read."""
    path = write(tmp_path / "a.jsonl", "fine")
    with path.open("a", encoding="utf8") as file:
        file.write("\n" + json.dumps({"text": "x" * 100_000, "spans": []}) + "\n")
    examples = Corpus(path)(NLP)
    assert next(examples).reference.text == "fine"
    with path.open("a", encoding="utf8") as file:
        file.write(json.dumps({"text": "late", "spans": []}) + "\n")
    assert [len(example.reference.text) for example in examples] == [100_000, 4]


def test_lines_that_cannot_be_read_are_left_out_and_counted(tmp_path):
    path = write(tmp_path / "a.jsonl", "fine")
    path.write_text(path.read_text("utf8") + '\n{"text": "broken"}\n', encoding="utf8")
    with pytest.warns(UserWarning, match=r"1 things in the corpus .* a\.jsonl:2: unreadable: "):
        assert [example.reference.text for example in Corpus(path)(NLP)] == ["fine"]


def test_docbins_are_read_one_file_at_a_time(tmp_path):
    DocBin(docs=[NLP("fine"), NLP("too")]).to_disk(tmp_path / "a.spacy")
    (tmp_path / "b.spacy").write_bytes(b"broken")
    examples = Corpus(tmp_path)(NLP)
    assert [next(examples).reference.text for _ in "ab"] == ["fine", "too"]
    with pytest.raises(ValueError, match="Error loading DocBin data"):
        next(examples)


@settings(max_examples=40)
@given(
    st.integers(1, 6),
    st.integers(0, 25),
    st.one_of(st.none(), st.integers(0, 9)),
    st.integers(0, 9),
)
def test_shards_deal_out_each_document_once(numbers, num_shards, limit, seed, buffer):
    dealt = [
        texts_of(
            Corpus(
                numbers,
                shard=shard,
                num_shards=num_shards,
                limit=limit,
                shuffle_seed=seed,
                buffer=buffer,
            )
        )
        for shard in range(num_shards)
    ]
    for shard, texts in enumerate(dealt):
        expected = [f"d{i} is" for i in range(limit or 20) if i < 20 and i % num_shards == shard]
        assert sorted(texts) == sorted(expected)
        assert seed is not None or texts == expected


@pytest.mark.parametrize("buffer", [0, 5])
def test_order_of_passes(numbers, buffer):
    """Another order at each pass, and the same passes for the same seed."""

    def passes(seed):
        corpus = Corpus(numbers, shuffle_seed=seed, buffer=buffer)
        return [texts_of(corpus) for _ in "abc"]

    orders = passes(seed=3)
    assert all(sorted(order) == sorted(orders[0]) for order in orders)
    assert len({tuple(order) for order in [*orders, sorted(orders[0])]}) == 4
    assert passes(seed=3) == orders
    assert passes(seed=4)[0] != orders[0]
    in_order = Corpus(numbers)
    assert texts_of(in_order) == texts_of(in_order) == [f"d{i} is" for i in range(20)]


def test_long_documents_of_the_corpus_are_cut(nlp):
    """Pieces reassemble to the texts and entities of the whole corpus."""
    path = CORPUS / "dev.jsonl"
    with pytest.warns(UserWarning, match="2 things in the corpus"):
        whole = [eg.reference for eg in Corpus(path)(nlp)]
        examples = list(Corpus(path, max_length=50)(nlp))
    assert len(examples) > 2 * len(whole)
    assert "".join(eg.text for eg in examples) == "".join(doc.text for doc in whole)
    ents = [(ent.text, ent.label_) for doc in whole for ent in doc.ents]
    assert [(ent.text, ent.label_) for eg in examples for ent in eg.reference.ents] == ents
    assert max(len(eg.reference) for eg in examples) <= 50


def test_augmenter(numbers):
    def twice(nlp, example):
        yield example
        yield Example(nlp.make_doc("more"), nlp.make_doc("more"))

    assert texts_of(Corpus(numbers, limit=2, augmenter=twice)) == ["d0 is", "more", "d1 is", "more"]


def test_label_sets_outlive_augmenters(tmp_path):
    record = {"text": "D0 is", "spans": [], "annotated_labels": ["X"]}
    (tmp_path / "a.jsonl").write_text(json.dumps(record), encoding="utf8")
    augmenter = registry.augmenters.get("spacy.lower_case.v1")(level=1.0)
    (example,) = Corpus(tmp_path, augmenter=augmenter)(NLP)
    assert example.reference.text == "d0 is"
    assert annotated_labels(example.reference) == ("X",)


def test_misaligned_spans_are_counted_in_one_warning(nlp, tmp_path):
    spans = [{"start": 0, "end": 2, "label": "GPE"}]
    for name, count in (("a", 2), ("b", 5)):
        lines = [json.dumps({"text": "Romeo ran", "spans": spans})] * count
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf8")
    corpus = Corpus(tmp_path)
    message = r"7 things in the corpus .* a\.jsonl:1: misaligned: 'Ro'; .*b\.jsonl:3: misaligned"
    with pytest.warns(UserWarning, match=message) as caught:
        assert len(list(corpus(nlp))) == 7
    assert "b.jsonl:4" not in str(caught[0].message)
    assert len(list(corpus(nlp))) == 7  # not again: warnings are errors here
    with pytest.warns(UserWarning, match="things in the corpus"):
        list(Corpus(tmp_path, limit=4, shard=1, num_shards=2)(nlp))


@pytest.mark.parametrize("damage", ["cut", "flipped", "rubbish"])
def test_a_damaged_binary_file_is_named(nlp, tmp_path, damage):
    path = tmp_path / "docs.spacy"
    data = DocBin(docs=[nlp.make_doc("Some text")]).to_bytes()
    flipped = data[:20] + bytes([data[20] ^ 64]) + data[21:]
    path.write_bytes({"cut": data[:-3], "flipped": flipped, "rubbish": b"rubbish"}[damage])
    with pytest.raises(ValueError, match=r"docs\.spacy is no \.spacy file"):
        list(Corpus(path)(nlp))


@pytest.mark.parametrize(
    "settings,message",
    [
        ({"path": None}, "path of a corpus was given as null.* --paths.train"),
        ({"path": "missing.jsonl"}, r"corpus 'missing\.jsonl' does not exist.*mend \[paths\]"),
        ({"path": Path(__file__)}, r"test_readers.py' has no \.jsonl and no \.spacy file"),
        ({"path": Path(__file__).parent}, r"has no \.jsonl and no \.spacy file"),
        ({"max_length": -1}, "max_length was given -1, expected 0 or more"),
        ({"limit": -1}, "limit was given -1, expected 0 or more"),
        ({"buffer": -2}, "buffer was given -2, expected 0 or more"),
        ({"shard": 2, "num_shards": 2}, "shard was given 2 with num_shards 2, expected 0 <= shard"),
        ({"shard": -1}, "shard was given -1 with num_shards 1"),
    ],
)
def test_wrong_settings_are_found_before_training(settings, message):
    with pytest.raises(ValueError, match=message):
        Corpus(**{"path": CORPUS / "dev.jsonl", **settings})


def test_same_documents_in_two_formats(tmp_path):
    for name in ("dev.jsonl", "dev.more.jsonl", "dev.spacy"):
        (tmp_path / name).write_text("")
    with pytest.raises(ValueError, match=r"both 'dev\.jsonl' and 'dev\.spacy'"):
        Corpus(tmp_path)


def test_from_a_config(numbers):
    make = partial(dict, **{"@readers": "spacy-lstm-ner.Corpus.v1"})
    corpus = registry.resolve({"corpus": make(path=str(numbers), limit=3, shuffle_seed=1)})[
        "corpus"
    ]
    assert sorted(texts_of(corpus)) == ["d0 is", "d1 is", "d2 is"]
