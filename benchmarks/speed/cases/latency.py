"""One document at a time: what a service waits for."""

from itertools import chain
from typing import Callable, Dict, List

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from .. import models
from ..pairing import ratios, seconds_of, spread_of, take_turns
from ..results import Plan, Result, Row
from ..texts import unseen_texts

PIPELINES = (models.OURS, models.STOCK, models.STOCK_BILSTM)
SIZES = {1: (100, 400), 15: (100, 400), 150: (30, 90), 1500: (5, 20)}  # rounds, quick and full
TARGETS = {15: 3.0}
WARM_UP = 10


def measure(plan: Plan) -> Result:
    """Case (b).

    plan (Plan): How thorough to be.
    RETURNS (Result): A row for each pipeline and length.
    """
    loaded = {p.title: spacy.load(models.trained(p, plan)) for p in PIPELINES}
    blank = spacy.blank("en")
    texts = unseen_texts()[0].documents
    words = [token.text for text in texts for token in blank.make_doc(text)]
    rows: List[Row] = []
    for size, rounds in SIZES.items():
        found = _in_turn(loaded, _pieces(words, size), plan.pick(*rounds))
        rival = models.STOCK.title
        for title, seconds in found.items():
            value = spread_of([1000 * second for second in seconds])
            row = Row(f"{size:,} tokens: {title}", value, "ms")
            if title != rival:
                row.rival, row.ratio = rival, spread_of(ratios(found[rival], seconds))
            if title == models.OURS.title:
                row.target = TARGETS.get(size)
            rows.append(row)
    notes = [
        "`nlp(doc)` on a Doc with tokens, all components. Each round is another piece of text that "
        "was not trained on, the same for all; the first ones are not counted."
    ]
    return Result("Latency of one document", notes, rows)


def _pieces(words: List[str], size: int) -> List[List[str]]:
    """The text cut into documents of one size."""
    return [words[at : at + size] for at in range(0, len(words) - size, size)]


def _in_turn(
    loaded: Dict[str, Language], pieces: List[List[str]], rounds: int
) -> Dict[str, List[float]]:
    """Seconds a document, one a round, after some that do not count."""

    def run_of(nlp: Language) -> Callable[[], float]:
        turn = chain.from_iterable(iter(lambda: pieces, None))

        def run() -> float:
            doc = Doc(nlp.vocab, words=next(turn))
            return seconds_of(lambda: nlp(doc))

        return run

    runs = {title: run_of(nlp) for title, nlp in loaded.items()}
    found = take_turns(runs, WARM_UP + rounds)
    return {title: seconds[WARM_UP:] for title, seconds in found.items()}
