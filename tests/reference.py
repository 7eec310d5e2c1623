"""Slow, obvious definitions to compare the product with. Nothing here is shared with it."""

import itertools
from typing import Dict, List, Sequence, Tuple

import numpy


def sigmoid(x: numpy.ndarray) -> numpy.ndarray:
    return 1 / (1 + numpy.exp(-x))


def lstm_one_sequence(
    X: numpy.ndarray,
    Wx: numpy.ndarray,
    Wh: numpy.ndarray,
    b: numpy.ndarray,
    pushes: float | numpy.ndarray = 0.0,
    cell_pushes: float | numpy.ndarray = 0.0,
) -> numpy.ndarray:
    """The textbook's six lines, one token after the other. X is (T, nI), the result (T, nH), and so
    are pushes, which are added to the states, and to the cells."""
    nH = Wh.shape[1]
    h, c = numpy.zeros(nH), numpy.zeros(nH)
    out = []
    pushes, cell_pushes = (numpy.broadcast_to(p, (len(X), nH)) for p in (pushes, cell_pushes))
    for x, push, cell_push in zip(X, pushes, cell_pushes):
        a = Wx @ x + Wh @ h + b
        i, f, g, o = a[:nH], a[nH : 2 * nH], a[2 * nH : 3 * nH], a[3 * nH :]
        c = sigmoid(f) * c + sigmoid(i) * numpy.tanh(g) + cell_push
        h = sigmoid(o) * numpy.tanh(c)
        h = h + push
        out.append(h)
    return numpy.array(out).reshape(len(X), nH)


def gru_one_sequence(
    X: numpy.ndarray,
    Wx: numpy.ndarray,
    Wh: numpy.ndarray,
    b: numpy.ndarray,
    pushes: float | numpy.ndarray = 0.0,
) -> numpy.ndarray:
    """One token after the other, gate by gate. X is (T, nI), the result (T, nH), and so are
    pushes, which are added to the states."""
    nH = Wh.shape[1]
    (Wx_r, Wx_z, Wx_n), (Wh_r, Wh_z, Wh_n) = numpy.split(Wx, 3), numpy.split(Wh, 3)
    b_r, b_z, b_n, b_q = numpy.split(b, 4)
    h = numpy.zeros(nH)
    out = []
    pushes = numpy.broadcast_to(pushes, (len(X), Wh.shape[1]))
    for x, push in zip(X, pushes):
        r = sigmoid(Wx_r @ x + Wh_r @ h + b_r)
        z = sigmoid(Wx_z @ x + Wh_z @ h + b_z)
        n = numpy.tanh(Wx_n @ x + b_n + r * (Wh_n @ h + b_q))
        h = (1 - z) * n + z * h
        h = h + push
        out.append(h)
    return numpy.array(out).reshape(len(X), nH)


def rnn_one_sequence(
    X: numpy.ndarray,
    Wx: numpy.ndarray,
    Wh: numpy.ndarray,
    b: numpy.ndarray,
    pushes: float | numpy.ndarray = 0.0,
) -> numpy.ndarray:
    """One token after the other, with tanh. X is (T, nI), the result (T, nH), and so are
    pushes, which are added to the states."""
    h, out = numpy.zeros(Wh.shape[1]), []
    pushes = numpy.broadcast_to(pushes, (len(X), Wh.shape[1]))
    for x, push in zip(X, pushes):
        h = numpy.tanh(Wx @ x + Wh @ h + b)
        h = h + push
        out.append(h)
    return numpy.array(out).reshape(len(X), Wh.shape[1])


def irnn_one_sequence(
    X: numpy.ndarray,
    Wx: numpy.ndarray,
    Wh: numpy.ndarray,
    b: numpy.ndarray,
    pushes: float | numpy.ndarray = 0.0,
) -> numpy.ndarray:
    """One token after the other, with ReLU. X is (T, nI), the result (T, nH), and so are
    pushes, which are added to the states."""
    h, out = numpy.zeros(Wh.shape[1]), []
    pushes = numpy.broadcast_to(pushes, (len(X), Wh.shape[1]))
    for x, push in zip(X, pushes):
        h = numpy.maximum(Wx @ x + Wh @ h + b, 0)
        h = h + push
        out.append(h)
    return numpy.array(out).reshape(len(X), Wh.shape[1])


