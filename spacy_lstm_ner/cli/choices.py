"""The spans of a data set that a decoder chooses from by threshold."""

from collections import Counter
from dataclasses import replace
from typing import Dict, List, Sequence, Tuple

import numpy

from ..evaluation.outcomes import outcomes
from ..evaluation.thresholds import Choices, Decode
from ..ops.max_expected import max_expected
from ..pipeline.lstm_ner import LSTMNer
from ..types import Floats1d, Ints1d, SpanBatch
from .component import Batch, touches_preset

LOWEST = {"viterbi": 0.0, "max_expected": 0.01}
N_VALUES = {"viterbi": 1000, "max_expected": 100}  # thresholds to try: filtering is cheap


def collect_choices(batches: Sequence[Batch], ner: LSTMNer) -> Choices:
    """Gather what a decoder chooses from: the entities of the best paths, or all likely spans.
    Preset entities stay whatever the threshold, so they are certain.

    batches (Sequence[Batch]): The documents.
    ner (LSTMNer): The component, which says what the decoder is.
    RETURNS (Choices): The spans, and the decoder for all documents at once.
    """
    decoder, labels = ner.cfg["decoder"], ner.labels
    parts: List[Tuple[SpanBatch, Ints1d]] = []
    offset = 0
    for batch in batches:
        spans = _spans(batch, decoder)
        parts.append((_on_one_line(batch, spans, offset), outcomes(batch.examples, spans, labels)))
        offset += sum(batch.analysis.lengths)
    joined, found = _join(parts)
    gold = Counter(
        ent.label_
        for batch in batches
        for example in batch.examples
        for ent in example.reference.ents
    )
    return Choices(
        probabilities=joined.probabilities,
        label_ids=joined.labels,
        outcomes=found,
        gold=numpy.array([gold[label] for label in labels]),
        all_gold=gold.total(),
        decode=_make_decode(decoder, joined),
        decoder=decoder,
        lowest=LOWEST[decoder],
        n_values=N_VALUES[decoder],
    )


def _spans(batch: Batch, decoder: str) -> SpanBatch:
    if decoder == "viterbi":
        spans = batch.analysis.best()
        found = batch.analysis.span_probabilities(spans)
    else:
        spans = batch.analysis.likely_spans(LOWEST[decoder])
        found = spans.probabilities
    return replace(spans, probabilities=numpy.where(touches_preset(batch, spans), 1.0, found))


def _on_one_line(batch: Batch, spans: SpanBatch, offset: int) -> SpanBatch:
    """Spans counted in the tokens of all documents, one after the other, so that one call decodes
    them all: spans of different documents do not overlap."""
    lengths = numpy.array(batch.analysis.lengths)
    first = (offset + numpy.cumsum(lengths) - lengths)[spans.sequences]
    everywhere = numpy.zeros_like(spans.sequences)
    return SpanBatch(
        everywhere, first + spans.starts, first + spans.ends, spans.labels, spans.probabilities
    )


def _join(parts: Sequence[Tuple[SpanBatch, Ints1d]]) -> Tuple[SpanBatch, Ints1d]:
    columns: Dict[str, numpy.ndarray] = {
        name: numpy.concatenate([getattr(spans, name) for spans, _ in parts])
        for name in ("sequences", "starts", "ends", "labels", "probabilities")
    }
    return SpanBatch(**columns), numpy.concatenate([found for _, found in parts])


def _make_decode(decoder: str, spans: SpanBatch) -> Decode:
    def reach(thresholds: Floats1d) -> Ints1d:
        return numpy.flatnonzero(spans.probabilities >= thresholds[spans.labels])

    def compete(thresholds: Floats1d) -> Ints1d:
        return max_expected(spans, spans.probabilities - thresholds[spans.labels])

    return reach if decoder == "viterbi" else compete
