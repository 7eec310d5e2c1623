"""Thresholds for the confidences of entities, chosen on documents with gold annotation.

A threshold is tried by decoding with it, whatever the decoder: where spans compete for tokens, the
threshold of one label changes what is left for another. So thresholds label by label are found by
coordinate search: each label in turn gets the best threshold while the others keep theirs, until a
whole round changes none. Then what was wished for holds for all of them at once. A decoder that
only filters settles in the first round.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

import numpy

from ..errors import Errors
from ..types import Floats1d, Ints1d
from .calibration import check_probabilities
from .outcomes import NOT_COUNTED, RIGHT

N_VALUES = 100  # thresholds tried; of more confidences, quantiles
ROUNDS = 10
# Takes one threshold a label, (nL,), and gives the indexes of the spans that come out.
Decode = Callable[[Floats1d], Ints1d]


@dataclass(frozen=True, eq=False)
class Choices:
    """The spans that a decoder chooses from, and how they turn out.

    probabilities (Floats1d): *Shape:* `(nSpans,)`.
    label_ids (Ints1d): Label numbers. *Shape:* `(nSpans,)`.
    outcomes (Ints1d): See `outcomes`. *Shape:* `(nSpans,)`.
    gold (Ints1d): Gold spans of each label. *Shape:* `(nL,)`.
    decode (Decode): The decoder.
    decoder (str): Its name.
    lowest (float): The lowest threshold to try.
    """

    probabilities: Floats1d
    label_ids: Ints1d
    outcomes: Ints1d
    gold: Ints1d
    decode: Decode
    decoder: str
    lowest: float


class Wish(NamedTuple):
    """What thresholds are to reach.

    measure (str): "f", "precision" or "recall".
    wanted (float): The least precision or recall, above 0, at most 1. F is to be the best.
    """

    measure: str
    wanted: float = 1.0


class Sweep(NamedTuple):
    """What comes out while a threshold rises. *Shape of all:* `(nValues,)`.

    thresholds (Floats1d): Its values, rising.
    precision (Floats1d): 0 where nothing comes out.
    recall (Floats1d): 0 where there is no gold span.
    f (Floats1d): F1.
    """

    thresholds: Floats1d
    precision: Floats1d
    recall: Floats1d
    f: Floats1d


def sweep(choices: Choices, thresholds: Floats1d, label_ids: Sequence[int]) -> Sweep:
    """Take the threshold of some labels through its values, and decode with each.

    choices (Choices): The spans.
    thresholds (Floats1d): Those of the other labels. *Shape:* `(nL,)`.
    label_ids (Sequence[int]): The labels that are scored, all with the same threshold.
    RETURNS (Sweep): The scores of these labels.
    """
    is_scored = numpy.isin(choices.label_ids, label_ids) & (choices.outcomes != NOT_COUNTED)
    values = _values(choices.probabilities[is_scored], choices.lowest)
    counts = numpy.zeros((2, len(values)))  # right and all
    for i, value in enumerate(values):
        trial = thresholds.copy()
        trial[list(label_ids)] = value
        kept = choices.decode(trial)
        scored = choices.outcomes[kept[is_scored[kept]]]
        counts[:, i] = (scored == RIGHT).sum(), len(scored)
    right, total = counts
    gold = int(choices.gold[list(label_ids)].sum())
    return Sweep(
        values,
        precision=right / numpy.maximum(total, 1),
        recall=right / max(gold, 1),
        f=2 * right / numpy.maximum(total + gold, 1),
    )


def choose_global(choices: Choices, wish: Wish) -> float:
    """Choose one threshold for all labels, by the scores of all labels together.

    choices (Choices): The spans.
    wish (Wish): The best F; or the smallest threshold with the wanted precision; or the greatest
        with the wanted recall.
    RETURNS (float): The threshold.
    RAISES (ValueError): If no threshold reaches what is wanted, or there is no span.
    """
    _check(choices)
    n_labels = len(choices.gold)
    found = sweep(choices, numpy.zeros(n_labels), range(n_labels))
    at, is_reached = _choose(found, wish)
    if not is_reached:
        raise ValueError(
            _out_of_reach(choices, wish, {"all labels": getattr(found, wish.measure).max()})
        )
    return float(found.thresholds[at])


def choose_per_label(
    choices: Choices, wish: Wish, start: float, labels: Sequence[str]
) -> Dict[str, float]:
    """Choose a threshold for each label by its own scores.

    choices (Choices): The spans.
    wish (Wish): As for `choose_global`.
    start (float): The threshold of the labels that have none yet.
    labels (Sequence[str]): The labels by number.
    RETURNS (Dict[str, float]): The thresholds; a label without any span to choose by has none.
    RAISES (ValueError): If a label cannot reach what is wanted, if there is no span, or if the
        thresholds do not settle.
    """
    _check(choices)
    counted = choices.label_ids[choices.outcomes != NOT_COUNTED]
    with_spans = numpy.flatnonzero(numpy.bincount(counted, minlength=len(labels))).tolist()
    thresholds = numpy.full(len(labels), start)
    for _ in range(ROUNDS):
        before, failed = thresholds.copy(), {}
        for label in with_spans:
            found = sweep(choices, thresholds, [label])
            at, is_reached = _choose(found, wish)
            thresholds[label] = found.thresholds[at]
            if not is_reached:
                failed[labels[label]] = float(getattr(found, wish.measure).max())
        if (thresholds == before).all():
            break
    else:
        moving = [labels[label] for label in numpy.flatnonzero(thresholds != before).tolist()]
        raise ValueError(Errors.UNSETTLED.format(rounds=ROUNDS, labels=", ".join(moving)))
    if failed:
        raise ValueError(_out_of_reach(choices, wish, failed))
    return {labels[label]: float(thresholds[label]) for label in with_spans}


def _check(choices: Choices) -> None:
    counted = choices.probabilities[choices.outcomes != NOT_COUNTED]
    check_probabilities(counted)


def _values(probabilities: Floats1d, lowest: float) -> Floats1d:
    """Thresholds between neighbouring confidences, below the lowest one first."""
    distinct = numpy.unique(probabilities[probabilities >= lowest])
    if len(distinct) > N_VALUES:
        places = numpy.linspace(0, len(distinct) - 1, N_VALUES).round().astype(int)
        pairs = [(distinct[i - 1], distinct[i]) for i in places[1:]]
    else:
        pairs = [*pairwise(distinct)]
    return numpy.array([lowest, *(_between(low, high) for low, high in pairs)])


def _between(low: float, high: float) -> float:
    """A number above `low` and not above `high`, near their middle, with few digits."""
    for digits in range(2, 16):
        value = round(float(low + high) / 2, digits)
        if low < value <= high:
            return value
    return float(high)


def _choose(found: Sweep, wish: Wish) -> Tuple[int, bool]:
    """The place of the threshold, or of the one nearest to the wish, and whether it is reached."""
    scores = getattr(found, wish.measure)
    if wish.measure == "f":
        return int(numpy.flatnonzero(scores == scores.max())[-1]), True
    reached: List[int] = numpy.flatnonzero(scores >= wish.wanted).tolist()
    if not reached:
        return int(numpy.argmax(scores)), False
    return reached[0 if wish.measure == "precision" else -1], True


def _out_of_reach(choices: Choices, wish: Wish, reachable: Dict[str, float]) -> str:
    listed = ", ".join(f"{label} {score:.3f}" for label, score in reachable.items())
    advice = Errors.ADVICE_PRECISION
    if wish.measure == "recall":
        hint = Errors.HINT_MAX_EXPECTED if choices.decoder == "viterbi" else ""
        advice = Errors.ADVICE_RECALL.format(decoder=choices.decoder, hint=hint)
    return Errors.OUT_OF_REACH.format(
        name=wish.measure, wanted=wish.wanted, reachable=listed, advice=advice
    )
