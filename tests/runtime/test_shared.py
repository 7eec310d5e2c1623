"""Sharing and taking over: frozen tok2vec, pipes of another pipeline, weights of scores."""

import numpy
import pytest
import spacy

from ..pipeline.helpers import SMALL, UNSURE
from .helpers import TEXTS, assert_same, outcome, own_words, shared_tok2vec, tagged_examples


def test_a_frozen_tok2vec_has_to_annotate():
    nlp, _ = shared_tok2vec()
    nlp = spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    frozen = nlp.get_pipe("tok2vec").to_bytes(exclude=["vocab"])
    before = nlp.get_pipe("lstm_ner").to_bytes(exclude=["vocab"])
    optimizer = nlp.resume_training()
    with pytest.raises(ValueError, match="E203"):
        nlp.update(tagged_examples(nlp), sgd=optimizer, exclude=["tok2vec"])
    losses = []
    for _ in range(30):
        examples = tagged_examples(nlp)
        found = nlp.update(examples, sgd=optimizer, exclude=["tok2vec"], annotates=["tok2vec"])
        losses.append(found["lstm_ner"])
    assert losses[-1] < losses[0]
    assert nlp.get_pipe("tok2vec").to_bytes(exclude=["vocab"]) == frozen
    assert nlp.get_pipe("lstm_ner").to_bytes(exclude=["vocab"]) != before


def test_sourced_by_code():
    """The pipe of another pipeline answers as it did there, under a name of its own too."""
    source = own_words()
    expected = outcome(source.pipe(TEXTS))
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", source=source, name="mine")
    assert_same(outcome(nlp.pipe(TEXTS)), expected)
    assert_same(outcome(source.pipe(TEXTS)), expected)
    config = nlp.config["components"]["mine"]
    assert config["factory"] == "lstm_ner" and config["spans_key"] == "all"


def test_sourced_by_config(tmp_path):
    source = own_words()
    source.to_disk(tmp_path / "source")
    nlp = spacy.util.load_model_from_config(
        spacy.util.load_config_from_str(
            f'[nlp]\nlang = "en"\npipeline = ["lstm_ner"]\n[components]\n[components.lstm_ner]\n'
            f'source = "{(tmp_path / "source").as_posix()}"\n'
        ),
        auto_fill=True,
    )
    assert_same(outcome(nlp.pipe(TEXTS)), outcome(source.pipe(TEXTS)))
    nlp.to_disk(tmp_path / "again")
    again = spacy.load(tmp_path / "again")
    assert_same(outcome(again.pipe(TEXTS)), outcome(source.pipe(TEXTS)))


def test_sourced_with_a_shared_tok2vec():
    """Its tok2vec is taken along in the listener's place."""
    source, _ = shared_tok2vec()
    expected = outcome(source.pipe(TEXTS))
    nlp = spacy.blank("en")
    source.replace_listeners("tok2vec", "lstm_ner", ["model.tok2vec"])
    nlp.add_pipe("lstm_ner", source=source)
    assert nlp.pipe_names == ["lstm_ner"]
    assert_same(outcome(nlp.pipe(TEXTS)), expected)


def test_vectors_that_differ_from_those_of_the_source():
    source = own_words()
    nlp = spacy.blank("en")
    nlp.vocab.set_vector("Ada", numpy.ones(3, dtype="float32"))
    with pytest.warns(UserWarning, match="W113"):
        nlp.add_pipe("lstm_ner", source=source)


def test_score_weights_are_shared_out():
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    alone = {name: weight for name, weight in weights_of(nlp).items() if weight}
    assert alone == {"ents_f": 1.0}
    nlp.add_pipe("tagger")
    shared = {name: weight for name, weight in weights_of(nlp).items() if weight}
    assert shared == {"ents_f": 0.5, "tag_acc": 0.5}
    assert weights_of(nlp)["ents_per_type"] is None


def weights_of(nlp):
    return nlp.config["training"]["score_weights"]


def test_long_documents():
    """10,000 words are no trouble, and neighbours in the batch are as ever."""
    nlp = own_words()
    words = " ".join(text for text, _ in UNSURE)
    long = " ".join([words] * (10_000 // len(words.split())))
    docs = list(nlp.pipe([*TEXTS, long]))
    assert_same(outcome(docs[:-1]), outcome(map(nlp, TEXTS)))
    found = outcome(docs[-1:])
    assert len(docs[-1]) > 9_900 and len(docs[-1].ents) > 900
    assert numpy.isfinite(found.probabilities).all()
    assert 0 < found.probabilities.min() <= found.probabilities.max() <= 1
