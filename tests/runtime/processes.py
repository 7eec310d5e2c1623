"""`nlp.pipe(n_process=2)` in a process that has used torch and BLAS on two threads and has just
trained: the script that `test_processes.py` runs.

    OPENBLAS_NUM_THREADS=2 python -m tests.runtime.processes fork shared
"""

import multiprocessing
import sys

import numpy
import torch

from .helpers import TEXTS, assert_same, outcome, own_words, shared_tok2vec


def main(method: str, kind: str) -> None:
    multiprocessing.set_start_method(method)
    torch.set_num_threads(2)
    square = numpy.ones((600, 600), dtype="float32")
    assert (square @ square == 600).all()
    assert bool((torch.ones(600, 600) @ torch.ones(600, 600) == 600).all())
    texts = [*TEXTS, " ".join(TEXTS * 6)] * 2
    nlp = own_words() if kind == "own" else shared_tok2vec()[0]
    expected = outcome(nlp.pipe(texts))
    assert len(expected.probabilities) > len(texts)
    stream = nlp.pipe(zip(texts, range(99)), as_tuples=True, n_process=2, batch_size=4)
    docs, contexts = zip(*stream)
    assert contexts == tuple(range(len(texts)))
    assert_same(outcome(docs), expected)
    assert torch.get_num_threads() == 2


if __name__ == "__main__":
    main(*sys.argv[1:])
