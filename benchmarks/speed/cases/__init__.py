"""One case a file; each has `measure(plan) → Result`. Times of --full are estimates."""

from typing import Dict, NamedTuple


class Case(NamedTuple):
    """What the launcher has to know of a case.

    about (str): What it measures.
    quick (float): Seconds that it takes with --quick.
    full (float): Seconds that it takes with --full.
    """

    about: str
    quick: float
    full: float


# In the order in which they run: the first one trains what the others need.
CASES: Dict[str, Case] = {
    "training": Case("words/s of updates; wall time to stock's best dev F1", 40, 600),
    "throughput": Case("words/s from text and from Docs, first pass and warm", 25, 240),
    "latency": Case("one document of 1, 15, 150 and 1,500 tokens", 10, 30),
    "component": Case("where the time goes; what confidence costs", 10, 20),
    "recurrent": Case("the recurrent layer beside spaCy's encoder and a matrix product", 25, 75),
    "crf": Case("CRF loss with gradient, and Viterbi, of 17 and 73 tags", 5, 30),
    "growth": Case("time and peak memory by batch, length, labels, vocabulary", 30, 240),
    "footprint": Case("size on disk, time to import, to load, to first entities", 16, 60),
    "processes": Case("nlp.pipe with n_process 1 and 2", 12, 60),
}
