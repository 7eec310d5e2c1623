"""Behind a shared transformer: a tiny one of spacy-transformers, with weights drawn by chance."""

import copy
import pickle

import numpy
import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, Config, fix_random_seed

from spacy_lstm_ner.training.rehearse import Rehearsal

from ..pipeline.helpers import TRAIN, ents_of, make_examples
from ..pipeline.test_listeners import shared_examples, train
from .test_rehearse import NEW, shake, texts

pytest.importorskip("spacy_transformers")
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

CONFIG = """
[nlp]
lang = "en"
pipeline = ["transformer", "tagger", "lstm_ner"]

[components]

[components.transformer]
factory = "transformer"

[components.transformer.model]
@architectures = "spacy-transformers.TransformerModel.v3"
name = "given by the test"

[components.transformer.model.get_spans]
@span_getters = "spacy-transformers.strided_spans.v1"
window = 128
stride = 96

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "spacy.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "spacy-transformers.TransformerListener.v1"

[components.tagger.model.tok2vec.pooling]
@layers = "reduce_mean.v1"

[components.lstm_ner]
factory = "lstm_ner"

[components.lstm_ner.model]
@architectures = "spacy-lstm-ner.LSTMTagger.v1"
width = 16
depth = 1

[components.lstm_ner.model.tok2vec]
@architectures = "spacy-transformers.TransformerListener.v1"

[components.lstm_ner.model.tok2vec.pooling]
@layers = "reduce_mean.v1"
"""
TEXTS = [text for text, _ in TRAIN]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    """A folder as `from_pretrained` reads it: pieces are single characters."""
    folder = tmp_path_factory.mktemp("bert")
    letters = sorted({letter for text in TEXTS for letter in text if letter != " "})
    pieces = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]", *letters, *(f"##{x}" for x in letters)]
    (folder / "vocab.txt").write_text("\n".join(pieces), "utf8")
    BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=False).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def trained(bert):
    """Straight after its last update, and to be copied by those who change it."""
    fix_random_seed(0)
    config = Config().from_str(CONFIG, overrides={"components.transformer.model.name": bert})
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    optimizer = nlp.initialize(lambda: shared_examples(nlp))
    optimizer.learn_rate = 0.01
    train(nlp, optimizer)
    return nlp


def by_disk(nlp, folder):
    nlp.to_disk(folder)
    return spacy.load(folder)


@pytest.mark.parametrize("way", ["itself", "disk", "pickle", "deepcopy"])
def test_both_components_learn_through_one_transformer(trained, way, tmp_path):
    nlp = {
        "itself": lambda: trained,
        "disk": lambda: by_disk(trained, tmp_path),
        "pickle": lambda: pickle.loads(pickle.dumps(trained)),
        "deepcopy": lambda: copy.deepcopy(trained),
    }[way]()
    for text, entities in TRAIN:
        doc = nlp(text)
        assert ents_of(doc) == entities
        assert [t.tag_ for t in doc] == ["NAME" if t.ent_type else "WORD" for t in doc]


def bert_of(nlp):
    return nlp.get_pipe("transformer").model.transformer


def test_the_gradient_of_the_transformer_is_that_of_the_loss(trained):
    """Measured along itself. The tagger is left out: its loss is not what its gradient is of."""
    nlp = copy.deepcopy(trained)
    shake(nlp.get_pipe("lstm_ner"))

    def loss():
        return nlp.update(shared_examples(nlp), sgd=False, exclude=["tagger"])["lstm_ner"]

    weights = [p for p in bert_of(nlp).parameters() if p.requires_grad]
    for weight in weights:
        weight.grad = None
    loss()
    gradients = [None if weight.grad is None else weight.grad.clone() for weight in weights]
    norm = sum(float((dW**2).sum()) for dW in gradients if dW is not None) ** 0.5
    assert norm > 0.1
    losses = []
    for step in (0.01, -0.02):  # up, and from there down on the other side
        with torch.no_grad():
            for weight, dW in zip(weights, gradients):
                if dW is not None:
                    weight.add_(dW, alpha=step / norm)
        losses.append(loss())
    assert (losses[0] - losses[1]) / 0.02 == pytest.approx(norm, rel=0.02)


