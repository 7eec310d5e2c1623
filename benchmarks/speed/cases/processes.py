"""`nlp.pipe` with one process and with two."""

import math
from typing import Callable, List

import spacy

from .. import models
from ..models import Pipeline
from ..pairing import seconds_of, take_turns
from ..results import Plan, Result, Rival, Row, speed_row
from ..texts import count_words, make_docs, unseen_texts

PIPELINES = (models.OURS, models.STOCK)
WORDS = {True: 30_000, False: 120_000}
BATCHES = 12  # in which the text goes to the workers


def measure(plan: Plan) -> Result:
    """Case (g).

    plan (Plan): How much text.
    RETURNS (Result): A row for each pipeline and number of processes.
    """
    documents = unseen_texts()[0].documents
    words = count_words(make_docs(spacy.blank("en"), documents))
    again = math.ceil(WORDS[plan.quick] / words)
    documents, words = documents * again, words * again

    def run_of(pipeline: Pipeline, n_process: int) -> Callable[[], float]:
        nlp = spacy.load(models.trained(pipeline, plan))
        settings = {"n_process": n_process, "batch_size": math.ceil(len(documents) / BATCHES)}
        return lambda: seconds_of(lambda: list(nlp.pipe(documents, **settings))) / words

    runs = {
        f"{pipeline.title}, n_process {n}": run_of(pipeline, n)
        for pipeline in PIPELINES
        for n in (1, 2)
    }
    found = take_turns(runs, plan.pick(1, 5))
    rows: List[Row] = []
    for pipeline in PIPELINES:
        alone, both = (f"{pipeline.title}, n_process {n}" for n in (1, 2))
        rows.append(speed_row(alone, found[alone]))
        rows.append(speed_row(both, found[both], Rival(alone, found[alone])))
    stock, ours = (f"{pipeline.title}, n_process 2" for pipeline in (models.STOCK, models.OURS))
    rows.append(speed_row(ours, found[ours], Rival(stock, found[stock])))
    notes = [
        f"From text, {words:,} words (the text {again} times over), {BATCHES} batches. With two "
        "processes, starting them and sending Docs back is part of the time. One thread each.",
    ]
    return Result("Processes", notes, rows)
