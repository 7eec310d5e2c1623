"""Fit a calibration to gold documents, and measure it on documents that it was not fitted to."""

from typing import Any, Dict, List, NamedTuple, Sequence

import numpy

from ..evaluation.calibration import calibration_metrics
from ..evaluation.isotonic import fit_maps
from ..evaluation.outcomes import NOT_COUNTED, RIGHT, outcomes
from ..evaluation.temperature import TEMPERATURES, fit_temperature
from ..pipeline.analysis import Analysis
from ..pipeline.calibration import Calibration
from ..pipeline.choices import Batch, touches_preset
from ..pipeline.lstm_ner import LSTMNer
from ..types import Bools1d, Floats1d, Ints1d, SpanBatch

N_FOLDS = 5
LEAST = 0.01  # the probability from which on a span is a candidate
Stored = Dict[str, Any]  # what a component keeps in cfg["calibration"]


class Judged(NamedTuple):
    """Spans of one batch, and whether they are right."""

    batch: Batch
    spans: SpanBatch
    correct: Bools1d


class Found(NamedTuple):
    """What the component finds in some documents: the entities of the best paths, and all spans
    that are likely enough."""

    entities: List[Judged]
    candidates: List[Judged]


class Confidences(NamedTuple):
    """Spans with their confidences before and after. *Shape of all:* `(nSpans,)`."""

    before: Floats1d
    after: Floats1d
    correct: Bools1d

    def metrics(self) -> Dict[str, Dict[str, float]]:
        """RETURNS (Dict[str, Dict[str, float]]): See `calibration_metrics`."""
        return {
            "before": calibration_metrics(self.before, self.correct),
            "after": calibration_metrics(self.after, self.correct),
        }


def losses(ner: LSTMNer, batches: Sequence[Batch]) -> Floats1d:
    """The negative log-likelihood of the annotation at each of `TEMPERATURES`.

    ner (LSTMNer): The component.
    batches (Sequence[Batch]): The documents.
    RETURNS (Floats1d): *Shape:* `(37,)`.
    """
    found = numpy.zeros(len(TEMPERATURES))
    for examples, analysis in batches:
        for i, temperature in enumerate(TEMPERATURES.tolist()):
            scores = Calibration(temperature).temper(analysis.scores)
            found[i] += ner.get_loss(examples, scores)[0]
    return found


def find(batches: Sequence[Batch], stored: Stored) -> Found:
    """Find entities and candidates. Preset entities are no findings of the component; spans on
    tokens without annotation cannot be judged.

    batches (Sequence[Batch]): The documents.
    stored (Stored): The calibration, whose temperature decides what is likely enough.
    RETURNS (Found): What was found.
    """
    tempered = {"temperature": stored["temperature"]}
    return Found(
        [_judge(batch, batch.analysis.best()) for batch in batches],
        [_judge(batch, _calibrated(batch, tempered).likely_spans(LEAST)) for batch in batches],
    )


def fit(candidates: Sequence[Judged], temperature: float, *, with_maps: bool) -> Stored:
    """Fit the maps, if wanted, to candidates at a given temperature.

    candidates (Sequence[Judged]): Spans of documents with gold annotation.
    temperature (float): The temperature.
    with_maps (bool): Whether to fit maps.
    RETURNS (Stored): The calibration.
    """
    stored: Stored = {"temperature": temperature, "maps": {}}
    if with_maps and candidates:
        labels = candidates[0].batch.analysis.tagset.labels
        ids: Ints1d = numpy.concatenate([judged.spans.labels for judged in candidates])
        raw = probabilities(candidates, stored)
        stored["maps"] = fit_maps(raw, _correct(candidates), ids, labels)
    return stored


def cross_fit(
    found: Sequence[Found], losses_: Sequence[Floats1d], *, with_maps: bool
) -> Dict[str, Confidences]:
    """The confidences of each fold under a calibration that was fitted to the other folds: as it
    would do on new documents of the same kind.

    found (Sequence[Found]): The folds.
    losses_ (Sequence[Floats1d]): What `losses` gave for each fold.
    with_maps (bool): Whether to fit maps.
    RETURNS (Dict[str, Confidences]): Of "entities" and "candidates", all folds together.
    """
    parts = []
    for i, fold in enumerate(found):
        others = [judged for j, other in enumerate(found) if j != i for judged in other.candidates]
        temperature = fit_temperature(sum(losses_) - losses_[i])
        parts.append(confidences(fold, fit(others, temperature, with_maps=with_maps)))
    return {
        kind: Confidences(*map(numpy.concatenate, zip(*(part[kind] for part in parts))))
        for kind in parts[0]
    }


def confidences(found: Found, stored: Stored) -> Dict[str, Confidences]:
    """Confidences without and with a calibration.

    found (Found): The spans.
    stored (Stored): The calibration.
    RETURNS (Dict[str, Confidences]): Of "entities" and "candidates".
    """
    return {
        kind: Confidences(
            probabilities(judged, {"temperature": 1.0}),
            probabilities(judged, stored),
            _correct(judged),
        )
        for kind, judged in found._asdict().items()
    }


def probabilities(judged: Sequence[Judged], stored: Stored) -> Floats1d:
    """The probabilities of spans under a calibration.

    judged (Sequence[Judged]): The spans.
    stored (Stored): The calibration.
    RETURNS (Floats1d): *Shape:* `(nSpans,)`.
    """
    parts = [_calibrated(one.batch, stored).span_probabilities(one.spans) for one in judged]
    return numpy.concatenate([numpy.zeros(0), *parts])


def _calibrated(batch: Batch, stored: Stored) -> Analysis:
    raw = batch.analysis
    calibration = Calibration.from_cfg(stored)
    return Analysis(raw.scores, raw.constraints, raw.allowed, raw.tagset, raw.lengths, calibration)


def _judge(batch: Batch, spans: SpanBatch) -> Judged:
    new = spans.where(~touches_preset(batch, spans))
    found = outcomes(batch.examples, new, batch.analysis.tagset.labels)
    counted = found != NOT_COUNTED
    return Judged(batch, new.where(counted), found[counted] == RIGHT)


def _correct(judged: Sequence[Judged]) -> Bools1d:
    return numpy.concatenate([numpy.zeros(0, dtype=bool), *(one.correct for one in judged)])
