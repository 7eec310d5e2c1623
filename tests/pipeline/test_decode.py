"""Thresholds, decoders and groups: what the settings make of the probabilities."""

import itertools

import numpy
import pytest
import spacy
from spacy.cli.find_threshold import find_threshold
from spacy.tokens import Doc, DocBin, Span

from spacy_lstm_ner.pipeline.settings import read_settings

from .helpers import SMALL, UNSURE, ents_of, make_examples, train_unsure
from .test_analysis import all_spans

TEXTS = ["Ada saw Paris and York", "", "Ada Lovelace likes New York", "tea", "Paris Paris"]


@pytest.fixture(scope="module")
def nlp():
    return train_unsure()


@pytest.fixture
def ner(nlp):
    """The component, with its settings put back afterwards."""
    component = nlp.get_pipe("lstm_ner")
    before = dict(component.cfg)
    yield component
    component.cfg = before


def triples(doc):
    return [(ent.start, ent.end, ent.label_) for ent in doc.ents]


def probabilities_of(ner, doc):
    analysis = ner.analyse([doc])
    spans = all_spans(analysis)
    names = analysis.tagset.labels
    keys = zip(spans.starts.tolist(), spans.ends.tolist(), [names[n] for n in spans.labels])
    return dict(zip(keys, analysis.span_probabilities(spans).tolist()))


def test_a_number_filters_the_best_path(nlp, ner):
    free = [triples(doc) for doc in nlp.pipe(TEXTS)]
    found = {len(list(itertools.chain(*free)))}
    for threshold in (0.2, 0.3, 0.4, 0.5, 1.0):
        ner.cfg["threshold"] = threshold
        for text, ents in zip(TEXTS, free):
            p = probabilities_of(ner, nlp.make_doc(text))
            assert triples(nlp(text)) == [ent for ent in ents if p[ent] >= threshold]
        found.add(sum(len(doc.ents) for doc in nlp.pipe(TEXTS)))
    assert len(found) > 2  # the thresholds made a difference


def test_a_number_a_label(nlp, ner):
    free = triples(nlp(TEXTS[0]))
    assert {label for *_, label in free} == {"GPE", "PERSON"}
    ner.cfg["threshold"] = {"GPE": 1.0}
    assert triples(nlp(TEXTS[0])) == [ent for ent in free if ent[2] == "PERSON"]
    ner.cfg["threshold"] = {"GPE": None, "PERSON": 1.0}
    assert triples(nlp(TEXTS[0])) == [ent for ent in free if ent[2] == "GPE"]


@pytest.mark.parametrize("threshold", [0.02, 0.1, 0.3, {"GPE": 0.1, "PERSON": 0.3}, None])
def test_max_expected_by_trying_everything(nlp, ner, threshold):
    ner.cfg.update(decoder="max_expected", threshold=threshold)
    tau = threshold if isinstance(threshold, dict) else dict.fromkeys(ner.labels, threshold or 0.5)
    total = 0
    for text in TEXTS:
        gains = {
            span: p - tau[span[2]]
            for span, p in probabilities_of(ner, nlp.make_doc(text)).items()
            if p > tau[span[2]]
        }
        best = 0.0
        for size in range(min(len(gains), 5) + 1):
            for chosen in itertools.combinations(sorted(gains), size):
                if all(a[1] <= b[0] for a, b in itertools.pairwise(chosen)):
                    best = max(best, sum(gains[span] for span in chosen))
        found = triples(nlp(text))
        total += len(found)
        assert sum(gains[span] for span in found) == pytest.approx(best)
    if threshold in (0.02, 0.1):
        assert total > sum(len(triples(doc)) for doc in _viterbi(nlp, ner))


def _viterbi(nlp, ner):
    ner.cfg.update(decoder="viterbi", threshold=None)
    return list(nlp.pipe(TEXTS))


