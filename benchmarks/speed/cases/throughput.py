"""Words a second, from text and from ready Docs, on text that is new and on text that was read."""

from typing import Callable, Dict, List, NamedTuple, Sequence

import spacy
from spacy.language import Language

from .. import models
from ..models import Pipeline
from ..pairing import seconds_of, take_turns
from ..results import Plan, Result, Rival, Row, speed_row
from ..texts import Text, count_words, make_docs, unseen_texts, up_to

Passes = Dict[str, float]  # seconds a word, by what was read
DOCS, DOCS_WARM = "Docs, first pass", "Docs, warm"
TEXT, TEXT_WARM = "text, first pass", "text, warm"
BATCHES = (16, 64, 256, 1000)
SLOW_WORDS = 5_000  # of a text for those who read 2,000 words a second
TARGETS = {  # what the ratio has to be at least: ours, the rival, what is read
    (models.OURS, models.STOCK, DOCS): 6.0,
    (models.OURS, models.STOCK, DOCS_WARM): 8.0,
    (models.OURS_ACCURACY, models.STOCK, DOCS): 3.0,
    (models.OURS_ACCURACY, models.STOCK_ACCURACY, DOCS): 25.0,
}


class Contender(NamedTuple):
    """A pipeline and the number of Docs it gets at once."""

    pipeline: Pipeline
    batch: int

    @property
    def title(self) -> str:
        return f"{self.pipeline.title}, {self.batch:,} Docs a batch"


def measure(plan: Plan) -> Result:
    """Case (a).

    plan (Plan): How thorough to be.
    RETURNS (Result): A row for each pipeline, text and pass.
    """
    texts = unseen_texts()
    largest = max(texts, key=lambda text: len(text.documents))
    ours = [models.OURS]
    if models.OURS_ACCURACY.config.exists() and not plan.quick:
        ours.append(models.OURS_ACCURACY)
    contenders = [Contender(pipeline, 1000) for pipeline in ours]
    sweep: List[str] = []
    for pipeline in (models.STOCK, models.STOCK_BILSTM):
        if plan.quick:
            contenders.append(Contender(pipeline, 64))
            continue
        speeds = _by_batch(pipeline, largest, plan)
        sweep.append(
            f"{pipeline.title}: "
            + ", ".join(f"{speed:,.0f} at {batch:,}" for batch, speed in speeds.items())
        )
        best = max(speeds, key=speeds.__getitem__)
        contenders += [Contender(pipeline, batch) for batch in sorted({1000, best})]
    notes = [
        "From Docs: `nlp.pipe` over Docs that `nlp.make_doc` made, all components; from text: with "
        "the tokenizer. First pass: a pipeline just loaded, on text it was not trained on. Warm: "
        "the same text again, as new Docs. Batches are the `batch_size` of `nlp.pipe`.",
    ]
    rows: List[Row] = []
    for text in texts:
        rows += _compare(contenders, text, models.STOCK, plan.pick(2, 5), plan)
    if plan.quick:
        notes.append("With --full: the accuracy configs, and the best of several batch sizes.")
    else:
        tried = "; ".join(sweep)
        notes.append(
            f"Batch sizes tried on {largest.name} (words/s, first pass, from Docs): {tried}."
        )
        slow = [Contender(pipeline, 1000) for pipeline in (*ours, models.STOCK_ACCURACY)]
        short = up_to(spacy.blank("en"), largest.documents, SLOW_WORDS)
        name = f"{largest.name}, {SLOW_WORDS:,} words"
        rows += _compare(slow, Text(name, short), models.STOCK_ACCURACY, 3, plan)
    return Result("Words a second", notes, rows)


def _compare(
    contenders: Sequence[Contender], text: Text, rival: Pipeline, rounds: int, plan: Plan
) -> List[Row]:
    """All contenders in turn, each loaded anew in each round."""

    def run_of(contender: Contender) -> Callable[[], Passes]:
        path = models.trained(contender.pipeline, plan)
        return lambda: _passes(lambda: spacy.load(path), text.documents, contender.batch)

    found = take_turns({c.title: run_of(c) for c in contenders}, rounds)
    rows = []
    for what in (DOCS, DOCS_WARM, TEXT, TEXT_WARM):
        seconds = {title: [passes[what] for passes in runs] for title, runs in found.items()}
        rivals = [c for c in contenders if c.pipeline is rival]
        best = min((c.title for c in rivals), key=lambda title: sorted(seconds[title])[rounds // 2])
        for contender in contenders:
            rows.append(
                speed_row(
                    f"{text.name}, {what}: {contender.title}",
                    seconds[contender.title],
                    None if contender.title == best else Rival(best, seconds[best]),
                    target=TARGETS.get((contender.pipeline, rival, what)),
                )
            )
    return rows


def _passes(load: Callable[[], Language], documents: Sequence[str], batch: int) -> Passes:
    """Read the documents four times with two pipelines just loaded."""
    nlp = load()
    words = count_words(make_docs(nlp, documents))
    found: Passes = {}
    for what in (DOCS, DOCS_WARM):
        docs = make_docs(nlp, documents)
        found[what] = seconds_of(lambda docs=docs: list(nlp.pipe(docs, batch_size=batch))) / words
    nlp = load()
    for what in (TEXT, TEXT_WARM):
        found[what] = seconds_of(lambda: list(nlp.pipe(documents, batch_size=batch))) / words
    return found


def _by_batch(pipeline: Pipeline, text: Text, plan: Plan) -> Dict[int, float]:
    """Words a second by the size of the batch, on Docs that a pipeline just loaded reads: of a warm
    one the speeds differ less, and chance would choose."""
    path = models.trained(pipeline, plan)
    nlp = spacy.load(path)
    documents = up_to(nlp, text.documents, 30_000)
    words = count_words(make_docs(nlp, documents))

    def run_of(batch: int) -> Callable[[], float]:
        def run() -> float:
            nlp = spacy.load(path)
            docs = make_docs(nlp, documents)
            return words / seconds_of(lambda: list(nlp.pipe(docs, batch_size=batch)))

        return run

    found = take_turns({str(batch): run_of(batch) for batch in BATCHES}, 2)
    return {batch: max(found[str(batch)]) for batch in BATCHES}
