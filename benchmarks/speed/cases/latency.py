"""One document at a time: what a service waits for."""

from itertools import chain
from statistics import median
from typing import Callable, Dict, List, NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from .. import models
from ..pairing import ratios, seconds_of, spread_of, take_turns
from ..results import Plan, Result, Row
from ..texts import unseen_texts

PIPELINES = (models.OURS, models.STOCK, models.STOCK_BILSTM)


class Size(NamedTuple):
    """What is read in a turn.

    tokens (int): Of a document.
    block (int): Documents in a row, of which the median counts.
    quick (int): Rounds of a quick plan; a full one has three times as many.
    """

    tokens: int
    block: int
    quick: int


SIZES = (Size(1, 20, 7), Size(15, 20, 7), Size(15, 1, 50), Size(150, 10, 5), Size(1500, 3, 3))
TARGETS = {SIZES[1]: 3.0}


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
    for size in SIZES:
        found = _in_turn(loaded, words, size, plan.pick(1, 3) * size.quick)
        rival = models.STOCK.title
        for title, seconds in found.items():
            value = spread_of([1000 * second for second in seconds])
            name = f"{size.tokens:,} tokens{', after other work' if size.block == 1 else ''}"
            row = Row(f"{name}: {title}", value, "ms")
            if title != rival:
                row.rival, row.ratio = rival, spread_of(ratios(found[rival], seconds))
            if title == models.OURS.title:
                row.target = TARGETS.get(size)
            rows.append(row)
    notes = [
        "`nlp(doc)` on a Doc with tokens, all components. A turn is a few documents in a row, of "
        "which the median counts: a service under load. After other work: the rivals change after "
        "every document, so each finds the processor's caches full of the others' data. Every "
        "document is another piece of text that was not trained on, the same for all.",
    ]
    return Result("Latency of one document", notes, rows)


def _pieces(words: List[str], size: int) -> List[List[str]]:
    """The text cut into documents of one size."""
    return [words[at : at + size] for at in range(0, len(words) - size, size)]


def _in_turn(
    loaded: Dict[str, Language], words: List[str], size: Size, rounds: int
) -> Dict[str, List[float]]:
    """Seconds a document, one a round, after a round that does not count."""
    pieces = _pieces(words, size.tokens)

    def run_of(nlp: Language) -> Callable[[], float]:
        turn = chain.from_iterable(iter(lambda: pieces, None))

        def run() -> float:
            docs = [Doc(nlp.vocab, words=next(turn)) for _ in range(size.block)]
            return median(seconds_of(lambda doc=doc: nlp(doc)) for doc in docs)

        return run

    runs = {title: run_of(nlp) for title, nlp in loaded.items()}
    found = take_turns(runs, 1 + rounds)
    return {title: seconds[1:] for title, seconds in found.items()}
