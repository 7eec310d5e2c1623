"""The spans of a data set that a decoder chooses from by threshold."""

from collections import Counter
from dataclasses import replace
from typing import Dict, List, NamedTuple, Sequence, Tuple

import numpy
from spacy.language import Language
from spacy.training import Example
from spacy.util import minibatch

from ..evaluation.outcomes import outcomes
from ..evaluation.thresholds import Choices, Decode
from ..ops.max_expected import max_expected
from ..types import Bools1d, Floats1d, Ints1d, SpanBatch
from .analysis import Analysis
from .lstm_ner import LSTMNer

LOWEST = {"viterbi": 0.0, "max_expected": 0.01}
N_VALUES = {"viterbi": 1000, "max_expected": 100}  # thresholds to try: filtering is cheap


class Batch(NamedTuple):
    """Gold documents, and what the component makes of them.

    examples (List[Example]): Gold Docs, and predicted ones as the component meets them.
    analysis (Analysis): Of the predicted Docs.
    """

    examples: List[Example]
    analysis: Analysis


def as_met(nlp: Language, name: str, examples: Sequence[Example]) -> List[Example]:
    """Run the components before one on the predicted Docs, so that it meets what it meets in the
    pipeline: entities that are preset, vectors that are shared.

    nlp (Language): The pipeline.
    name (str): The component.
    examples (Sequence[Example]): Gold Docs, and predicted ones without annotation.
    RETURNS (List[Example]): The same with the annotation of those components.
    """
    later = nlp.pipe_names[nlp.pipe_names.index(name) :]
    with nlp.select_pipes(disable=later):
        docs = list(nlp.pipe(example.predicted for example in examples))
    return [Example(doc, example.reference) for doc, example in zip(docs, examples)]


def analyse(nlp: Language, ner: LSTMNer, examples: Sequence[Example]) -> List[Batch]:
    """Analyse documents in the batches of the pipeline. Empty ones are left out.

    nlp (Language): The pipeline.
    ner (LSTMNer): The component.
    examples (Sequence[Example]): What `as_met` gave.
    RETURNS (List[Batch]): The batches.
    """
    with_tokens = [example for example in examples if len(example.predicted)]
    return [
        Batch(batch, ner.analyse([example.predicted for example in batch]))
        for batch in minibatch(with_tokens, nlp.batch_size)
    ]


def touches_preset(batch: Batch, spans: SpanBatch) -> Bools1d:
    """Which spans have a token of an entity that was there before the component ran.

    batch (Batch): The documents.
    spans (SpanBatch): Spans in them.
    RETURNS (Bools1d): *Shape:* `(nSpans,)`.
    """
    taken = [numpy.zeros(len(example.predicted), dtype=bool) for example in batch.examples]
    for example, at in zip(batch.examples, taken):
        for ent in example.predicted.ents:
            at[ent.start : ent.end] = True
    rows = zip(spans.sequences, spans.starts, spans.ends)
    return numpy.array([taken[i][start:end].any() for i, start, end in rows], dtype=bool)


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
