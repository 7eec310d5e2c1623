"""What is learned beside full annotation: label sets, negative spans, only positives."""

import math

import numpy
import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example
from thinc.api import fix_random_seed

from spacy_lstm_ner.ops.crf import posterior
from spacy_lstm_ner.pipeline.loss import LossSettings, ner_loss
from spacy_lstm_ner.tags.annotated import set_annotated_labels

from ..crf_cases import make_scores
from ..gradients import LIMIT, numeric_gradient, relative_error
from .helpers import SMALL, TRAIN, ents_of, make_examples, train_small

KEY = "incorrect_spans"


def train(examples_of, config, steps=60):
    """A pipeline trained on what examples_of(nlp) gives."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={**SMALL, **config})
    optimizer = nlp.initialize(lambda: examples_of(nlp))
    optimizer.learn_rate = 0.01
    optimizer.grad_clip = 0.0
    for _ in range(steps):
        nlp.update(examples_of(nlp), sgd=optimizer, drop=0.1)
    return nlp


def positives(nlp):
    """TRAIN, with nothing known but the entities."""
    examples = make_examples(nlp)
    for example in examples:
        example.reference.set_ents(list(example.reference.ents), default="missing")
    return examples


def entity_share(nlp, docs):
    component = nlp.get_pipe("lstm_ner")
    scores = component.model.predict(docs)
    everything = numpy.ones(scores.emissions.data.shape, dtype=bool)
    found = posterior(scores, component._constraints(scores), everything)
    return 1 - found.marginals[:, 0].mean()


def test_corpora_with_different_label_sets_train_one_model():
    """One corpus marks places, the other everything else; together they know all of TRAIN."""

    def examples_of(nlp):
        examples = make_examples(nlp) + make_examples(nlp)
        for number, example in enumerate(examples):
            first = number < len(TRAIN)
            ents = [e for e in example.reference.ents if (e.label_ in ("GPE", "LOC")) == first]
            example.reference.set_ents(ents)
            labels = ["GPE", "LOC"] if first else ["ORG", "MONEY", "PRODUCT"]
            set_annotated_labels(example.reference, labels)
        return examples

    nlp = train(examples_of, {})
    assert len(nlp.get_pipe("lstm_ner").labels) == 5
    assert [ents_of(nlp(text)) for text, _ in TRAIN] == [entities for _, entities in TRAIN]


def test_entities_with_a_label_outside_the_set_are_reported():
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    examples = make_examples(nlp)
    set_annotated_labels(examples[0].reference, ["ORG"])
    with pytest.warns(UserWarning, match=r"1 gold .*: 1 MONEY\. .*: '\$1 million' \(MONEY\)"):
        nlp.initialize(lambda: examples)


def test_only_positives_need_the_ratio():
    """Without it all tokens may be entities; with it, the share is held near the number given."""
    texts = [text for text, _ in TRAIN]
    tokens = sum(len(eg.predicted) for eg in make_examples(spacy.blank("en")))
    known = sum(len(ent) for eg in make_examples(spacy.blank("en")) for ent in eg.reference.ents)
    ratio = known / tokens
    plain = train(positives, {})
    docs = [plain.make_doc(text) for text in texts]
    assert entity_share(plain, docs) > 0.9
    held = train(positives, {"entity_ratio": ratio, "entity_ratio_margin": 0.0})
    assert entity_share(held, docs) == pytest.approx(ratio, abs=0.05)
    assert [ents_of(held(text)) for text in texts] == [entities for _, entities in TRAIN]


@pytest.mark.parametrize(
    "setting,message",
    [
        ({"entity_ratio": 1.0}, "entity_ratio was given 1.0, expected a share r with 0 < r"),
        ({"entity_ratio": 0.0}, "entity_ratio was given 0.0"),
        ({"entity_ratio_margin": -0.1}, "entity_ratio_margin was given -0.1, expected 0 or more"),
        ({"entity_ratio_weight": -1.0}, "entity_ratio_weight was given -1.0"),
    ],
)
def test_settings_out_of_range(setting, message):
    with pytest.raises(ValueError, match=message):
        spacy.blank("en").add_pipe("lstm_ner", config={**SMALL, **setting})


@pytest.fixture
def corrected():
    """A pipeline that reads negative spans and knows TRAIN, and an Example without annotation
    that says what in it is no entity."""
    nlp = train_small(config={**SMALL, "incorrect_spans_key": KEY})
    text = TRAIN[3][0]
    reference = nlp.make_doc(text)
    reference.spans[KEY] = [Span(reference, 2, 3, label="GPE")]
    return nlp, Example(nlp.make_doc(text), reference)


def test_an_unannotated_document_with_a_negative_span_is_learned_from(corrected):
    nlp, example = corrected
    assert (7, 13, "GPE") in ents_of(nlp(example.text))
    optimizer = nlp.resume_training()
    optimizer.learn_rate = 0.01
    for _ in range(30):
        losses = nlp.update([example], sgd=optimizer)
    assert losses["lstm_ner"] < 0.2
    assert (7, 13, "GPE") not in ents_of(nlp(example.text))


def test_the_loss_is_that_of_the_span(corrected):
    nlp, example = corrected
    component = nlp.get_pipe("lstm_ner")
    scores = component.model.predict([example.predicted])
    loss, d_scores = component.get_loss([example], scores)
    everything = numpy.ones(scores.emissions.data.shape, dtype=bool)
    unit = component.tagset.id_of("U", "GPE")
    found = posterior(scores, component._constraints(scores), everything)
    assert loss == pytest.approx(-math.log(1 - found.marginals[2, unit]), rel=1e-6)
    assert d_scores.emissions.data[2, unit] > 0


def test_all_parts_of_the_loss_have_one_gradient(corrected):
    """Annotation with missing tokens, a label set, negative spans and the ratio in one batch."""
    nlp, negative = corrected
    component = nlp.get_pipe("lstm_ner")
    examples = [*make_examples(nlp)[:3], negative]
    examples[0].reference.set_ents([], missing=[examples[0].reference[1:4]], default="unmodified")
    set_annotated_labels(examples[1].reference, ["GPE"])
    scores = make_scores([len(eg.predicted) for eg in examples], len(component.tagset), seed=1)
    settings = LossSettings(KEY, entity_ratio=0.1)

    def loss_and_gradient():
        constraints = component._constraints(scores)
        return ner_loss(examples, scores, constraints, component.tagset, settings)

    d_scores = loss_and_gradient()[1]
    pairs = [(scores.emissions.data, d_scores.emissions.data)]
    pairs += [(getattr(scores, k), getattr(d_scores, k)) for k in ("start", "transitions", "end")]
    for array, gradient in pairs:
        exact = numeric_gradient(lambda: loss_and_gradient()[0], array)
        assert relative_error(exact, gradient) < LIMIT


def test_annotation_that_rules_the_span_out_is_not_counted_twice(corrected):
    nlp, _ = corrected
    component = nlp.get_pipe("lstm_ner")
    plain, marked = make_examples(nlp), make_examples(nlp)
    for example in marked:
        reference = example.reference
        reference.spans[KEY] = [Span(reference, 0, 2, label="LOC")]
    scores = component.model.predict([example.predicted for example in plain])
    losses = [component.get_loss(examples, scores) for examples in (plain, marked)]
    assert losses[0][0] == losses[1][0]
    numpy.testing.assert_array_equal(losses[0][1].emissions.data, losses[1][1].emissions.data)


def test_negative_spans_without_the_setting_are_not_read():
    nlp = train_small(steps=1)
    reference = nlp.make_doc(TRAIN[3][0])
    reference.spans[KEY] = [Span(reference, 2, 3, label="GPE")]
    example = Example(nlp.make_doc(reference.text), reference)
    assert nlp.update([example], sgd=False)["lstm_ner"] == 0


def test_contradictions_and_misalignments_are_reported_once():
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={**SMALL, "incorrect_spans_key": KEY})
    examples = make_examples(nlp)
    first = examples[0].reference
    first.spans[KEY] = [Span(first, 0, 1, label="ORG")]
    split = Doc(nlp.vocab, words=["I", "li", "ke"], spaces=[True, False, False])
    split.spans[KEY] = [Span(split, 0, 2, label="GPE")]
    examples.append(Example(nlp.make_doc("I like"), split))
    message = (
        r"2 spans of doc\.spans\['incorrect_spans'\] .* teach nothing: 1 does not align with the "
        r"tokens, 1 is an entity of the annotation"
    )
    with pytest.warns(UserWarning, match=message):
        nlp.initialize(lambda: examples)
    nlp.update(examples)  # not again: warnings are errors here
