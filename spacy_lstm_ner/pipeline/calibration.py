"""Calibrated probabilities: one temperature for the lattice, one monotone map for each label."""

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy

from ..errors import Errors
from ..types import Floats1d, Ints1d, Packed, TagScores


@dataclass(frozen=True)
class Calibration:
    """What `spacy lstm-ner calibrate` fitted; the default leaves everything as it is.

    temperature (float): All scores of the lattice are divided by it (Guo et al. 2017), so the
        order of the paths stays.
    maps (Dict[str, Tuple[List[float], List[float]]]): For a label, the corners `(x, y)` of a
        rising, piecewise linear map from (0, 0) to (1, 1) for finished span probabilities.
    """

    temperature: float = 1.0
    maps: Dict[str, Tuple[List[float], List[float]]] = field(default_factory=dict)

    @classmethod
    def from_cfg(cls, stored: Optional[Mapping[str, Any]]) -> "Calibration":
        """Read and check what a component has stored.

        stored (Optional[Mapping[str, Any]]): `{"temperature": 1.3, "maps": {"PERSON":
            {"x": [0, …, 1], "y": [0, …, 1]}}}`; None: no calibration.
        RETURNS (Calibration): The calibration.
        RAISES (ValueError): If the temperature is not above 0, or a map does not rise from
            (0, 0) to (1, 1).
        """
        if stored is None:
            return cls()
        temperature = stored["temperature"]
        if not (numpy.isfinite(temperature) and temperature > 0):
            raise ValueError(Errors.TEMPERATURE.format(value=temperature))
        maps = {}
        for label, corners in stored.get("maps", {}).items():
            x, y = corners["x"], corners["y"]
            at = numpy.array([x, y], dtype="float64") if len(x) == len(y) else numpy.zeros((2, 0))
            rises = at.shape[1] >= 2 and (at[:, 0] == 0).all() and (at[:, -1] == 1).all()
            if not (rises and (numpy.diff(at) >= 0).all()):
                raise ValueError(Errors.CALIBRATION_MAP.format(label=label, x=x, y=y))
            maps[label] = (x, y)
        return cls(float(temperature), maps)

    def temper(self, scores: TagScores) -> TagScores:
        """Divide the scores of all paths by the temperature.

        scores (TagScores): What the tagger gave.
        RETURNS (TagScores): The tempered scores.
        """
        if self.temperature == 1.0:
            return scores
        by = scores.transitions.dtype.type(self.temperature)
        return TagScores(
            emissions=Packed(scores.emissions.data / by, scores.emissions.layout),
            start=scores.start / by,
            transitions=scores.transitions / by,
            end=scores.end / by,
        )

    def map(self, probabilities: Floats1d, labels: Ints1d, names: Sequence[str]) -> Floats1d:
        """Map finished probabilities, each by the map of its label.

        probabilities (Floats1d): Of spans, under the tempered lattice. *Shape:* `(nSpans,)`.
        labels (Ints1d): The spans' label numbers. *Shape:* `(nSpans,)`.
        names (Sequence[str]): The labels by number.
        RETURNS (Floats1d): The calibrated probabilities. *Shape:* `(nSpans,)`.
        """
        mapped = probabilities.copy()
        for label, (x, y) in self.maps.items():
            if label in names:
                of_label = labels == names.index(label)
                mapped[of_label] = numpy.interp(probabilities[of_label], x, y)
        return mapped

    def unmap(self, probability: float) -> float:
        """The least raw probability that some label's map takes to `probability` or above.

        probability (float): A calibrated probability, above 0.
        RETURNS (float): A raw one.
        """
        raw = [probability]
        for x, y in self.maps.values():
            at = int(numpy.searchsorted(y, probability))  # y[at - 1] < probability <= y[at]
            part = (probability - y[at - 1]) / (y[at] - y[at - 1])
            raw.append(x[at - 1] + part * (x[at] - x[at - 1]))
        return min(raw)
