"""How far a run has come."""

from dataclasses import asdict, dataclass, field
from typing import Any, Dict, List, Optional, Tuple

import numpy


@dataclass
class Progress:
    """What `spacy train` keeps in its loop.

    step (int): The last step that was taken; -1: none.
    epoch (int): Its epoch.
    words (int): Words in the batches so far.
    seconds (float): Time so far.
    results (List[Tuple[float, int]]): The score and the step of each evaluation.
    losses (Dict[str, float]): By component, since the last evaluation.
    scored (Optional[List[str]]): Names in `score_weights` that every evaluation so far had a score
        for: spaCy weighs no others. None: there was no evaluation.
    performance (Dict[str, Any]): What `meta.json` says about the last evaluation.
    ended (Optional[int]): `max_epochs`, if the data came to their end; None: there may be more.
    """

    step: int = -1
    epoch: int = 0
    words: int = 0
    seconds: float = 0.0
    results: List[Tuple[float, int]] = field(default_factory=list)
    losses: Dict[str, float] = field(default_factory=dict)
    scored: Optional[List[str]] = None
    performance: Dict[str, Any] = field(default_factory=dict)
    ended: Optional[int] = None

    def is_over(self, training: Dict[str, Any]) -> bool:
        """Whether no further step is wanted.

        training (Dict[str, Any]): Settings: `patience`, `max_steps`, `max_epochs`.
        RETURNS (bool): What `spacy train` would decide after the last step.
        """
        if self.step < 0:
            return False
        patience, max_steps = training["patience"], training["max_steps"]
        max_epochs = training["max_epochs"]
        best_step = -max((score, -step) for score, step in self.results)[1]
        return bool(
            (patience and self.step - best_step >= patience)
            or (max_steps and self.step >= max_steps)
            or 0 < max_epochs <= self.epoch
            or self.ended == max_epochs
        )

    def score_now(self, scores: Dict[str, Any]) -> None:
        """Take note of which scores an evaluation had.

        scores (Dict[str, Any]): The scores.
        """
        before = scores if self.scored is None else self.scored
        self.scored = [name for name in before if name in scores]

    def to_json(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): As JSON can hold it, to the last bit."""
        record = asdict(self)
        record["results"] = [(float(score), step) for score, step in self.results]
        record["losses"] = {name: _typed(loss) for name, loss in self.losses.items()}
        return record

    @classmethod
    def from_json(cls, record: Dict[str, Any]) -> "Progress":
        """The way back from `to_json`.

        record (Dict[str, Any]): What it gave.
        RETURNS (Progress): The progress.
        """
        progress = cls(**record)
        progress.results = [(score, step) for score, step in progress.results]
        progress.losses = {
            name: loss if kind is None else numpy.dtype(kind).type(loss)
            for name, (loss, kind) in record["losses"].items()
        }
        return progress


def _typed(loss: float) -> Tuple[float, Optional[str]]:
    """A loss and its numpy type, in which sums go on."""
    return float(loss), loss.dtype.name if isinstance(loss, numpy.generic) else None
