"""Odd annotation, odd tokens and slips in configs: each has an answer or a message."""

import time

import numpy
import pytest
import spacy
from confection import ConfigValidationError
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_lstm_ner.pipeline.lstm_ner import LSTMNer

from .helpers import SMALL, TRAIN, ents_of, make_examples, train_small

MILLION = 1_000_000
TOK2VEC = SMALL["model"]["tok2vec"]
READERS = {
    "words": {},
    "cnn": {"chars": {"@architectures": "spacy-lstm-ner.CharCNN.v1", "width": 6}},
    "lstm": {"chars": {"@architectures": "spacy-lstm-ner.CharLSTM.v1", "width": 6}},
    "ngrams": {"ngrams": {"@architectures": "spacy-lstm-ner.CharNgrams.v1", "width": 6}},
}


@pytest.fixture(scope="module")
def trained():
    return train_small()


def test_one_label_on_every_token(nlp):
    """A corpus in which nothing is outside of entities still gives finite numbers."""
    data = [("Ada Byron", [(0, 9, "PERSON")]), ("Bob", [(0, 3, "PERSON")])]
    nlp.add_pipe("lstm_ner", config=SMALL)
    optimizer = nlp.initialize(lambda: make_examples(nlp, data))
    for _ in range(30):
        losses = nlp.update(make_examples(nlp, data), sgd=optimizer)
    assert 0 < losses["lstm_ner"] < 3
    assert [ents_of(nlp(text)) for text, _ in data] == [entities for _, entities in data]


@pytest.mark.parametrize("tags", [["S-ORG", "O"], ["E-ORG", "O"], ["I-ORG", "O"]])
def test_tags_of_another_scheme_are_refused(nlp, tags):
    """By spaCy, which reads them."""
    with pytest.raises(ValueError, match=r"\[E06[78]\] Invalid BILUO tag"):
        Example.from_dict(nlp.make_doc("Uber grows"), {"entities": tags})


def test_crossing_entities_are_refused(nlp):
    """By spaCy, before we see them."""
    with pytest.raises(ValueError, match="conflicting doc.ents"):
        Example.from_dict(nlp.make_doc("Uber blew up"), {"entities": [(0, 9, "A"), (5, 12, "A")]})


@pytest.mark.parametrize("entities", [[(5, 5, "ORG")], [(5, 2, "ORG")]])
def test_spans_without_width_teach_nothing(trained, entities):
    """spaCy drops them without a word; a .jsonl file with one is reported (`data/`)."""
    nlp = trained
    example = Example.from_dict(nlp.make_doc("Uber blew up"), {"entities": entities})
    plain = Example.from_dict(nlp.make_doc("Uber blew up"), {"entities": []})
    losses = [nlp.update([some], sgd=False)["lstm_ner"] for some in (example, plain)]
    assert losses[0] == pytest.approx(losses[1])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("token", ["a", "é👩🏽\u200d", "\n", "\x00"])
def test_a_token_of_a_million_characters(reader, token):
    nlp = train_small(
        2, config={"model": {**SMALL["model"], "tok2vec": {**TOK2VEC, **READERS[reader]}}}
    )
    words = ["Uber", (token * MILLION)[:MILLION], "London"]
    doc = Doc(nlp.vocab, words=words)
    reference = Doc(nlp.vocab, words=words, ents=["B-ORG", "O", "B-GPE"])
    start = time.perf_counter()
    nlp.get_pipe("lstm_ner")(doc.copy())
    losses = nlp.update([Example(doc, reference)])
    assert time.perf_counter() - start < 2
    assert numpy.isfinite(losses["lstm_ner"])


def test_odd_characters_change_nothing_else(trained):
    """Joined emoji, combining marks, control characters, marks of direction, rare planes."""
    texts = [
        "👩\u200d👩\u200d👧",
        "e\u0301\u0323\u0301",
        "\x00\x1b[31m\x7f",
        "\u202eab\u202c\ufeff",
    ]
    texts += ["\U0010ffff\uffff", "\u2028\u3000\r\n", ""]
    for doc, text in zip(trained.pipe(texts, batch_size=3), texts):
        assert doc.text == text
        assert ents_of(doc) == ents_of(trained(text))
    assert [ents_of(doc) for doc in trained.pipe([*texts, TRAIN[0][0]])][-1] == TRAIN[0][1]


@pytest.mark.parametrize("label", ["🦄", "e\u0301", "with space", "a\nb", "B-GPE", "\x00", "-"])
def test_odd_labels(nlp, label):
    component = nlp.add_pipe("lstm_ner", config=SMALL)
    doc = nlp.make_doc("Some text")
    reference = doc.copy()
    reference.ents = [Span(reference, 0, 1, label=label)]
    optimizer = nlp.initialize(lambda: [Example(doc, reference)])
    for _ in range(30):
        nlp.update([Example(doc, reference)], sgd=optimizer)
    other = spacy.blank("en")
    other.add_pipe("lstm_ner", config=SMALL).from_bytes(component.to_bytes())
    assert [ent.label_ for ent in other("Some text").ents] == [label]


def test_a_label_that_no_file_can_hold(trained):
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        trained.get_pipe("lstm_ner").add_label("\ud83d")
    assert len(trained.get_pipe("lstm_ner").labels) == 5


@pytest.mark.parametrize(
    "config,message",
    [
        ({"widht": 200}, "widht.*unexpected argument"),
        ({"model": {**SMALL["model"], "widht": 200}}, "lstm_ner.model -> widht"),
        ({"model": {**SMALL["model"], "width": "broad"}}, "'broad' is not <class 'int'>"),
        ({"model": {**SMALL["model"], "cell": "lsmt"}}, "'lsmt' is not .*'lstm'"),
        ({"model": {**SMALL["model"], "tok2vec": {**TOK2VEC, "row": [9]}}}, "tok2vec -> row"),
        ({"threshold": "high"}, "threshold.*'high' is not"),
        ({"confidence": "maybe"}, "confidence.*'maybe' is not <class 'bool'>"),
    ],
)
def test_slips_in_configs_name_the_setting(nlp, config, message):
    """spaCy checks names and types by our signatures."""
    with pytest.raises(ConfigValidationError, match=f"(?s){message}"):
        nlp.add_pipe("lstm_ner", config=config)


def test_unknown_architectures_are_listed(nlp):
    config = {"model": {**SMALL["model"], "@architectures": "spacy-lstm-ner.LSTMTager.v1"}}
    with pytest.raises(ValueError, match="LSTMTager.*(?s:.*)spacy-lstm-ner.LSTMTagger.v1"):
        nlp.add_pipe("lstm_ner", config=config)


def test_weights_without_labels(trained):
    component = LSTMNer(trained.vocab, trained.get_pipe("lstm_ner").model)
    with pytest.raises(ValueError, match="scores 21 tags, but its 0 labels have 1"):
        component(trained.make_doc("Some text"))
