"""From an analysis to what is written: entities, and scored spans if wanted."""

from dataclasses import dataclass
from typing import Optional

from ..ops.max_expected import max_expected
from ..types import SpanBatch
from .analysis import Analysis
from .settings import Settings

# max_expected takes no span that is less probable than this, whatever the threshold.
LEAST = 1e-3


@dataclass(eq=False)
class Prediction:
    """What a component found in a batch of Docs.

    ents (SpanBatch): The entities; with probabilities if a setting needs them.
    scored (Optional[SpanBatch]): What goes to `doc.spans`; None if that is off.
    """

    ents: SpanBatch
    scored: Optional[SpanBatch] = None


def decode(analysis: Analysis, settings: Settings) -> Prediction:
    """Choose the entities, and the spans for `doc.spans`.

    analysis (Analysis): The batch.
    settings (Settings): The component's settings.
    RETURNS (Prediction): What to write.
    """
    choose = _max_expected if settings.decoder == "max_expected" else _viterbi
    ents = choose(analysis, settings)
    if settings.spans_key is None:
        return Prediction(ents)
    if settings.min_probability is None:
        return Prediction(ents, ents)
    return Prediction(ents, analysis.likely_spans(settings.min_probability, settings.max_width))


def _viterbi(analysis: Analysis, settings: Settings) -> SpanBatch:
    """The best path, less the entities below their threshold."""
    ents = analysis.best()
    if settings.needs_probabilities:
        ents.probabilities = analysis.span_probabilities(ents)
        ents = ents.where(ents.probabilities >= settings.thresholds[ents.labels])
    return ents


def _max_expected(analysis: Analysis, settings: Settings) -> SpanBatch:
    """The spans without overlaps that maximise the sum of probability minus threshold."""
    spans = analysis.likely_spans(max(LEAST, float(settings.thresholds.min())))
    gains = spans.probabilities - settings.thresholds[spans.labels]
    return spans.where(max_expected(spans, gains))
