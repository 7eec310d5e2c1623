"""Loss of negative spans: by enumeration of all paths, and by numerical gradients."""

import math

import numpy
import pytest

from spacy_lstm_ner.ops.crf import crf_loss
from spacy_lstm_ner.ops.negative import FLOOR, minus_log1mexp, negative_loss
from spacy_lstm_ner.tags.tagset import TagSet
from spacy_lstm_ner.types import SpanBatch

from ..crf_cases import enumerate_paths, make_constraints, make_mask, make_scores
from ..gradients import LIMIT, numeric_gradient

TAGS = TagSet(("A", "B"))
nK = len(TAGS)
BILUO = make_constraints("biluo", nK)


def all_spans(lengths):
    """Every span of every label."""
    return [
        (sequence, start, end, label)
        for sequence, length in enumerate(lengths)
        for start in range(length)
        for end in range(start + 1, length + 1)
        for label in range(len(TAGS.labels))
    ]


def batch_of(spans):
    return SpanBatch(*numpy.array(spans, dtype="int64").reshape(-1, 4).T)


def possible(spans, lengths, flat_mask):
    """Those whose tags the mask allows."""
    firsts = numpy.cumsum([0, *lengths])
    for sequence, start, end, label in spans:
        tags = TAGS.ids_of_span(end - start, TAGS.labels[label])
        if flat_mask[firsts[sequence] + numpy.arange(start, end), tags].all():
            yield sequence, start, end, label


def enumerated_loss(scores, mask, spans):
    """Minus the logarithm of the share of the paths without the span, one span after the other."""
    per_sequence = enumerate_paths(scores, BILUO, mask)
    loss = 0.0
    for sequence, start, end, label in spans:
        paths, values, _ = per_sequence[sequence]
        tags = tuple(TAGS.ids_of_span(end - start, TAGS.labels[label]))
        weights = numpy.exp(numpy.array(values) - max(values))
        without = [path[start:end] != tags for path in paths]
        loss -= math.log(weights[without].sum() / weights.sum())
    return loss


@pytest.mark.parametrize(
    "lengths", [[0], [1], [2], [3], [4], [5], [4, 2, 0, 1], [0, 1, 3, 3]], ids=str
)
@pytest.mark.parametrize("masked", [False, True])
def test_loss_equals_enumeration_and_its_gradient_the_numeric_one(lengths, masked):
    scores = make_scores(lengths, nK, seed=len(lengths))
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask |= make_mask(scores, BILUO, seed=3)
        mask[:, 5:8] = False  # no B, I, L of the second label
    layout = scores.emissions.layout
    spans = list(possible(all_spans(lengths), lengths, mask[layout.packed_rows]))
    if sum(lengths) == 5 and len(lengths) == 1:
        spans = spans[::3]
    args = (BILUO, mask, TAGS.span_tags, batch_of(spans))
    loss, d_scores = negative_loss(scores, *args)
    assert loss == pytest.approx(enumerated_loss(scores, mask, spans), rel=1e-9, abs=1e-12)
    assert d_scores.emissions.layout is layout
    pairs = [(scores.emissions.data, d_scores.emissions.data)]
    pairs += [(getattr(scores, k), getattr(d_scores, k)) for k in ("start", "transitions", "end")]
    for array, gradient in pairs:
        assert gradient.shape == array.shape
        exact = numeric_gradient(lambda: negative_loss(scores, *args)[0], array)
        assert numpy.linalg.norm(exact - gradient) < max(LIMIT * numpy.linalg.norm(exact), 1e-8)
    assert not spans or numpy.abs(d_scores.emissions.data).max() > 0


def test_with_the_loss_of_the_annotation_it_is_the_likelihood_of_both():
    """−log P(gold) − log P(not span | gold) = −log P(gold and not span), over all valid paths."""
    scores = make_scores([4], nK, seed=5)
    valid = numpy.ones((4, nK), dtype=bool)
    gold = valid.copy()
    gold[0] = False
    gold[0, [0, 1]] = True  # the first token is O or B of the first label
    span = (0, 0, 2, 0)
    both = crf_loss(scores, BILUO, valid, gold)[0]
    both += negative_loss(scores, BILUO, gold, TAGS.span_tags, batch_of([span]))[0]
    paths, values, _ = enumerate_paths(scores, BILUO, valid)[0]
    weights = numpy.exp(values)
    tags = tuple(TAGS.ids_of_span(2, "A"))
    agree = [path[0] in (0, 1) and path[:2] != tags for path in paths]
    assert both == pytest.approx(-math.log(weights[agree].sum() / weights.sum()))


