import time
from collections import defaultdict

import numpy
import pytest

from spacy_lstm_ner.ops import forward_backward
from spacy_lstm_ner.ops.crf import posterior
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.ops.spans import entropies, likely_spans, span_probabilities
from spacy_lstm_ner.tags.tagset import TagSet
from spacy_lstm_ner.types import Packed, SpanBatch, TagScores

from ..crf_cases import NO_RULES, enumerate_paths, make_constraints, make_mask, make_scores
from ..reference import exact_spans

LENGTHS = [[], [0], [1], [2], [3], [4], [5], [4, 2, 0, 1]]
CASES = [
    (nK, lengths)
    for nK in (1, 5, 9)
    for lengths in LENGTHS
    if nK ** max(lengths, default=0) < 10_000  # paths to enumerate
]
UNEQUAL = [7, 0, 4, 2, 1, 0]


def tagset_of(nK):
    return TagSet(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: (nK - 1) // 4]))


def case(lengths, nK, *, seed=0, sd=1.0, dtype="float64", masked=False):
    constraints = make_constraints("biluo", nK)
    scores = make_scores(lengths, nK, seed, sd, dtype)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask = make_mask(scores, constraints, seed + 1)
    return scores, constraints, mask


def every_span(lengths, n_labels, max_width=None):
    spans = [
        (sequence, start, end, label)
        for sequence, T in enumerate(lengths)
        for start in range(T)
        for end in range(start + 1, min(T, start + (max_width or T)) + 1)
        for label in range(n_labels)
    ]
    return SpanBatch(*numpy.array(spans, dtype=int).reshape(-1, 4).T)


def as_dict(spans):
    keys = zip(*(getattr(spans, k).tolist() for k in ("sequences", "starts", "ends", "labels")))
    found = dict(zip(keys, spans.probabilities.tolist()))
    assert len(found) == len(spans.labels)
    assert list(found) == sorted(found)
    return found


def enumerate_spans(scores, constraints, mask):
    """Probability of every span of a batch that some path holds, by summing over all paths."""
    total = defaultdict(float)
    for sequence, (paths, values, _) in enumerate(enumerate_paths(scores, constraints, mask)):
        probabilities = numpy.exp(numpy.array(values) - max(values))
        probabilities /= probabilities.sum()
        for path, probability in zip(paths, probabilities):
            for span in exact_spans(path):
                total[(sequence, *span)] += probability
    return total


@pytest.mark.parametrize("nK,lengths", CASES)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sd", [0.1, 1.0, 40.0, 400.0])
def test_spans_equal_enumeration(nK, lengths, masked, sd):
    scores, constraints, mask = case(lengths, nK, seed=nK, sd=sd, masked=masked)
    found = posterior(scores, constraints, mask)
    expected = enumerate_spans(scores, constraints, mask)
    tags = tagset_of(nK).span_tags
    spans = every_span(lengths, len(tags.B))
    spans.probabilities = span_probabilities(found, tags, spans)
    assert spans.probabilities.dtype == "float64"
    for key, value in as_dict(spans).items():
        assert value == pytest.approx(expected.get(key, 0.0), abs=1e-9)
        assert value == 0 or key in expected
    for least, width in [(0, 5), (0, 2), (1e-6, None), (0.1, None), (0.1, 1), (1, None)]:
        listed = as_dict(likely_spans(found, tags, min_probability=least, max_width=width))
        wanted = {
            key: value
            for key, value in as_dict(spans).items()
            if value > 0 and value >= least - 1e-9 and key[2] - key[1] <= (width or 5)
        }
        assert listed == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("nK,lengths", CASES)
@pytest.mark.parametrize("rules", ["biluo", NO_RULES])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sd", [0.1, 1.0, 40.0, 400.0])
def test_entropies_equal_enumeration(nK, lengths, rules, masked, sd):
    constraints = make_constraints(rules, nK)
    scores = make_scores(lengths, nK, seed=3, sd=sd)
    mask = numpy.ones(scores.emissions.data.shape, dtype=bool)
    if masked:
        mask = make_mask(scores, constraints, seed=4)
    expected = []
    for _, values, _ in enumerate_paths(scores, constraints, mask):
        probabilities = numpy.exp(numpy.array(values) - max(values))
        probabilities = probabilities[probabilities > 0] / probabilities.sum()
        expected.append(-(probabilities * numpy.log(probabilities)).sum())
    found = entropies(posterior(scores, constraints, mask))
    numpy.testing.assert_allclose(found, numpy.array(expected), atol=1e-9)
    assert (found >= 0).all()


def test_equally_likely_paths_have_the_entropy_of_their_number():
    scores, _, mask = case([6, 0, 1], 5)
    for array in (scores.emissions.data, scores.start, scores.transitions, scores.end):
        array[:] = 0
    found = entropies(posterior(scores, make_constraints(NO_RULES, 5), mask))
    numpy.testing.assert_allclose(found, numpy.log(5) * numpy.array([6, 0, 1]))
    one_path = numpy.zeros_like(mask)
    one_path[:, 0] = True
    found = entropies(posterior(scores, make_constraints("biluo", 5), one_path))
    numpy.testing.assert_array_equal(found, 0)


def log_space(scores, constraints, mask):
    """The posterior with every sequence done in log space."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forward_backward, "TINY", numpy.inf)
        found = posterior(scores, constraints, mask)
    assert len(found.chain.logs) == len(found.layout.last_rows)
    return found


@pytest.mark.parametrize("nK,T", [(17, 5000), (73, 5000)])
@pytest.mark.parametrize("sd", [0.1, 1, 10, 100])
def test_long_sequences_agree_with_log_space(nK, T, sd):
    scores, constraints, mask = case([T, 3], nK, seed=1, sd=sd, dtype="float32")
    fast, slow = posterior(scores, constraints, mask), log_space(scores, constraints, mask)
    tags = tagset_of(nK).span_tags
    rng = numpy.random.RandomState(0)
    starts, labels = rng.randint(0, T - 8, 20_000), rng.randint(0, len(tags.B), 20_000)
    spans = SpanBatch(numpy.zeros_like(starts), starts, starts + rng.randint(1, 8, 20_000), labels)
    numpy.testing.assert_allclose(
        span_probabilities(fast, tags, spans), span_probabilities(slow, tags, spans), atol=1e-8
    )
    ours, theirs = (
        as_dict(likely_spans(p, tags, min_probability=1e-3, max_width=None)) for p in (fast, slow)
    )
    for key in ours.keys() | theirs.keys():  # one may stop short of the limit by a rounding
        assert ours.get(key, 1e-3) == pytest.approx(theirs.get(key, 1e-3), abs=1e-8)
    assert len(ours) > T / 10
    listed = likely_spans(fast, tags, min_probability=1e-3, max_width=None)
    again = span_probabilities(fast, tags, listed)
    numpy.testing.assert_allclose(listed.probabilities, again, atol=1e-12)
    numpy.testing.assert_allclose(entropies(fast), entropies(slow), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("sd", [1.0, 100.0])
def test_spans_of_all_widths_through_a_token_and_o_sum_to_one(sd):
    T, nK = 30, 17
    scores, constraints, mask = case([T, 5, 1], nK, seed=2, sd=sd)
    found = posterior(scores, constraints, mask)
    spans = likely_spans(found, tagset_of(nK).span_tags, min_probability=0, max_width=T)
    total = found.marginals[found.layout.packed_rows, 0].copy()
    begins = numpy.array([0, T, T + 5])[spans.sequences]
    for first, last, value in zip(begins + spans.starts, begins + spans.ends, spans.probabilities):
        total[first:last] += value
    numpy.testing.assert_allclose(total, 1, atol=1e-9)


def test_a_span_that_the_scores_all_but_force_is_found_at_any_length():
    T, nK = 3000, 9
    tagset = tagset_of(nK)
    scores, constraints, mask = case([T, 2], nK)
    scores.emissions.data[:] = 0
    rows = scores.emissions.layout.packed_rows[:T]
    scores.emissions.data[rows, tagset.ids_of_span(T, "B")] = 30.0
    found = posterior(scores, constraints, mask)
    spans = likely_spans(found, tagset.span_tags, min_probability=0.5, max_width=None)
    assert as_dict(spans) == {(0, 0, T, 1): pytest.approx(1, abs=1e-6)}


@pytest.mark.parametrize("sd", [1.0, 300.0])
def test_answers_do_not_depend_on_the_batch(sd):
    nK = 9
    tags = tagset_of(nK).span_tags
    scores, constraints, mask = case(UNEQUAL, nK, seed=5, sd=sd, masked=True)
    layout = scores.emissions.layout
    together = posterior(scores, constraints, mask)
    assert bool(together.chain.logs) == (sd > 100)
    spans = as_dict(likely_spans(together, tags, min_probability=1e-3, max_width=None))
    found = entropies(together)
    flat, flat_mask = scores.emissions.data[layout.packed_rows], mask[layout.packed_rows]
    begins = numpy.cumsum(UNEQUAL) - UNEQUAL
    for order in ([n] for n in range(6)), ([5, 4, 3, 2, 1, 0], [2, 0, 1, 4, 5, 3]):
        for batch in order:
            tokens = [numpy.arange(begins[n], begins[n] + UNEQUAL[n]) for n in batch]
            tokens = numpy.concatenate(tokens).astype(int)
            other = pack_layout(numpy, [UNEQUAL[n] for n in batch])
            alone = TagScores(
                Packed(flat[tokens][other.flat_rows], other),
                scores.start,
                scores.transitions,
                scores.end,
            )
            here = posterior(alone, constraints, flat_mask[tokens][other.flat_rows])
            numpy.testing.assert_allclose(entropies(here), found[batch], atol=1e-9)
            ours = likely_spans(here, tags, min_probability=1e-3, max_width=None)
            theirs = {(batch.index(s), *k): p for (s, *k), p in spans.items() if s in batch}
            assert as_dict(ours) == pytest.approx(theirs, abs=1e-9)


def test_time_is_linear_in_tokens():
    def seconds(T):
        scores, constraints, mask = case([T], 17, sd=3)
        found = posterior(scores, constraints, mask)
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            likely_spans(found, tagset_of(17).span_tags, min_probability=1e-4, max_width=None)
            entropies(found)
            times.append(time.perf_counter() - begin)
        return min(times)

    assert seconds(16_000) < 4 * 3 * seconds(4000)  # 4 times the work, 16 if it were quadratic


@pytest.mark.parametrize(
    "least,width", [(0, None), (-0.1, 5), (1.5, 5), (0.5, 0), (float("nan"), 3)]
)
def test_limits_that_make_no_sense_are_an_error(least, width):
    found = posterior(*case([3], 5))
    with pytest.raises(ValueError, match="expected 0 <= min_probability <= 1 and max_width >= 1"):
        likely_spans(found, tagset_of(5).span_tags, min_probability=least, max_width=width)


@pytest.mark.parametrize(
    "span", [(0, 0, 4, 0), (0, 2, 2, 0), (0, -1, 1, 0), (2, 0, 1, 0), (0, 0, 1, 1), (-1, 0, 1, 0)]
)
def test_a_span_outside_its_sequence_is_an_error(span):
    found = posterior(*case([3, 5], 5))
    spans = SpanBatch(*(numpy.array([0, number]) for number in span))
    spans.ends[0] = 1
    sequence, start, end, label = span
    message = f"from token {start} to {end} with label number {label} in sequence {sequence}"
    with pytest.raises(ValueError, match=message):
        span_probabilities(found, tagset_of(5).span_tags, spans)


def test_span_tags_are_the_ids_of_the_tags():
    tagset = TagSet(("PER", "LOC", "ORG"))
    for prefix, ids in zip("BILU", tagset.span_tags):
        assert ids.tolist() == [tagset.id_of(prefix, label) for label in tagset.labels]
