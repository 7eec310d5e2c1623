"""What `lstm_ner` is asked to give out: read from `cfg` at each prediction, and checked."""

import math
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Sequence

import numpy

from ..errors import Errors
from ..tags.tagset import PREFIXES
from ..types import Floats1d
from .calibration import Calibration

# With max_expected, a span is worth its probability minus its threshold: above one half, it is
# more likely in the output than not.
NATURAL = {"viterbi": 0.0, "max_expected": 0.5}
DEFAULTS: Dict[str, Any] = {
    "tag_scheme": "biluo",
    "constrained": True,
    "decoder": "viterbi",
    "threshold": None,
    "confidence": False,
    "spans_key": None,
    "min_probability": None,
    "max_width": None,
    "rejected_spans_key": None,
    "calibrated": True,
}


@dataclass(frozen=True, eq=False)
class Settings:
    """The settings of one prediction. `LSTMNer` says what each is for.

    decoder (str): "viterbi" or "max_expected".
    thresholds (Floats1d): One a label. *Shape:* `(nL,)`.
    confidence (bool): Whether `span._.confidence` is written.
    spans_key (Optional[str]): Where in `doc.spans` scored spans go.
    min_probability (Optional[float]): From which probability on a span goes there; None: the
        entities alone.
    max_width (Optional[int]): The most tokens of a span there.
    rejected_spans_key (Optional[str]): Where in `doc.spans` labels are ruled out.
    calibration (Calibration): What maps raw to calibrated probabilities.
    """

    decoder: str
    thresholds: Floats1d
    confidence: bool
    spans_key: Optional[str]
    min_probability: Optional[float]
    max_width: Optional[int]
    rejected_spans_key: Optional[str]
    calibration: Calibration

    @property
    def needs_probabilities(self) -> bool:
        """Whether the entities' probabilities matter."""
        is_viterbi = self.decoder == "viterbi"
        return (
            not is_viterbi
            or self.confidence
            or self.spans_key is not None
            or bool(self.thresholds.any())
        )


def make_cfg(settings: Mapping[str, Any]) -> Dict[str, Any]:
    """What a new component keeps in `cfg`: labels, those of them that were added since the last
    step, calibration, most frequent tags, the settings in force, and under "configured" the
    settings it was made with (see `restore_cfg`).

    settings (Mapping[str, Any]): Those that are not left at their defaults.
    RETURNS (Dict[str, Any]): The `cfg`.
    RAISES (ValueError): If a setting makes no sense.
    RAISES (TypeError): If a setting does not exist.
    """
    unknown = ", ".join(sorted(settings.keys() - DEFAULTS.keys()))
    if unknown:
        raise TypeError(Errors.UNKNOWN_SETTING.format(given=unknown, known=", ".join(DEFAULTS)))
    configured = {**DEFAULTS, **settings}
    threshold = configured["threshold"]
    labels = list(threshold) if isinstance(threshold, dict) else []  # not known before training
    read_settings({**configured, "labels": labels, "calibration": None})
    learned: Dict[str, Any] = {
        "labels": [],
        "untrained_labels": [],
        "calibration": None,
        "most_frequent_tags": None,
    }
    return {**learned, **configured, "configured": configured}


def restore_cfg(cfg: Dict[str, Any], configured: Mapping[str, Any]) -> None:
    """Decide between stored settings and those of the config that a component was made from. A
    setting changed by code before saving is kept; one that the config overrides at load time
    holds.

    cfg (Dict[str, Any]): What was loaded, changed in place.
    configured (Mapping[str, Any]): The settings of the config now.
    RAISES (ValueError): If the config demands another tag scheme than was trained.
    """
    stored = cfg.get("configured", configured)
    scheme = stored.get("tag_scheme", DEFAULTS["tag_scheme"])
    if configured["tag_scheme"] != scheme:
        given = configured["tag_scheme"]
        raise ValueError(Errors.OTHER_SCHEME.format(given=given, stored=scheme))
    for name, value in configured.items():
        if value != stored.get(name, value):
            cfg[name] = value
    cfg["configured"] = dict(configured)


def read_settings(cfg: Mapping[str, Any]) -> Settings:
    """Check the settings of a component and work out one threshold for each label.

    cfg (Mapping[str, Any]): The component's `cfg`.
    RETURNS (Settings): The settings.
    RAISES (ValueError): If one of them makes no sense.
    """
    if cfg["tag_scheme"] not in PREFIXES:
        known = ", ".join(repr(name) for name in PREFIXES)
        raise ValueError(Errors.TAG_SCHEME.format(scheme=cfg["tag_scheme"], known=known))
    decoder = cfg["decoder"]
    if decoder not in NATURAL:
        known = ", ".join(repr(name) for name in NATURAL)
        raise ValueError(Errors.UNKNOWN_DECODER.format(decoder=decoder, known=known))
    min_probability, max_width = cfg["min_probability"], cfg["max_width"]
    if min_probability is not None and not _is_share(min_probability, above=0.0):
        rule = "a number p with 0 < p and p <= 1, or null for the entities alone"
        raise ValueError(
            Errors.SIZE.format(name="min_probability", value=min_probability, rule=rule)
        )
    if max_width is not None and (not isinstance(max_width, int) or max_width < 1):
        rule = "a whole number >= 1, or null for no limit"
        raise ValueError(Errors.SIZE.format(name="max_width", value=max_width, rule=rule))
    settings = Settings(
        decoder=decoder,
        thresholds=_thresholds(cfg["threshold"], cfg["labels"], NATURAL[decoder]),
        confidence=cfg["confidence"],
        spans_key=cfg["spans_key"],
        min_probability=min_probability,
        max_width=max_width,
        rejected_spans_key=cfg["rejected_spans_key"],
        calibration=Calibration.from_cfg(cfg["calibration"] if cfg["calibrated"] else None),
    )
    # A threshold counts before there are labels to have it.
    if not cfg["constrained"] and (settings.needs_probabilities or cfg["threshold"]):
        raise ValueError(Errors.FREE_TAGS)
    return settings


def _thresholds(threshold: Any, labels: Sequence[str], natural: float) -> Floats1d:
    table = threshold if isinstance(threshold, dict) else dict.fromkeys(labels, threshold)
    values = table if isinstance(threshold, dict) else {"all labels": threshold}
    unknown = [label for label in table if label not in labels]
    if unknown:
        raise ValueError(
            Errors.THRESHOLD_LABELS.format(
                unknown=", ".join(map(str, unknown)), labels=", ".join(labels) or "none yet"
            )
        )
    for label, value in values.items():
        if value is not None and not _is_share(value):
            raise ValueError(Errors.THRESHOLD_VALUE.format(label=label, value=value))
    found = (table.get(label) for label in labels)
    return numpy.array([natural if value is None else value for value in found], dtype="float64")


def _is_share(value: Any, *, above: float = -math.inf) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and above < value and 0 <= value <= 1
