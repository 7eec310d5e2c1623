"""Beside other components: a shared tok2vec, the encoder in other components, two of ours."""

import numpy
import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Config, fix_random_seed

from .helpers import SMALL, TRAIN, ents_of, make_examples

SHARED = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "tagger", "lstm_ner"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "spacy-lstm-ner.WordEmbed.v1"
width = 12
attrs = ["NORM", "SHAPE"]
rows = [200, 50]

[components.tok2vec.model.encode]
@architectures = "spacy-lstm-ner.LSTMEncoder.v1"
width = 16
depth = 1
dropout = 0.1

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "spacy.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = ${components.tok2vec.model.encode.width}

[components.lstm_ner]
factory = "lstm_ner"

[components.lstm_ner.model]
@architectures = "spacy-lstm-ner.LSTMTagger.v1"
width = 16
depth = 0

[components.lstm_ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = ${components.tok2vec.model.encode.width}
"""


def shared_examples(nlp):
    examples = make_examples(nlp)
    for example in examples:
        for token in example.reference:
            token.tag_ = "NAME" if token.ent_type else "WORD"
    return examples


@pytest.fixture
def shared():
    fix_random_seed(0)
    nlp = spacy.util.load_model_from_config(Config().from_str(SHARED), auto_fill=True)
    optimizer = nlp.initialize(lambda: shared_examples(nlp))
    optimizer.learn_rate = 0.01
    return nlp, optimizer


def train(nlp, optimizer, steps=60):
    for _ in range(steps):
        losses = nlp.update(shared_examples(nlp), sgd=optimizer)
    return losses


def test_both_components_learn_through_one_encoder(shared, tmp_path):
    nlp, optimizer = shared
    train(nlp, optimizer)
    for text, entities in TRAIN:
        doc = nlp(text)
        assert ents_of(doc) == entities
        assert [token.tag_ for token in doc] == [
            "NAME" if token.ent_type else "WORD" for token in doc
        ]
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    nlp.replace_listeners("tok2vec", "lstm_ner", ["model.tok2vec"])
    for text, entities in TRAIN:
        assert ents_of(loaded(text)) == entities
        assert ents_of(nlp(text)) == entities


@pytest.mark.parametrize("kind", ["unannotated", "empty"])
def test_a_batch_that_teaches_us_nothing_still_lets_the_tagger_learn(shared, kind):
    """The shared tok2vec is updated by the backward pass of its last listener, which is us."""
    nlp, optimizer = shared
    train(nlp, optimizer, steps=3)  # the tagger's output layer starts at zero
    if kind == "unannotated":
        examples = [
            Example(nlp.make_doc("Uber blew"), Doc(nlp.vocab, ["Uber", "blew"], tags=["N", "V"]))
        ]
        for example in examples:
            for token in example.reference:
                token.tag_ = "NAME"
    else:
        examples = [*shared_examples(nlp)[:1], Example(nlp.make_doc(""), nlp.make_doc(""))]
    tok2vec = nlp.get_pipe("tok2vec").model
    nlp.update(examples, sgd=False)
    norms = [
        float(numpy.abs(node.get_grad(name)).max())
        for node in tok2vec.walk()
        for name in node.param_names
        if node.has_grad(name)
    ]
    assert norms and max(norms) > 0


def test_losses_are_ours_alone(shared):
    nlp, optimizer = shared
    losses = train(nlp, optimizer, steps=1)
    assert set(losses) == {"tok2vec", "tagger", "lstm_ner"}


def test_frozen(shared):
    nlp, optimizer = shared
    before = nlp.get_pipe("lstm_ner").to_bytes()
    examples = shared_examples(nlp)
    nlp.update(examples, sgd=optimizer, exclude=["lstm_ner"], annotates=["lstm_ner"])
    assert nlp.get_pipe("lstm_ner").to_bytes() == before


def test_encoder_as_drop_in_for_torch_bilstm(nlp):
    """The config of a stock `ner` with the encoder's name exchanged, nothing else."""
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 16,
        "maxout_pieces": 2,
        "use_upper": False,
        "nO": None,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 16,
                "attrs": ["NORM"],
                "rows": [100],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy-lstm-ner.LSTMEncoder.v1",
                "width": 16,
                "depth": 2,
                "dropout": 0.1,
            },
        },
    }
    fix_random_seed(0)
    nlp.add_pipe("ner", config={"model": model})
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    optimizer.learn_rate = 0.01
    for _ in range(60):
        nlp.update(make_examples(nlp), sgd=optimizer)
    assert [ents_of(nlp(text)) for text, _ in TRAIN] == [entities for _, entities in TRAIN]
    tok2vec = nlp.get_pipe("ner").model.get_ref("tok2vec")
    docs = [nlp.make_doc(text) for text, _ in TRAIN]
    alone, together = tok2vec.predict(docs[-1:]), tok2vec.predict(docs)
    numpy.testing.assert_allclose(together[-len(docs[-1]) :], alone, atol=1e-5)


def test_inside_spacys_own_embedding(nlp):
    tok2vec = {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 16,
        "depth": 1,
        "embed_size": 100,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    }
    nlp.add_pipe("lstm_ner", config={"model": {**SMALL["model"], "tok2vec": tok2vec}})
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    optimizer.learn_rate = 0.01
    for _ in range(40):
        nlp.update(make_examples(nlp), sgd=optimizer)
    assert ents_of(nlp(TRAIN[3][0])) == TRAIN[3][1]


def test_two_of_ours_in_one_pipeline(nlp):
    fix_random_seed(0)
    nlp.add_pipe("lstm_ner", name="first", config=SMALL)
    nlp.add_pipe("lstm_ner", name="second", config={**SMALL, "max_grad_norm": 5.0})
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    optimizer.learn_rate, optimizer.grad_clip = 0.01, 0.0
    for _ in range(60):
        losses = nlp.update(make_examples(nlp), sgd=optimizer)
    assert set(losses) == {"first", "second"}
    for name in ("first", "second"):
        doc = nlp.make_doc(TRAIN[3][0])
        nlp.get_pipe(name)(doc)
        assert ents_of(doc) == TRAIN[3][1]
    assert ents_of(nlp(TRAIN[3][0])) == TRAIN[3][1]
