"""Taking over a pipe that listened, weights of scores, long documents."""

import numpy
import spacy

from ..pipeline.helpers import SMALL, UNSURE
from .helpers import TEXTS, assert_same, outcome, own_words, shared_tok2vec


def test_sourced_with_a_shared_tok2vec():
    """Its tok2vec is taken along in the listener's place."""
    source, _ = shared_tok2vec()
    expected = outcome(source.pipe(TEXTS))
    nlp = spacy.blank("en")
    source.replace_listeners("tok2vec", "lstm_ner", ["model.tok2vec"])
    nlp.add_pipe("lstm_ner", source=source)
    assert nlp.pipe_names == ["lstm_ner"]
    assert_same(outcome(nlp.pipe(TEXTS)), expected)


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
