"""`span._.confidence`."""

from itertools import chain

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

from spacy_lstm_ner.pipeline.confidence import get_confidence, register_confidence

from .helpers import SMALL, UNSURE, make_examples, train_unsure

TEXTS = ["Ada saw Paris and York", "", "Ada Lovelace likes New York", "tea", "Paris Paris"]


@pytest.fixture(scope="module")
def nlp():
    return train_unsure(confidence=True)


@pytest.fixture
def no_extension():
    """As in a process in which nobody has registered it."""
    before = Span.get_extension("confidence") if Span.has_extension("confidence") else None
    if before:
        Span.remove_extension("confidence")
    yield
    if Span.has_extension("confidence"):
        Span.remove_extension("confidence")
    register_confidence()


def confidences(doc):
    return [ent._.confidence for ent in doc.ents]


def exact(nlp, doc, name="lstm_ner"):
    analysis = nlp.get_pipe(name).analyse([nlp.make_doc(doc.text)])
    best = analysis.best()
    return analysis.span_probabilities(best).tolist()


def test_it_is_the_probability_of_the_span(nlp):
    found = 0
    for doc in nlp.pipe(TEXTS):
        assert confidences(doc) == pytest.approx(exact(nlp, doc), abs=1e-5)
        found += len(doc.ents)
    assert found > 4


def test_equal_in_every_batch_and_process(nlp):
    alone = [confidences(nlp(text)) for text in TEXTS]
    for found in (
        [confidences(doc) for doc in nlp.pipe(TEXTS)],
        [confidences(doc) for doc in nlp.pipe(TEXTS[::-1], batch_size=2)][::-1],
        [confidences(doc) for doc in nlp.pipe(TEXTS, n_process=2)],
    ):
        assert [len(ps) for ps in found] == [len(ps) for ps in alone]
        for one, other in zip(found, alone):
            assert one == pytest.approx(other, abs=1e-5)


def test_only_this_very_span(nlp):
    doc = nlp(TEXTS[0])
    ent = doc.ents[0]
    assert 0 < ent._.confidence < 1
    assert Span(doc, ent.start, ent.end, label="ORG")._.confidence is None
    assert Span(doc, ent.start, ent.end + 1, label=ent.label_)._.confidence is None
    assert nlp.make_doc("Ada")[:1]._.confidence is None


def test_off_writes_nothing():
    nlp = train_unsure()
    doc = nlp(TEXTS[0])
    assert doc.ents and not doc.user_data and not doc.spans
    nlp.get_pipe("lstm_ner").cfg["confidence"] = True  # read at each prediction
    assert nlp(TEXTS[0]).ents[0]._.confidence == pytest.approx(exact(nlp, doc)[0], abs=1e-5)


def test_likely_spans_have_it_too(nlp):
    both = train_unsure(confidence=True, spans_key="all", min_probability=0.05)
    doc = both(TEXTS[0])
    group = doc.spans["all"]
    assert len(group) > len(doc.ents)
    assert [span._.confidence for span in group] == pytest.approx(list(group.attrs["scores"]))


def test_round_trips(nlp):
    doc = nlp(TEXTS[0])
    expected = confidences(doc)
    (stored,) = DocBin(docs=[doc], store_user_data=True).get_docs(nlp.vocab)
    json = doc.to_json(underscore=["confidence"])
    for again in (
        stored,
        Doc(nlp.vocab).from_bytes(doc.to_bytes()),
        Doc(nlp.vocab).from_json(json),
        doc.copy(),
        Doc.from_docs([nlp.make_doc("Well ,"), doc]),
    ):
        assert confidences(again) == pytest.approx(expected)


def test_a_second_pass_forgets_the_first(nlp):
    doc = nlp(TEXTS[0])
    (ent, *_) = doc.ents
    doc.ents = []
    doc.set_ents([], blocked=[doc[ent.start : ent.end]], default="missing")
    nlp.get_pipe("lstm_ner")(doc)
    assert Span(doc, ent.start, ent.end, label=ent.label_)._.confidence is None


def test_each_component_speaks_for_its_own_entities(nlp):
    two = train_unsure(confidence=True)
    two.add_pipe("lstm_ner", name="other", config={**SMALL, "confidence": True})
    data = [("tea and cake", [(0, 3, "FOOD"), (8, 12, "FOOD")])]
    two.get_pipe("other").initialize(lambda: make_examples(two, data), nlp=two)
    optimizer = two.resume_training()
    with two.select_pipes(enable="other"):
        for _ in range(30):
            two.update(make_examples(two, data), sgd=optimizer)
    doc = two("Ada Lovelace likes tea")
    by_label = {ent.label_: ent._.confidence for ent in doc.ents}
    assert by_label["PERSON"] == pytest.approx(
        confidences(nlp("Ada Lovelace likes tea"))[0], abs=1e-5
    )  # a preset entity for the other, which has no say in it
    assert by_label["FOOD"] == pytest.approx(
        two.get_pipe("other").analyse([nlp("Ada Lovelace likes tea")]).marginals()[0][3, 4],
        abs=1e-5,
    )
    assert set(chain.from_iterable(doc.user_data.values())) == {"lstm_ner", "other"}


def test_preset_entities_have_none(nlp):
    doc = nlp.make_doc(TEXTS[0])
    doc.ents = [Span(doc, 2, 3, label="GPE")]
    nlp.get_pipe("lstm_ner")(doc)
    assert [ent._.confidence is None for ent in doc.ents if ent.start == 2] == [True]


def test_a_clash_is_an_error(no_extension):
    register_confidence()
    register_confidence()
    assert Span.get_extension("confidence")[2] is get_confidence
    Span.set_extension("confidence", default=0.0, force=True)
    with pytest.raises(ValueError, match="spans_key"):
        spacy.blank("en").add_pipe("lstm_ner", config={"confidence": True})
    spacy.blank("en").add_pipe("lstm_ner")  # off: no claim on the name


def test_helpers_are_unsure(nlp):
    """The tests above mean something only while probabilities are spread."""
    values = [p for text, _ in UNSURE for p in confidences(nlp(text))]
    assert min(values) < 0.8
