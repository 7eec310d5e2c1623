"""The component with IOB2 tags, and with tags that are not constrained."""

import numpy
import pytest
import spacy
import srsly
from spacy.tokens import Span

from spacy_lstm_ner.types import SpanBatch

from .helpers import SMALL, TRAIN, UNSURE, ents_of, make_examples, train_small, train_unsure
from .test_analysis import all_spans, enumerate_readings

IOB2 = {**SMALL, "tag_scheme": "iob2"}
FREE = {**IOB2, "constrained": False, "model": {**SMALL["model"], "head": "softmax"}}


@pytest.fixture(scope="module", params=[IOB2, FREE], ids=["iob2", "free"])
def trained(request):
    return train_small(config=request.param)


def test_overfit_save_load(trained, tmp_path):
    ner = trained.get_pipe("lstm_ner")
    assert ner.tagset.names[:3] == ["O", "B-GPE", "I-GPE"]
    assert ner.model.get_dim("nO") == 1 + 2 * len(ner.labels)
    trained.to_disk(tmp_path)
    for nlp in (trained, spacy.load(tmp_path)):
        assert nlp.get_pipe("lstm_ner").tagset == ner.tagset
        for text, entities in TRAIN:
            assert ents_of(nlp(text)) == entities


def test_new_labels_leave_old_tags_as_they_are():
    nlp = train_small(config=FREE)
    ner = nlp.get_pipe("lstm_ner")
    docs = [nlp.make_doc(text) for text, _ in TRAIN]
    before = ner.model.predict(docs).emissions.data
    ner.add_label("NEW")
    after = ner.model.predict(docs).emissions.data
    assert ner.tagset.names[-2:] == ["B-NEW", "I-NEW"]
    numpy.testing.assert_allclose(after[:, : before.shape[1]], before, atol=1e-6)
    assert after.shape[1] == before.shape[1] + 2


def test_the_scheme_of_the_weights_holds(trained, tmp_path):
    trained.to_disk(tmp_path)
    with pytest.raises(ValueError, match="made with tag_scheme = 'biluo', .* trained with 'iob2'"):
        spacy.load(tmp_path, config={"components.lstm_ner.tag_scheme": "biluo"})


def test_constraints_can_be_switched_on_and_off_on_loading(trained, tmp_path):
    trained.to_disk(tmp_path)
    for constrained in (True, False):
        nlp = spacy.load(tmp_path, config={"components.lstm_ner.constrained": constrained})
        assert nlp.get_pipe("lstm_ner").tagset.constrained is constrained
        assert ents_of(nlp(TRAIN[0][0])) == TRAIN[0][1]
    nlp.to_disk(tmp_path / "again")
    assert spacy.load(tmp_path / "again").get_pipe("lstm_ner").tagset.constrained is False


def test_a_model_of_before_has_biluo(tmp_path):
    nlp = train_small()
    nlp.to_disk(tmp_path)
    path = tmp_path / "lstm_ner" / "cfg"
    cfg = srsly.read_json(path)
    for settings in (cfg, cfg["configured"]):
        del settings["tag_scheme"], settings["constrained"]
    srsly.write_json(path, cfg)
    path.with_name("cfg.sha256").unlink()
    config = (tmp_path / "config.cfg").read_text("utf8")
    for line in ('tag_scheme = "biluo"\n', "constrained = true\n"):
        assert config.count(line) == 1
        config = config.replace(line, "")
    (tmp_path / "config.cfg").write_text(config, "utf8")
    old = spacy.load(tmp_path)
    assert old.get_pipe("lstm_ner").tagset == nlp.get_pipe("lstm_ner").tagset
    assert ents_of(old(TRAIN[0][0])) == TRAIN[0][1]
    with pytest.raises(ValueError, match="trained with 'biluo'"):
        spacy.load(tmp_path, config={"components.lstm_ner.tag_scheme": "iob2"})


def test_probabilities_of_iob2_equal_enumeration():
    nlp = train_unsure(tag_scheme="iob2")
    docs = [nlp.make_doc(text) for text in ("Ada saw Paris now", "", "York")]
    docs[0].ents = [Span(docs[0], 2, 3, label="GPE")]
    analysis = nlp.get_pipe("lstm_ner").analyse(docs)
    readings = enumerate_readings(analysis, temperature=1.0)
    spans = all_spans(analysis)
    probabilities = analysis.span_probabilities(spans)
    columns = (spans.sequences, spans.starts, spans.ends, spans.labels)
    for place, (n, start, end, label) in enumerate(zip(*(c.tolist() for c in columns))):
        wanted = (start, end, analysis.tagset.labels[label])
        expected = sum(p for found, p, _ in zip(*readings[n]) if wanted in found)
        assert probabilities[place] == pytest.approx(expected, abs=1e-6)
    for found, (known, values, _) in zip(analysis.k_best(3), readings):
        best = sorted(zip(values, known), reverse=True)[: len(found)]
        assert [tuple(reading.spans) for reading in found] == [spans for _, spans in best]


def test_iob2_learns_from_negative_spans():
    nlp = train_unsure(tag_scheme="iob2", incorrect_spans_key="no")
    examples = make_examples(nlp, UNSURE)
    reference = examples[2].reference
    reference.spans["no"] = [Span(reference, 2, 3, "GPE")]
    reference.set_ents([], missing=[reference[0:3]])
    ner, docs = nlp.get_pipe("lstm_ner"), [examples[2].predicted]
    span = SpanBatch(*numpy.array([[0], [2], [3], [ner.labels.index("GPE")]]))
    expected = -numpy.log1p(-ner.analyse(docs).span_probabilities(span))
    loss, _ = ner.get_loss([examples[2]], ner.model.predict(docs))
    assert loss == pytest.approx(expected[0], rel=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"decoder": "max_expected"},
        {"threshold": 0.5},
        {"confidence": True},
        {"spans_key": "sc"},
        {"incorrect_spans_key": "no"},
    ],
    ids=str,
)
def test_free_tags_have_no_probabilities(nlp, settings):
    with pytest.raises(ValueError, match="set constrained = true"):
        nlp.add_pipe("lstm_ner", config={**FREE, **settings})


def test_free_tags_have_no_readings():
    nlp = train_small(steps=1, config=FREE)
    analysis = nlp.get_pipe("lstm_ner").analyse([nlp.make_doc("a b")])
    assert analysis.marginals()[0].sum(axis=1) == pytest.approx([1, 1])
    for ask in (
        analysis.entropies,
        analysis.margins,
        analysis.likely_spans,
        lambda: analysis.k_best(1),
        lambda: analysis.span_probabilities(analysis.best()),
    ):
        with pytest.raises(ValueError, match="set constrained = true"):
            ask()


def test_unknown_scheme(nlp):
    with pytest.raises(ValueError, match="tag_scheme"):
        nlp.add_pipe("lstm_ner", config={"tag_scheme": "iob1"})
