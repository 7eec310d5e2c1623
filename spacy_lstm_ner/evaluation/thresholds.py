"""Thresholds for the confidences of entities, chosen on documents with gold annotation.

A threshold is tried by decoding with it, whatever the decoder: where spans compete for tokens, the
threshold of one label changes what is left for another. So thresholds label by label are found by
coordinate search: each label in turn gets the best threshold while the others keep theirs, until a
whole round changes none. Then what was wished for holds for all of them at once. A decoder that
only filters settles in the first round.
"""

from dataclasses import dataclass
from typing import Callable, Dict, NamedTuple, Sequence, Tuple

import numpy

from ..errors import Errors
from ..types import Bools1d, Floats1d, Ints1d
from .calibration import check_probabilities
from .outcomes import NOT_COUNTED, RIGHT

ROUNDS = 10
LEAST_FOUND = 5  # the precision of fewer spans says nothing
# Takes one threshold a label, (nL,), and gives the indexes of the spans that come out.
Decode = Callable[[Floats1d], Ints1d]


@dataclass(frozen=True, eq=False)
class Choices:
    """The spans that a decoder chooses from, and how they turn out.

    probabilities (Floats1d): *Shape:* `(nSpans,)`.
    label_ids (Ints1d): Label numbers. *Shape:* `(nSpans,)`.
    outcomes (Ints1d): See `outcomes`. *Shape:* `(nSpans,)`.
    gold (Ints1d): Gold spans of each label. *Shape:* `(nL,)`.
    all_gold (int): Gold spans in all, those of labels that the component lacks included.
    decode (Decode): The decoder.
    decoder (str): Its name.
    lowest (float): The lowest threshold to try.
    n_values (int): How many thresholds to try at most. Of more confidences, in equal steps of
        their sum: that is, of spans that are right, so that the likely ones are told apart among
        many unlikely ones.
    """

    probabilities: Floats1d
    label_ids: Ints1d
    outcomes: Ints1d
    gold: Ints1d
    all_gold: int
    decode: Decode
    decoder: str
    lowest: float
    n_values: int


class Wish(NamedTuple):
    """What thresholds are to reach.

    measure (str): "f", "precision" or "recall".
    wanted (float): The least precision (of at least `LEAST_FOUND` spans) or recall, above 0, at
        most 1. F is to be the best.
    """

    measure: str
    wanted: float = 1.0


class Sweep(NamedTuple):
    """What comes out while a threshold rises. *Shape of all:* `(nValues,)`.

    thresholds (Floats1d): Its values, rising.
    found (Ints1d): How many spans come out.
    precision (Floats1d): 0 where nothing comes out.
    recall (Floats1d): 0 where there is no gold span.
    f (Floats1d): F1.
    """

    thresholds: Floats1d
    found: Ints1d
    precision: Floats1d
    recall: Floats1d
    f: Floats1d


def sweep(choices: Choices, thresholds: Floats1d, label: int) -> Sweep:
    """Take the threshold of a label through its values, and decode with each.

    choices (Choices): The spans.
    thresholds (Floats1d): Those of the other labels. *Shape:* `(nL,)`.
    label (int): The label's number.
    RETURNS (Sweep): The scores of the label.
    """
    is_moving = numpy.arange(len(choices.gold)) == label
    return _sweep(choices, thresholds, is_moving, int(choices.gold[label]))


def sweep_all(choices: Choices) -> Sweep:
    """Take one threshold for all labels through its values, and decode with each.

    choices (Choices): The spans.
    RETURNS (Sweep): The scores of all labels together.
    """
    n_labels = len(choices.gold)
    is_moving = numpy.ones(n_labels, dtype=bool)
    return _sweep(choices, numpy.zeros(n_labels), is_moving, choices.all_gold)