def test_groups_of_entities_and_of_likely_spans(nlp, ner):
    ner.cfg["spans_key"] = "sure"
    for doc in nlp.pipe(TEXTS):
        group, p = doc.spans["sure"], probabilities_of(ner, nlp.make_doc(doc.text))
        assert [(s.start, s.end, s.label_) for s in group] == triples(doc)
        numpy.testing.assert_allclose(
            group.attrs["scores"], [p[ent] for ent in triples(doc)], atol=1e-5
        )
    ner.cfg["min_probability"] = 0.05
    overlaps = 0
    for doc in nlp.pipe(TEXTS):
        group, p = doc.spans["sure"], probabilities_of(ner, nlp.make_doc(doc.text))
        found = [(s.start, s.end, s.label_) for s in group]
        assert sorted(found) == sorted(span for span in p if p[span] >= 0.05)
        numpy.testing.assert_allclose(group.attrs["scores"], [p[span] for span in found], atol=1e-5)
        overlaps += sum(a[1] > b[0] for a, b in itertools.pairwise(sorted(found)))
    assert overlaps
    ner.cfg["max_width"] = 1
    assert all(len(span) == 1 for doc in nlp.pipe(TEXTS) for span in doc.spans["sure"])


def test_groups_survive_bytes_and_docbin(nlp, ner):
    ner.cfg.update(spans_key="sure", min_probability=0.05)
    doc = nlp(TEXTS[0])
    (stored,) = DocBin(docs=[doc]).get_docs(nlp.vocab)
    for again in (stored, Doc(nlp.vocab).from_bytes(doc.to_bytes())):
        assert [(s.start, s.end, s.label_) for s in again.spans["sure"]] == [
            (s.start, s.end, s.label_) for s in doc.spans["sure"]
        ]
        numpy.testing.assert_array_equal(
            again.spans["sure"].attrs["scores"], doc.spans["sure"].attrs["scores"]
        )


def test_preset_entities_are_not_scored_and_not_filtered(nlp, ner):
    ner.cfg.update(spans_key="sure", threshold=1.0)
    doc = nlp.make_doc(TEXTS[0])
    doc.ents = [Span(doc, 2, 3, label="GPE"), Span(doc, 4, 5, label="TEAM")]
    ner(doc)
    assert triples(doc) == [(2, 3, "GPE"), (4, 5, "TEAM")]
    assert len(doc.spans["sure"]) == len(doc.spans["sure"].attrs["scores"]) == 0


def test_rejected_labels(nlp, ner):
    ner.cfg["rejected_spans_key"] = "wrong"
    doc = nlp.make_doc(TEXTS[0])
    assert triples(ner(nlp.make_doc(TEXTS[0])))[0] == (0, 1, "PERSON")
    doc.spans["wrong"] = [Span(doc, 0, 1, label="PERSON"), Span(doc, 2, 5)]
    ner(doc)
    assert all(start == 0 and label == "GPE" for start, _, label in triples(doc))


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("decoder", "greedy", "'viterbi', 'max_expected'"),
        ("threshold", {"GEP": 0.5}, "GEP.*GPE, PERSON"),
        ("threshold", 1.5, "all labels is 1.5"),
        ("threshold", float("nan"), "from 0 to 1"),
        ("threshold", {"PERSON": "high"}, "PERSON is high"),
        ("min_probability", 0.0, "0 < p"),
        ("min_probability", float("nan"), "0 < p"),
        ("max_width", 0, "whole number >= 1"),
        ("calibration", {"temperature": 0.0, "maps": {}}, "above 0"),
        ("calibration", {"temperature": float("inf"), "maps": {}}, "finite"),
        ("calibration", {"temperature": 1.0, "maps": {"GPE": {"x": [0], "y": [0]}}}, "GPE"),
        (
            "calibration",
            {"temperature": 1.0, "maps": {"GPE": {"x": [0, 0.5, 1], "y": [0, 1.2, 1]}}},
            "rise from 0 to 1",
        ),
    ],
)
def test_bad_settings(nlp, ner, setting, value, says):
    ner.cfg[setting] = value
    with pytest.raises(ValueError, match=says):
        nlp(TEXTS[0])


def test_bad_settings_in_the_config(nlp):
    blank = spacy.blank("en")
    for bad in ({"decoder": "greedy"}, {"threshold": 2.0}, {"min_probability": 0}):
        with pytest.raises(ValueError):
            blank.add_pipe("lstm_ner", config={**SMALL, **bad})
    with pytest.raises(TypeError, match="colour.*decoder"):
        type(nlp.get_pipe("lstm_ner"))(nlp.vocab, None, colour="red")