CELLS = {
    "lstm": lstm_one_sequence,
    "gru": gru_one_sequence,
    "rnn": rnn_one_sequence,
    "irnn": irnn_one_sequence,
}


def path_score(
    path: Sequence[int],
    emissions: numpy.ndarray,
    start: numpy.ndarray,
    transitions: numpy.ndarray,
    end: numpy.ndarray,
) -> float:
    """The score of one path of tags through one sequence."""
    if not path:
        return 0.0
    score = start[path[0]] + end[path[-1]]
    score += sum(emissions[t, k] for t, k in enumerate(path))
    score += sum(transitions[a, b] for a, b in itertools.pairwise(path))
    return float(score)


def legal_paths(
    T: int,
    allowed: numpy.ndarray,
    may_start: numpy.ndarray,
    may_follow: numpy.ndarray,
    may_end: numpy.ndarray,
) -> List[Tuple[int, ...]]:
    """Every path of T tags that masks and constraints leave, by trying all of them."""
    nK = len(may_start)
    return [
        path
        for path in itertools.product(range(nK), repeat=T)
        if all(allowed[t, k] for t, k in enumerate(path))
        and (not path or (may_start[path[0]] and may_end[path[-1]]))
        and all(may_follow[a, b] for a, b in itertools.pairwise(path))
    ]


def distribution(
    paths: Sequence[Tuple[int, ...]], scores: Sequence[float], T: int, nK: int
) -> Dict[str, numpy.ndarray]:
    """log Z, marginals and expected pairs by summing over all paths."""
    top = max(scores)
    weights = numpy.exp(numpy.array(scores) - top)
    probs = weights / weights.sum()
    marginals, pairs = numpy.zeros((T, nK)), numpy.zeros((nK, nK))
    for path, prob in zip(paths, probs):
        for t, k in enumerate(path):
            marginals[t, k] += prob
        for a, b in itertools.pairwise(path):
            pairs[a, b] += prob
    return {
        "log_partition": top + numpy.log(weights.sum()),
        "marginals": marginals,
        "transitions": pairs,
        "start": marginals[0] if T else numpy.zeros(nK),
        "end": marginals[-1] if T else numpy.zeros(nK),
    }


def exact_spans(path: Sequence[int]) -> List[Tuple[int, int, int]]:
    """Start, end and label number of each entity on a legal BILUO path, token by token."""
    spans, begin = [], 0
    for t, tag in enumerate(path):
        prefix = "O" if tag == 0 else "BILU"[(tag - 1) % 4]
        if prefix in "BU":
            begin = t
        if prefix in "LU":
            spans.append((begin, t + 1, (tag - 1) // 4))
    return spans


def viterbi_one_sequence(
    emissions: numpy.ndarray,
    start: numpy.ndarray,
    transitions: numpy.ndarray,
    end: numpy.ndarray,
) -> List[int]:
    """The textbook's recursion with stored back-pointers; scores are -inf where no path may go.
    Of equal predecessors, the first is taken."""
    T, nK = emissions.shape
    best = start + emissions[0] + (end if T == 1 else 0)
    pointers = []
    for t in range(1, T):
        sums = [[best[a] + transitions[a, b] for a in range(nK)] for b in range(nK)]
        pointers.append([max(range(nK), key=row.__getitem__) for row in sums])
        best = numpy.array([max(row) for row in sums]) + emissions[t]
        if t == T - 1:
            best = best + end
    path = [max(range(nK), key=best.__getitem__)]
    for pointer in reversed(pointers):
        path.append(pointer[path[-1]])
    return path[::-1]
