"""IOB2 and free tags on the lattice: everything by enumeration of all paths."""

from itertools import product

import numpy
import pytest
import torch

from spacy_lstm_ner.ops.crf import crf_loss, posterior
from spacy_lstm_ner.ops.negative import negative_loss
from spacy_lstm_ner.ops.spans import likely_spans, span_probabilities
from spacy_lstm_ner.ops.viterbi import viterbi
from spacy_lstm_ner.tags.constraints import scheme_constraints
from spacy_lstm_ner.tags.tagset import TagSet
from spacy_lstm_ner.types import SpanBatch, TagScores

from ..crf_cases import enumerate_paths, make_mask, make_scores
from ..gradients import LIMIT, numeric_gradient, relative_error

TAGS = TagSet(("A", "B"), "iob2")
nK = len(TAGS)
IOB2 = scheme_constraints(TAGS)
LENGTHS = [[], [0], [1], [2], [3], [4], [5], [4, 2, 0, 1]]


def spans_of(path):
    """Start, end and label number of the entities on a legal IOB2 path, in the scheme's words."""
    spans = []
    for t, tag in enumerate(path):
        if tag % 2:  # a B
            spans.append([t, t + 1, (tag - 1) // 2])
        elif tag:
            spans[-1][1] = t + 1
    return [tuple(span) for span in spans]


def case(lengths, masked, sd=1.0):
    scores = make_scores(lengths, nK, seed=len(lengths) + sum(lengths), sd=sd)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    return scores, make_mask(scores, IOB2, seed=1) if masked else mask


def every_span(lengths):
    return [
        (sequence, start, end, label)
        for sequence, T in enumerate(lengths)
        for start in range(T)
        for end in range(start + 1, T + 1)
        for label in range(len(TAGS.labels))
    ]


def batch_of(spans):
    return SpanBatch(*numpy.array(spans, dtype="int64").reshape(-1, 4).T)


def weights_of(values):
    weights = numpy.exp(numpy.array(values) - max(values))
    return weights / weights.sum()


def check_gradient(scores, gradient, loss):
    for array, exact in [
        (scores.emissions.data, gradient.emissions.data),
        *((getattr(scores, k), getattr(gradient, k)) for k in ("start", "transitions", "end")),
    ]:
        numeric = numeric_gradient(loss, array)
        assert numpy.linalg.norm(numeric - exact) < max(LIMIT * numpy.linalg.norm(numeric), 1e-8)


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("masked", [False, True])
def test_loss_gradient_and_best_path_equal_enumeration(lengths, masked):
    scores, valid = case(lengths, masked)
    gold = make_mask(scores, IOB2, seed=1 if masked else 2)
    expected = 0.0
    best = numpy.zeros(sum(lengths), dtype=int)
    for paths, values, rows in enumerate_paths(scores, IOB2, valid):
        told = [all(gold[row, tag] for row, tag in zip(rows, path)) for path in paths]
        expected -= numpy.log(weights_of(values)[told].sum())
        best[rows] = paths[int(numpy.argmax(values))]
    loss, gradient = crf_loss(scores, IOB2, valid, gold)
    assert loss == pytest.approx(expected, rel=1e-9, abs=1e-12)
    check_gradient(scores, gradient, lambda: crf_loss(scores, IOB2, valid, gold)[0])
    numpy.testing.assert_array_equal(viterbi(scores, IOB2, valid), best)


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sd", [0.1, 1.0, 40.0, 400.0])
def test_span_probabilities_equal_enumeration(lengths, masked, sd):
    scores, mask = case(lengths, masked, sd)
    expected = dict.fromkeys(every_span(lengths), 0.0)
    for sequence, (paths, values, _) in enumerate(enumerate_paths(scores, IOB2, mask)):
        for path, probability in zip(paths, weights_of(values)):
            for span in spans_of(path):
                expected[(sequence, *span)] += probability
    found = posterior(scores, IOB2, mask)
    probabilities = span_probabilities(found, TAGS.span_tags, batch_of(list(expected)))
    numpy.testing.assert_allclose(probabilities, list(expected.values()), atol=1e-9)
    likely = likely_spans(found, TAGS.span_tags, min_probability=0.01, max_width=None)
    columns = (likely.sequences, likely.starts, likely.ends, likely.labels)
    keys = list(zip(*(column.tolist() for column in columns)))
    assert keys == sorted(keys)
    assert {key for key, p in expected.items() if p > 0.011} <= set(keys)
    values = [expected[key] for key in keys]
    assert all(value > 0.0099 for value in values)
    numpy.testing.assert_allclose(likely.probabilities, values, atol=1e-9)


@pytest.mark.parametrize("lengths", [[1], [3], [4], [4, 2, 0, 1]], ids=str)
def test_negative_spans_equal_enumeration(lengths):
    scores, mask = case(lengths, False)
    spans = every_span(lengths)
    enumerated = enumerate_paths(scores, IOB2, mask)
    expected = 0.0
    for sequence, *span in spans:
        paths, values, _ = enumerated[sequence]
        without = [tuple(span) not in spans_of(path) for path in paths]
        expected -= numpy.log(weights_of(values)[without].sum())
    args = (IOB2, mask, TAGS.span_tags, batch_of(spans))
    loss, gradient = negative_loss(scores, *args)
    assert loss == pytest.approx(expected, rel=1e-9)
    check_gradient(scores, gradient, lambda: negative_loss(scores, *args)[0])


@pytest.mark.parametrize("scheme", ["biluo", "iob2"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_free_tags_without_transitions_are_a_softmax_of_each_token(scheme, dtype):
    tagset = TagSet(("A", "B", "C", "D", "E"), scheme, constrained=False)
    free = scheme_constraints(tagset)
    random = make_scores([9, 4, 0, 1, 9], len(tagset), seed=0, sd=3.0, dtype=dtype)
    zeros = [numpy.zeros_like(getattr(random, k)) for k in ("start", "transitions", "end")]
    scores = TagScores(random.emissions, *zeros)
    emissions = random.emissions.data
    valid = numpy.ones(emissions.shape, dtype=bool)
    tags = numpy.random.RandomState(1).randint(0, len(tagset), len(emissions))
    gold = tags[:, None] == numpy.arange(len(tagset))
    loss, gradient = crf_loss(scores, free, valid, gold)
    logits = torch.tensor(emissions, requires_grad=True)
    cross_entropy = torch.nn.functional.cross_entropy(logits, torch.tensor(tags), reduction="sum")
    cross_entropy.backward()
    limit = 1e-5 if dtype == "float32" else 1e-12
    assert loss == pytest.approx(float(cross_entropy.detach()), rel=limit)
    assert relative_error(logits.grad.numpy(), gradient.emissions.data) < limit
    numpy.testing.assert_array_equal(viterbi(scores, free, valid), emissions.argmax(axis=1))


def test_all_sequences_of_free_tags_are_possible():
    rules = scheme_constraints(TagSet(("A",), "iob2", constrained=False))
    for path in product(range(3), repeat=3):
        assert rules.start[path[0]] and rules.end[path[-1]]
        assert all(rules.transitions[a, b] for a, b in zip(path, path[1:]))
