"""The usual way to do what our CRF kernels do."""

from typing import Any, Callable, List, Tuple

import numpy
import torch

from spacy_lstm_ner.types import TagScores


def padded_crf(scores: TagScores, gold: numpy.ndarray) -> Callable[[], Tuple[Any, Any]]:
    """Loss and gradient as CRF libraries for torch compute them: padded, in log space, with
    autograd. Nothing is forbidden; that makes the other side's work no smaller.

    scores (TagScores): The scores, packed.
    gold (numpy.ndarray): The gold tag of each packed row. *Shape:* `(N,)`.
    RETURNS (Callable[[], Tuple[Any, Any]]): Runs it; gives loss and the gradient of the emissions.
    """
    layout = scores.emissions.layout
    steps, n_tags = len(layout.steps), len(scores.start)
    emissions = numpy.zeros((steps, layout.size_at_t[0], n_tags), dtype="float32")
    tags = numpy.zeros((steps, layout.size_at_t[0]), dtype="int64")
    mask = numpy.zeros((steps, layout.size_at_t[0]), dtype=bool)
    for t, rows in enumerate(layout.steps):
        n = layout.size_at_t[t]
        emissions[t, :n], tags[t, :n] = scores.emissions.data[rows], gold[rows]
        mask[t, :n] = True
    X = torch.from_numpy(emissions).requires_grad_()
    weights = [
        torch.from_numpy(array.copy()).requires_grad_()
        for array in (scores.start, scores.transitions, scores.end)
    ]
    y, is_token = torch.from_numpy(tags), torch.from_numpy(mask)

    def run() -> Tuple[Any, Any]:
        loss = _negative_log_likelihood(X, *weights, y, is_token)
        gradients = torch.autograd.grad(loss, [X, *weights])
        return loss.detach(), gradients[0]

    return run


def _negative_log_likelihood(
    X: Any, start: Any, transitions: Any, end: Any, y: Any, is_token: Any
) -> Any:
    alphas = start + X[0]  # (nB, nK)
    told = start[y[0]] + X[0].gather(1, y[0][:, None])[:, 0]
    for t in range(1, len(X)):
        alive = is_token[t]
        into = torch.logsumexp(alphas[:, :, None] + transitions, dim=1) + X[t]
        alphas = torch.where(alive[:, None], into, alphas)
        step = transitions[y[t - 1], y[t]] + X[t].gather(1, y[t][:, None])[:, 0]
        told = told + torch.where(alive, step, torch.zeros(()))
    last = y.gather(0, is_token.sum(0, keepdim=True) - 1)[0]
    return (torch.logsumexp(alphas + end, dim=1) - told - end[last]).sum()


def padded_viterbi(scores: TagScores) -> Callable[[], List[List[int]]]:
    """Decoding as the same libraries do it: padded, with all back-pointers kept.

    scores (TagScores): The scores, packed, with forbidden transitions at a very low score.
    RETURNS (Callable[[], List[List[int]]]): Runs it; gives the tags, longest sequence first.
    """
    layout = scores.emissions.layout
    X = torch.zeros((len(layout.steps), layout.size_at_t[0], len(scores.start)))
    lengths = [0] * layout.size_at_t[0]
    for t, rows in enumerate(layout.steps):
        n = layout.size_at_t[t]
        X[t, :n] = torch.from_numpy(scores.emissions.data[rows])
        lengths[:n] = [t + 1] * n
    start, transitions, end = map(torch.from_numpy, (scores.start, scores.transitions, scores.end))

    def run() -> List[List[int]]:
        best, history = (start + X[0]).unsqueeze(0), []
        states = [best[0]]
        for t in range(1, len(X)):
            into, back = (states[-1][:, :, None] + transitions).max(dim=1)
            states.append(into + X[t])
            history.append(back)
        paths = []
        for rank, length in enumerate(lengths):
            tag = int((states[length - 1][rank] + end).argmax())
            path = [tag]
            for back in reversed(history[: length - 1]):
                tag = int(back[rank, tag])
                path.append(tag)
            paths.append(path[::-1])
        return paths

    return run
