"""Every answer of `analyse` against the enumeration of all paths of the component's lattice."""

import numpy
import pytest
from spacy.tokens import Span

from spacy_lstm_ner.tags.spans import TagSpan, spans_by_doc, spans_from_tags
from spacy_lstm_ner.types import SpanBatch

from ..crf_cases import enumerate_paths
from .helpers import train_unsure

TEXTS = ["Ada saw Paris", "", "Ada Lovelace likes York", "tea", "He likes"]


@pytest.fixture(scope="module")
def nlp():
    return train_unsure()


@pytest.fixture
def docs(nlp):
    docs = [nlp.make_doc(text) for text in TEXTS]
    docs[0].ents = [Span(docs[0], 2, 3, label="GPE")]
    docs[4].set_ents([], blocked=[docs[4][1:2]], default="missing")
    return docs


@pytest.fixture
def enumerated(nlp, docs):
    """For each Doc: its readings (spans by their bounds and labels) and their probabilities."""
    analysis = nlp.get_pipe("lstm_ner").analyse(docs)
    return analysis, enumerate_readings(analysis, temperature=1.0)


def enumerate_readings(analysis, temperature):
    found = []
    for paths, scores, _ in enumerate_paths(
        analysis.scores, analysis.constraints, analysis.allowed
    ):
        weights = numpy.exp((numpy.array(scores) - max(scores)) / temperature)
        readings = [
            tuple(
                TagSpan(*span[:3])
                for span in spans_by_doc(
                    spans_from_tags(path, [len(path)], analysis.tagset), 1, analysis.tagset
                )[0]
            )
            for path in paths
        ]
        found.append((readings, weights / weights.sum(), paths))
    return found


def all_spans(analysis):
    labels = range(len(analysis.tagset.labels))
    columns = [
        (n, start, end, label)
        for n, length in enumerate(analysis.lengths)
        for start in range(length)
        for end in range(start + 1, length + 1)
        for label in labels
    ]
    return SpanBatch(*numpy.array(columns, dtype="int64").reshape(-1, 4).T)


def expected_probabilities(spans, readings, names):
    at = zip(spans.sequences, spans.starts, spans.ends, spans.labels)
    return numpy.array(
        [
            sum(
                p
                for reading, p in zip(*readings[n][:2])
                if TagSpan(int(start), int(end), names[label]) in reading
            )
            for n, start, end, label in at
        ]
    )


def test_span_probabilities(enumerated):
    analysis, readings = enumerated
    spans = all_spans(analysis)
    found = analysis.span_probabilities(spans)
    expected = expected_probabilities(spans, readings, analysis.tagset.labels)
    numpy.testing.assert_allclose(found, expected, atol=1e-6)
    assert expected.max() == pytest.approx(1.0)  # the preset entity
    assert ((expected > 0.02) & (expected < 0.9)).sum() > 10


@pytest.mark.parametrize(("least", "width"), [(0.01, None), (0.1, None), (0.001, 1), (0.05, 2)])
def test_likely_spans(enumerated, least, width):
    analysis, readings = enumerated
    spans = all_spans(analysis)
    expected = expected_probabilities(spans, readings, analysis.tagset.labels)
    keep = expected >= least
    if width is not None:
        keep &= spans.ends - spans.starts <= width
    found = analysis.likely_spans(least, width)
    want = zip(*(c[keep].tolist() for c in (spans.sequences, spans.starts, spans.ends)))
    assert [*zip(found.sequences.tolist(), found.starts.tolist(), found.ends.tolist())] == [*want]
    assert found.labels.tolist() == spans.labels[keep].tolist()
    numpy.testing.assert_allclose(found.probabilities, expected[keep], atol=1e-6)


