"""Exact answers about all readings of a batch, not just the best one."""

from functools import cached_property
from typing import List, NamedTuple, Optional, Sequence

import numpy
from thinc.api import to_numpy

from ..ops.crf import posterior
from ..ops.k_best import k_best
from ..ops.spans import entropies, likely_spans, span_probabilities
from ..ops.viterbi import viterbi
from ..tags.spans import TagSpan, spans_by_doc, spans_from_tags
from ..tags.tagset import TagSet
from ..types import (
    Bools2d,
    Constraints,
    Floats1d,
    Floats2d,
    Ints1d,
    Posterior,
    SpanBatch,
    TagScores,
)
from .calibration import Calibration


class Reading(NamedTuple):
    """One way to read a Doc: its entities, and how probable it is that they are exactly these."""

    spans: List[TagSpan]
    probability: float


class Analysis:
    """What a component makes of a batch of Docs: the distribution over all legal paths of tags,
    given preset entities, blocked tokens and all other constraints. `LSTMNer.analyse` makes it.

    All arrays are in the order of the batch, on the CPU, and hold for empty Docs too.
    """

    def __init__(
        self,
        scores: TagScores,
        constraints: Constraints,
        allowed: Bools2d,
        tagset: TagSet,
        lengths: Sequence[int],
        calibration: Calibration,
    ) -> None:
        """Hold the scores; nothing is computed before it is asked for.

        scores (TagScores): What the tagger gave.
        constraints (Constraints): Tags that may start, follow and end.
        allowed (Bools2d): Tags that each token may have, packed. *Shape:* `(N, nK)`.
        tagset (TagSet): The tags.
        lengths (Sequence[int]): Tokens of each Doc. *Shape:* `(nB,)`.
        calibration (Calibration): What is made of the probabilities.
        """
        self.scores = scores
        self.constraints = constraints
        self.allowed = allowed
        self.tagset = tagset
        self.lengths = list(lengths)
        self.calibration = calibration

    @cached_property
    def posterior(self) -> Posterior:
        """Forward-backward at the calibrated temperature."""
        return posterior(self._tempered, self.constraints, self.allowed)

    def best(self) -> SpanBatch:
        """The entities of the best path of each Doc, without probabilities."""
        tags = viterbi(self.scores, self.constraints, self.allowed)
        return spans_from_tags(self._flat(tags), self.lengths, self.tagset)

    def marginals(self) -> List[Floats2d]:
        """P(tag at token), for each Doc `(T, nK)`, tags in the order of `tagset.names`. Tempered,
        but not mapped label by label: each row sums to one."""
        ends = numpy.cumsum(self.lengths)[:-1]
        return numpy.split(self._flat(self.posterior.marginals), ends) if self.lengths else []

    def span_probabilities(self, spans: SpanBatch) -> Floats1d:
        """The probability that each span with this label is in the output.

        spans (SpanBatch): Any spans of the batch. They may overlap.
        RETURNS (Floats1d): Calibrated. *Shape:* `(nSpans,)`.
        RAISES (ValueError): If the tags are not constrained.
        """
        raw = span_probabilities(self.posterior, self.tagset.span_tags, spans)
        return self._mapped(raw, spans.labels)

    def likely_spans(
        self, min_probability: float = 0.1, max_width: Optional[int] = None
    ) -> SpanBatch:
        """All spans that are likely enough, overlapping ones included.

        min_probability (float): The least (calibrated) probability, above 0.
        max_width (Optional[int]): The most tokens of a span; None: no limit.
        RETURNS (SpanBatch): The spans with their probabilities.
        RAISES (ValueError): If min_probability is not above 0, or the tags are not constrained.
        """
        at_least = self.calibration.unmap(min_probability)
        found = likely_spans(
            self.posterior, self.tagset.span_tags, min_probability=at_least, max_width=max_width
        )
        found.probabilities = self._mapped(found.probabilities, found.labels)
        return found.where(found.probabilities >= min_probability)

    def k_best(self, k: int) -> List[List[Reading]]:
        """The most probable readings of each Doc, best first.

        k (int): How many; a short Doc may have fewer.
        RETURNS (List[List[Reading]]): One list a Doc.
        RAISES (ValueError): If k is below 1, or the tags are not constrained.
        """
        self.tagset.check_constrained()
        paths = k_best(self._tempered, self.constraints, self.allowed, k)
        log_partition = self._log_partition()
        readings = []
        for of_doc, log_z in zip(paths, log_partition.tolist()):
            spans = [self._spans(tags) for tags, _ in of_doc]
            probabilities = numpy.exp([score - log_z for _, score in of_doc]).tolist()
            readings.append([*map(Reading, spans, probabilities)])
        return readings

    def entropies(self) -> Floats1d:
        """Entropy of the distribution over the readings of each Doc, in nats. *Shape:* `(nB,)`.

        RAISES (ValueError): If the tags are not constrained.
        """
        self.tagset.check_constrained()
        return to_numpy(entropies(self.posterior))

    def margins(self) -> Floats1d:
        """How much more probable the best reading of each Doc is than the second best, as a
        difference of logarithms; infinite where there is no second. *Shape:* `(nB,)`.

        RAISES (ValueError): If the tags are not constrained.
        """
        self.tagset.check_constrained()
        paths = k_best(self._tempered, self.constraints, self.allowed, 2)
        scores = [[score for _, score in of_doc] for of_doc in paths]
        return numpy.array([two[0] - two[1] if len(two) == 2 else numpy.inf for two in scores])

    @cached_property
    def _tempered(self) -> TagScores:
        return self.calibration.temper(self.scores)

    def _spans(self, tags: Ints1d) -> List[TagSpan]:
        found = spans_from_tags(tags, [len(tags)], self.tagset)
        (spans,) = spans_by_doc(found, 1, self.tagset)
        return [TagSpan(*span[:3]) for span in spans]

    def _log_partition(self) -> Floats1d:
        found = numpy.zeros(len(self.lengths))
        by_rank = to_numpy(self.posterior.log_partition)
        found[to_numpy(self.scores.emissions.layout.sequences)] = by_rank
        return found

    def _mapped(self, raw: Floats1d, labels: Ints1d) -> Floats1d:
        return self.calibration.map(to_numpy(raw), labels, self.tagset.labels)

    def _flat(self, packed: Floats2d) -> Floats2d:
        return to_numpy(packed[self.scores.emissions.layout.packed_rows])
