"""Words a second of updates, and the time until stock's best score on dev is reached."""

from typing import Any, Callable, Dict, List, Sequence, Tuple

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training import Example

from .. import models
from ..models import Pipeline
from ..pairing import Spread, seconds_of, spread_of, take_turns
from ..results import Plan, Result, Rival, Row, speed_row

BATCH_WORDS = 1000
PIPELINES = (models.OURS, models.STOCK, models.STOCK_BILSTM)


def measure(plan: Plan) -> Result:
    """Case (c). It runs first: here the pipelines are trained that the other cases read with.

    plan (Plan): Whether to train to the end.
    RETURNS (Result): Speed of updates, and of learning.
    """
    notes = [
        f"Updates: `nlp.update` on batches of about {BATCH_WORDS:,} words of the corpus, the same "
        "for all, with the config's dropout and its optimizer.",
    ]
    rows = _updates(plan)
    if plan.quick:
        notes.append("The time to stock's best score is left out: it is measured with --full.")
        return Result("Training", notes, rows)
    notes.append(
        "Time: wall time from the first step, with all evaluations and saving; the config's own "
        "batches and schedule. F1 on the dev part of the project's corpus, which both look at "
        f"every 200 steps. Seeds {', '.join(map(str, plan.seeds))}. Measured when the "
        "pipelines were trained: `make clean` first to measure again."
    )
    ours, stock, missed = [], [], 0
    for seed in plan.seeds:
        logs = {p.name: _log(p, plan, seed) for p in (models.OURS, models.STOCK)}
        best, seconds = best_of(logs[models.STOCK.name])
        reached = time_to(logs[models.OURS.name], best)
        notes.append(f"Seed {seed}: stock's best F1 on dev is {100 * best:.1f}.")
        stock.append(seconds)
        if reached is None:
            missed += 1
            notes.append(f"Seed {seed}: {models.OURS.title} did not reach that.")
        else:
            ours.append((seconds, reached))
    rival = f"{models.STOCK.title}: time to its best F1"
    rows.append(Row(rival, spread_of(stock), "s"))
    if ours:
        ratio: Spread = spread_of([theirs / own for theirs, own in ours])
        value = spread_of([own for _, own in ours])
        name = f"{models.OURS.title}: time to stock's best F1"
        rows.append(Row(name, value, "s", rival, ratio, None if missed else 3.0))
    return Result("Training", notes, rows)


def best_of(log: Sequence[Dict[str, float]]) -> Tuple[float, float]:
    """The best score of a training, and when it was first reached.

    log (Sequence[Dict[str, float]]): Rows with `seconds` and `score`, in order.
    RETURNS (Tuple[float, float]): Score and seconds.
    """
    best = max(row["score"] for row in log)
    return best, next(row["seconds"] for row in log if row["score"] == best)


def time_to(log: Sequence[Dict[str, float]], score: float) -> Any:
    """When a training first scored so much.

    log (Sequence[Dict[str, float]]): Rows with `seconds` and `score`, in order.
    score (float): What to reach.
    RETURNS (Optional[float]): Seconds; None if it never did.
    """
    return next((row["seconds"] for row in log if row["score"] >= score), None)


def _log(pipeline: Pipeline, plan: Plan, seed: int) -> List[Dict[str, float]]:
    return srsly.read_json(models.trained(pipeline, plan, seed=seed).parent / "log.json")


def _updates(plan: Plan) -> List[Row]:
    """Seconds a word of single updates, in turn."""
    found = take_turns(
        {p.title: _update_of(p, plan) for p in PIPELINES},
        rounds=2 + plan.pick(8, 30),
    )
    found = {title: seconds[2:] for title, seconds in found.items()}  # the first ones warm up
    rival = Rival(models.STOCK.title, found[models.STOCK.title])
    return [
        speed_row(
            f"updates: {title}",
            seconds,
            None if title == rival.name else rival,
            target=3.0 if title == models.OURS.title else None,
        )
        for title, seconds in found.items()
    ]


def _update_of(pipeline: Pipeline, plan: Plan) -> Callable[[], float]:
    """Each call updates on another batch and gives its seconds a word."""
    nlp = spacy.load(models.trained(pipeline, plan))
    optimizer = nlp.create_optimizer()
    drop = nlp.config["training"]["dropout"]
    batches = _batches(nlp)
    turn = iter(batches * 10)

    def run() -> float:
        batch = next(turn)
        words = sum(len(example.predicted) for example in batch)
        return seconds_of(lambda: nlp.update(batch, sgd=optimizer, drop=drop)) / words

    return run


def _batches(nlp: Language) -> List[List[Example]]:
    """The training part of the corpus, cut into batches of some thousand words."""
    gold = DocBin().from_disk(models.corpus()[0]).get_docs(nlp.vocab)
    batches: List[List[Example]] = [[]]
    words = 0
    for doc in gold:
        batches[-1].append(Example(nlp.make_doc(doc.text), doc))
        words += len(doc)
        if words >= BATCH_WORDS:
            batches.append([])
            words = 0
    return batches[:-1]