def test_marginals(enumerated):
    analysis, readings = enumerated
    found = analysis.marginals()
    assert [len(rows) for rows in found] == [3, 0, 4, 1, 2]
    for rows, (_, probabilities, paths) in zip(found, readings):
        expected = numpy.zeros_like(rows)
        for path, p in zip(paths, probabilities):
            for t, tag in enumerate(path):
                expected[t, tag] += p
        numpy.testing.assert_allclose(rows, expected, atol=1e-6)
        numpy.testing.assert_allclose(rows.sum(axis=1), 1.0, atol=1e-12)


def test_k_best(enumerated):
    analysis, readings = enumerated
    for k in (1, 2, 5, 3_000):
        for found, (of_doc, probabilities, _) in zip(analysis.k_best(k), readings):
            order = numpy.argsort(-probabilities, kind="stable")[:k]
            assert len(found) == len(order)
            numpy.testing.assert_allclose(
                [reading.probability for reading in found], probabilities[order], atol=1e-6
            )
            assert [tuple(reading.spans) for reading in found[:2]] == [of_doc[n] for n in order[:2]]
    everything = analysis.k_best(3_000)
    assert [sum(r.probability for r in of_doc) for of_doc in everything] == pytest.approx([1] * 5)
    assert everything[1] == [([], 1.0)]


def test_entropies_and_margins(enumerated):
    analysis, readings = enumerated
    entropies, margins = [], []
    for _, probabilities, _ in readings:
        entropies.append(-sum(p * numpy.log(p) for p in probabilities if p > 0))
        best = numpy.sort(probabilities)[::-1]
        margins.append(numpy.log(best[0] / best[1]) if len(best) > 1 else numpy.inf)
    numpy.testing.assert_allclose(analysis.entropies(), entropies, atol=1e-6)
    numpy.testing.assert_allclose(analysis.margins(), margins, atol=1e-5)
    assert analysis.margins()[1] == numpy.inf and analysis.entropies()[1] == 0


def test_a_temperature_tempers_every_answer(docs):
    unsure = train_unsure()
    unsure.get_pipe("lstm_ner").cfg["calibration"] = {"temperature": 2.5, "maps": {}}
    analysis = unsure.get_pipe("lstm_ner").analyse(docs)
    readings = enumerate_readings(analysis, temperature=2.5)
    spans = all_spans(analysis)
    expected = expected_probabilities(spans, readings, analysis.tagset.labels)
    numpy.testing.assert_allclose(analysis.span_probabilities(spans), expected, atol=1e-6)
    best = [of_doc[0].probability for of_doc in analysis.k_best(1)]
    numpy.testing.assert_allclose(best, [max(p) for _, p, _ in readings], atol=1e-6)


def test_equal_for_any_batch(nlp, docs):
    ner = nlp.get_pipe("lstm_ner")
    together = ner.analyse(docs)
    spans = together.likely_spans(0.001)
    for n, doc in enumerate(docs):
        alone = ner.analyse([doc])
        of_doc = spans.where(spans.sequences == n)
        of_doc.sequences = numpy.zeros_like(of_doc.sequences)
        numpy.testing.assert_allclose(
            alone.span_probabilities(of_doc), of_doc.probabilities, atol=1e-5
        )
        numpy.testing.assert_allclose(alone.entropies()[0], together.entropies()[n], atol=1e-5)


def test_nothing_in_nothing_out(nlp):
    for docs in ([], [nlp.make_doc(""), nlp.make_doc("")]):
        analysis = nlp.get_pipe("lstm_ner").analyse(docs)
        assert len(analysis.likely_spans().starts) == len(analysis.best().starts) == 0
        assert [rows.shape for rows in analysis.marginals()] == [(0, 9)] * len(docs)
        assert analysis.k_best(2) == [[([], 1.0)]] * len(docs)
        assert analysis.entropies().tolist() == [0.0] * len(docs)


@pytest.mark.parametrize("least", [0, -0.5, 1.5, float("nan")])
def test_no_end_of_likely_spans(nlp, docs, least):
    with pytest.raises(ValueError, match="min_probability"):
        nlp.get_pipe("lstm_ner").analyse(docs).likely_spans(least)