def test_settings_changed_by_code_are_kept_and_overrides_hold(nlp, ner, tmp_path):
    ner.cfg.update(threshold={"GPE": 0.75}, spans_key="sure")
    nlp.to_disk(tmp_path)
    assert spacy.load(tmp_path).get_pipe("lstm_ner").cfg["threshold"] == {"GPE": 0.75}
    from_bytes = spacy.blank("en")
    from_bytes.add_pipe("lstm_ner", config=SMALL)
    from_bytes.from_bytes(nlp.to_bytes())
    assert from_bytes.get_pipe("lstm_ner").cfg["spans_key"] == "sure"
    override = {"components": {"lstm_ner": {"threshold": 0.25}}}
    loaded = spacy.load(tmp_path, config=override).get_pipe("lstm_ner")
    assert loaded.cfg["threshold"] == 0.25 and loaded.cfg["spans_key"] == "sure"


def test_calibration_is_stored_and_undone_by_one_option(nlp, ner, tmp_path):
    fitted = {"temperature": 3.0, "maps": {"GPE": {"x": [0, 0.5, 1], "y": [0, 0.1, 1]}}}
    raw = probabilities_of(ner, nlp.make_doc(TEXTS[0]))
    best = [ents_of(doc) for doc in nlp.pipe(TEXTS)]
    ner.cfg["calibration"] = fitted
    calibrated = probabilities_of(ner, nlp.make_doc(TEXTS[0]))
    assert max(abs(calibrated[span] - p) for span, p in raw.items()) > 0.1
    assert [ents_of(doc) for doc in nlp.pipe(TEXTS)] == best
    ner.cfg["calibration"] = {**fitted, "maps": {}}
    tempered = probabilities_of(ner, nlp.make_doc(TEXTS[0]))
    for span, p in tempered.items():
        want = numpy.interp(p, [0, 0.5, 1], [0, 0.1, 1]) if span[2] == "GPE" else p
        assert calibrated[span] == pytest.approx(want)
    ner.cfg["calibration"] = fitted
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    doc = again.make_doc(TEXTS[0])
    assert probabilities_of(again.get_pipe("lstm_ner"), doc) == pytest.approx(calibrated)
    off = spacy.load(tmp_path, config={"components": {"lstm_ner": {"calibrated": False}}})
    doc = off.make_doc(TEXTS[0])
    assert probabilities_of(off.get_pipe("lstm_ner"), doc) == pytest.approx(raw)


def test_likely_spans_pass_the_calibrated_limit(nlp, ner):
    """A map that lowers one label and raises another: neither more nor fewer spans than asked."""
    maps = {
        "GPE": {"x": [0, 0.5, 1], "y": [0, 0.1, 1]},
        "PERSON": {"x": [0, 0.1, 1], "y": [0, 0.6, 1]},
    }
    ner.cfg["calibration"] = {"temperature": 1.5, "maps": maps}
    p = probabilities_of(ner, nlp.make_doc(TEXTS[0]))
    found = ner.analyse([nlp.make_doc(TEXTS[0])]).likely_spans(0.2)
    keys = zip(found.starts.tolist(), found.ends.tolist(), [ner.labels[n] for n in found.labels])
    assert dict(zip(keys, found.probabilities)) == pytest.approx(
        {span: value for span, value in p.items() if value >= 0.2}
    )


def test_natural_thresholds(ner):
    assert read_settings({**ner.cfg, "decoder": "max_expected"}).thresholds.tolist() == [0.5, 0.5]
    assert read_settings(ner.cfg).thresholds.tolist() == [0.0, 0.0]


def test_find_threshold_of_spacy(nlp, ner, tmp_path):
    """spaCy's command loads the model once for each threshold and sets `cfg["threshold"]`."""
    nlp.to_disk(tmp_path / "model")
    examples = make_examples(nlp, UNSURE)
    DocBin(docs=[example.reference for example in examples]).to_disk(tmp_path / "dev.spacy")
    best, score, scores = find_threshold(
        tmp_path / "model",
        data_path=tmp_path / "dev.spacy",
        pipe_name="lstm_ner",
        threshold_key="threshold",
        scores_key="ents_f",
        n_trials=5,
        silent=True,
    )
    assert scores[1.0] == 0 and score == max(scores.values()) == scores[best]
    for threshold, found in scores.items():
        ner.cfg["threshold"] = float(threshold)
        assert nlp.evaluate(make_examples(nlp, UNSURE))["ents_f"] == found