def choose_global(choices: Choices, wish: Wish) -> float:
    """Choose one threshold for all labels, by the scores of all labels together.

    choices (Choices): The spans.
    wish (Wish): The best F; or the smallest threshold with the wanted precision; or the greatest
        with the wanted recall.
    RETURNS (float): The threshold.
    RAISES (ValueError): If no threshold reaches what is wanted, or there is no span.
    """
    _check(choices)
    found = sweep_all(choices)
    at, is_reached = _choose(found, wish)
    if not is_reached:
        raise ValueError(
            _out_of_reach(choices, wish, {"all labels": float(_scores(found, wish).max())})
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
            found = sweep(choices, thresholds, label)
            at, is_reached = _choose(found, wish)
            thresholds[label] = found.thresholds[at]
            if not is_reached:
                failed[labels[label]] = float(_scores(found, wish).max())
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


def _sweep(choices: Choices, thresholds: Floats1d, is_moving: Bools1d, gold: int) -> Sweep:
    is_scored = is_moving[choices.label_ids] & (choices.outcomes != NOT_COUNTED)
    values = _values(choices.probabilities[is_scored], choices)
    counts = numpy.zeros((2, len(values)))  # right and all
    for i, value in enumerate(values):
        kept = choices.decode(numpy.where(is_moving, value, thresholds))
        scored = choices.outcomes[kept[is_scored[kept]]]
        counts[:, i] = (scored == RIGHT).sum(), len(scored)
    right, total = counts
    return Sweep(
        values,
        total.astype(int),
        precision=right / numpy.maximum(total, 1),
        recall=right / max(gold, 1),
        f=2 * right / numpy.maximum(total + gold, 1),
    )


def _values(probabilities: Floats1d, choices: Choices) -> Floats1d:
    """Thresholds between neighbouring confidences, below the lowest one first."""
    distinct = numpy.unique(probabilities[probabilities >= choices.lowest])
    places = numpy.arange(1, len(distinct))
    if len(places) >= choices.n_values:
        mass = numpy.cumsum(distinct)
        steps = numpy.linspace(0, mass[-1], choices.n_values)[1:]
        places = numpy.unique(numpy.searchsorted(mass, steps - steps[0] / 2))
    pairs = [(distinct[i - 1], distinct[i]) for i in places if i]
    return numpy.array([choices.lowest, *(_between(low, high) for low, high in pairs)])


def _between(low: float, high: float) -> float:
    """A number above `low` and not above `high`, near their middle, with few digits."""
    for digits in range(2, 16):
        value = round(float(low + high) / 2, digits)
        if low < value <= high:
            return value
    return float(high)


def _choose(found: Sweep, wish: Wish) -> Tuple[int, bool]:
    """The place of the threshold, or of the one nearest to the wish, and whether it is reached."""
    scores = _scores(found, wish)
    if wish.measure == "f":
        return int(numpy.flatnonzero(scores == scores.max())[-1]), True
    reached = numpy.flatnonzero(scores >= wish.wanted).tolist()
    if not reached:
        return int(numpy.argmax(scores)), False
    return reached[0 if wish.measure == "precision" else -1], True


def _scores(found: Sweep, wish: Wish) -> Floats1d:
    if wish.measure == "precision":
        return numpy.where(found.found >= LEAST_FOUND, found.precision, 0.0)
    return found.f if wish.measure == "f" else found.recall


def _out_of_reach(choices: Choices, wish: Wish, reachable: Dict[str, float]) -> str:
    listed = ", ".join(f"{label} {score:.3f}" for label, score in reachable.items())
    hint = "" if "all labels" in reachable else Errors.HINT_GLOBAL
    advice = Errors.ADVICE_PRECISION.format(least=LEAST_FOUND, hint=hint)
    if wish.measure == "recall":
        hint = Errors.HINT_MAX_EXPECTED if choices.decoder == "viterbi" else ""
        advice = Errors.ADVICE_RECALL.format(decoder=choices.decoder, hint=hint)
    return Errors.OUT_OF_REACH.format(
        name=wish.measure, wanted=wish.wanted, reachable=listed, advice=advice
    )