def test_no_answer_depends_on_the_batch(trained):
    """Empty Docs, to which a transformer gives vectors of no width, among them."""
    several = ["", *TEXTS, "Uber", "London\n\nand Pay", ""]
    component = trained.get_pipe("lstm_ner")
    transformer = trained.get_pipe("transformer")
    docs = [trained.make_doc(text) for text in several]
    transformer.set_annotations(docs, transformer.predict(docs))
    together = component.analyse(docs).marginals()
    for doc, found in zip(docs, together, strict=True):
        if len(doc):
            again = trained.make_doc(doc.text)
            transformer.set_annotations([again], transformer.predict([again]))
            (alone,) = component.analyse([again]).marginals()
            numpy.testing.assert_allclose(found, alone, atol=1e-5)


def test_empty_docs_among_others_teach_nothing(trained):
    nlp = copy.deepcopy(trained)
    empty = Example(nlp.make_doc(""), nlp.make_doc(""))
    assert nlp.update([empty, empty], sgd=False)["lstm_ner"] == 0
    alone = nlp.update(shared_examples(nlp), sgd=False)["lstm_ner"]
    among = nlp.update([empty, *shared_examples(nlp), empty], sgd=False)["lstm_ner"]
    assert among == pytest.approx(alone, rel=1e-4)


def test_a_frozen_transformer_annotates(trained):
    nlp = copy.deepcopy(trained)
    before = [weight.clone() for weight in bert_of(nlp).parameters()]
    shake(nlp.get_pipe("lstm_ner"))
    optimizer = Adam(0.01)
    frozen = {"exclude": ["transformer"], "annotates": ["transformer"]}
    losses = [
        nlp.update(shared_examples(nlp), sgd=optimizer, **frozen)["lstm_ner"] for _ in range(20)
    ]
    assert losses[-1] < 0.5 * losses[0]
    assert all(map(torch.equal, bert_of(nlp).parameters(), before))


def test_teachers_have_a_transformer_of_their_own(trained):
    nlp = copy.deepcopy(trained)
    docs = list(nlp.pipe(TEXTS))
    expected = nlp.get_pipe("lstm_ner").model.predict(docs).emissions.data
    Rehearsal(nlp)
    with torch.no_grad():
        for weight in bert_of(nlp).parameters():
            weight.add_(torch.randn_like(weight), alpha=0.3)
    shake(nlp.get_pipe("lstm_ner"))
    plain = [Doc(nlp.vocab, [token.text for token in doc]) for doc in docs]
    taught = nlp.get_pipe("lstm_ner")._rehearsal_model.predict(plain).emissions.data
    numpy.testing.assert_allclose(taught, expected, atol=1e-4)


def test_a_new_label_beside_the_old_ones(trained):
    nlp = copy.deepcopy(trained)
    before = [weight.clone() for weight in bert_of(nlp).parameters()]
    rehearsal = Rehearsal(nlp, sgd=Adam(0.005))
    nlp.get_pipe("lstm_ner").add_label("EVENT")
    for _ in range(30):
        rehearsal.update(make_examples(nlp, NEW), TEXTS)
    for text, entities in [*TRAIN, *NEW]:
        doc = nlp(text)
        assert ents_of(doc) == entities
    assert not all(map(torch.equal, bert_of(nlp).parameters(), before))


def test_spacys_rehearse_takes_vectors_that_are_there(trained):
    nlp = copy.deepcopy(trained)
    optimizer = nlp.resume_training(sgd=Adam(0.01))
    shake(nlp.get_pipe("lstm_ner"))
    others = ["transformer", "tagger"]
    with pytest.raises(ValueError, match="annotating components"):
        nlp.rehearse(texts(nlp), sgd=optimizer, exclude=others)
    examples = [Example(nlp(text), nlp.make_doc(text)) for text in TEXTS]
    losses = [nlp.rehearse(examples, sgd=optimizer, exclude=others)["lstm_ner"] for _ in range(30)]
    assert losses[-1] < 0.2 * losses[0]