def test_log_space_gives_the_same(monkeypatch):
    """Every sequence is done in log space when the bound on underflow is above 1."""
    lengths = [5, 1, 3]
    scores = make_scores(lengths, nK, seed=2)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    args = (BILUO, mask, TAGS.span_tags, batch_of(all_spans(lengths)))
    expected = negative_loss(scores, *args)
    monkeypatch.setattr("spacy_lstm_ner.ops.forward_backward.TINY", 2.0)
    found = negative_loss(scores, *args)
    assert found[0] == pytest.approx(expected[0])
    for name in ("start", "transitions", "end"):
        numpy.testing.assert_allclose(
            getattr(found[1], name), getattr(expected[1], name), atol=1e-9
        )
    numpy.testing.assert_allclose(found[1].emissions.data, expected[1].emissions.data, atol=1e-9)


@pytest.mark.parametrize("score", [5.0, 12.0, 17.0, 19.0, 25.0, 60.0, 600.0])
def test_a_span_that_the_model_is_sure_of(score):
    """The loss stays below its cap, and the gradient exact: that of one token is known."""
    scores = make_scores([1], nK, seed=0, sd=0.1)
    scores.emissions.data[0, 4] = score  # U of the first label
    mask = numpy.ones((1, nK), dtype=bool)
    args = (BILUO, mask, TAGS.span_tags, batch_of([(0, 0, 1, 0)]))
    loss, d_scores = negative_loss(scores, *args)
    legal = [0, 4, 8]
    logits = (scores.emissions.data[0] + scores.start + scores.end)[legal]
    others = numpy.exp(logits - logits[1])
    others[1] = 0.0
    rest = others.sum() / (1 + others.sum())  # 1 - P
    expected = -math.log(rest) if rest > FLOOR else 1 - math.log(FLOOR) - rest / FLOOR
    assert loss == pytest.approx(expected, rel=1e-6)
    d_legal = -others / others.sum()
    d_legal[1] = 1.0
    d_legal *= (1 - rest) * min(1.0, rest / FLOOR)
    numpy.testing.assert_allclose(d_scores.emissions.data[0, legal], d_legal, atol=1e-6)


def test_log1mexp_keeps_its_digits_and_has_no_step():
    small = numpy.array([-1e-3, -0.5, -0.7, -3.0, -30.0, -800.0, -numpy.inf])
    values, slopes = minus_log1mexp(small)
    expected = [-math.log(-math.expm1(x)) if x > -30 else math.exp(x) for x in small]
    numpy.testing.assert_allclose(values, expected, rtol=1e-12)
    numpy.testing.assert_allclose(slopes[:4], 1 / numpy.expm1(-small[:4]), rtol=1e-12)
    at_floor = math.log1p(-FLOOR)
    around = numpy.array([at_floor * 1.0001, at_floor, at_floor * 0.9999])
    values, slopes = minus_log1mexp(around)
    assert numpy.ptp(values) < 1e-3 and numpy.ptp(slopes) < 2e-4 / FLOOR
    values, slopes = minus_log1mexp(numpy.array([0.0, 1e-12]))  # above 0 by rounding
    assert (values == 1 - math.log(FLOOR)).all() and (slopes == 1 / FLOOR).all()


def test_no_spans():
    scores = make_scores([2, 0], nK, seed=0)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    loss, d_scores = negative_loss(scores, BILUO, mask, TAGS.span_tags, batch_of([]))
    assert loss == 0
    assert not d_scores.emissions.data.any() and not d_scores.transitions.any()


def test_arguments_are_left_alone():
    scores = make_scores([3, 4], nK, seed=1, dtype="float32")
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    spans = batch_of([(1, 0, 2, 1), (0, 2, 3, 0)])
    arrays = [scores.emissions.data, scores.transitions, mask, spans.starts]
    keep = [array.copy() for array in arrays]
    _, d_scores = negative_loss(scores, BILUO, mask, TAGS.span_tags, spans)
    for array, before in zip(arrays, keep):
        numpy.testing.assert_array_equal(array, before)
    assert d_scores.emissions.data.dtype == "float32"
