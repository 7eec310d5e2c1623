import numpy
import pytest
from spacy.ml.models.tok2vec import build_Tok2Vec_model
from spacy.tokens import Span
from spacy.training import Example
from thinc.api import Model, set_dropout_rate

from spacy_lstm_ner.models.encoder import LSTMEncoder
from spacy_lstm_ner.models.tagger import LSTMTagger, resize_output
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.pipeline.lstm_ner import LSTMNer

from ..gradients import check_params, to_float64


def make_tagger(nO=None, **options):
    return LSTMTagger(WordEmbed(4, ["NORM", "SHAPE"], [10, 5]), 4, **{"depth": 1, **options}, nO=nO)


@pytest.mark.parametrize("head", ["crf", "softmax"])
@pytest.mark.parametrize("depth, word_means", [(0, False), (1, False), (2, False), (1, True)])
def test_numeric_gradients_of_the_whole_component(nlp, head, depth, word_means):
    """From the annotation of Docs to every parameter, with dropout, in float64: full, missing
    and misaligned annotation and an empty Doc in one batch."""
    numpy.random.seed(0)
    docs = [nlp.make_doc(text) for text in ("Ada met Bob ada", "", "in Rome", "Noel")]
    examples = [Example(doc, doc.copy()) for doc in docs]
    first, third = examples[0].reference, examples[2].reference
    first.ents = [Span(first, 0, 1, label="PER"), Span(first, 2, 3, label="PER")]
    third.set_ents([Span(third, 1, 2, label="LOC")], missing=[third[0:1]])
    component = LSTMNer(nlp.vocab, make_tagger(head=head, depth=depth, word_means=word_means, nO=9))
    for label in ("LOC", "PER"):
        component.add_label(label)
    component.model.initialize(X=docs)
    model = to_float64(component.model)
    set_dropout_rate(model, 0.25)

    def forward():
        numpy.random.seed(4)
        return model(docs, is_train=True)

    scores, backprop = forward()
    _, d_scores = component.get_loss(examples, scores)
    backprop(d_scores)
    check_params(model, lambda: component.get_loss(examples, forward()[0])[0])


def test_resizing_keeps_the_scores_of_old_tags(nlp):
    docs = [nlp.make_doc("Ada met Bob")]
    model = make_tagger(nO=5)
    model.initialize(X=docs)
    before = model.predict(docs)
    resize_output(model, 9)
    after = model.predict(docs)
    assert model.get_dim("nO") == 9
    numpy.testing.assert_allclose(after.emissions.data[:, :5], before.emissions.data, atol=1e-6)
    assert after.transitions.shape == (9, 9)
    with pytest.raises(ValueError, match="has 9 tags and was asked for 5"):
        resize_output(model, 5)


def test_an_unsized_model_takes_stored_weights(nlp):
    docs = [nlp.make_doc("Ada met Bob")]
    model = make_tagger(nO=5, residual=True, depth=2)
    model.initialize(X=docs)
    other = make_tagger(residual=True, depth=2).from_bytes(model.to_bytes())
    numpy.testing.assert_array_equal(
        other.predict(docs).emissions.data, model.predict(docs).emissions.data
    )


def test_stored_settings_do_not_overrule_the_config(nlp):
    """Attributes of a model are stored, arguments are not: what the config says now, holds."""
    docs = [nlp.make_doc("Ada met Bob")]
    stored = make_tagger(nO=5, recurrent_dropout_scale=1.0, bptt_clip=0.5)
    stored.initialize(X=docs)
    model = make_tagger().from_bytes(stored.to_bytes())
    (cell,) = [node for node in model.walk() if node.name == "lstm-l2r"]
    set_dropout_rate(model, 0.9)
    expected = stored.get_ref("tok2vec").predict(docs)[0]
    assert cell._func.args[2:] == (0.0, None)
    numpy.testing.assert_array_equal(model.get_ref("tok2vec").predict(docs)[0], expected)


def test_references(nlp):
    model = make_tagger()
    assert model.get_ref("tok2vec").name == "once_per_word"
    assert model.has_dim("nO") is None


def test_encoder_passes_vectors_through_at_depth_zero():
    Xs = [numpy.ones((2, 3), dtype="float32")]
    assert LSTMEncoder(3, 0, 0.1).predict(Xs) is Xs


def test_encoder_errors_come_at_construction():
    with pytest.raises(ValueError, match="must be even: use 94 or 96"):
        LSTMEncoder(95, 1, 0.1)


def test_encoder_in_a_tok2vec(nlp):
    docs = [nlp.make_doc(text) for text in ("a b c", "", "d")]
    tok2vec: Model = build_Tok2Vec_model(
        embed=WordEmbed(8, ["NORM"], [20]), encode=LSTMEncoder(6, 2, 0.2, residual=True)
    )
    tok2vec.initialize(X=docs)
    assert tok2vec.get_dim("nO") == 6
    assert [Y.shape for Y in tok2vec.predict(docs)] == [(3, 6), (0, 6), (1, 6)]
