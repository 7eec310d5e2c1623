"""The recurrent layer beside spaCy's encoder of its width, and beside a bare matrix product."""

from typing import Any, Callable, Dict, List

import numpy
import torch

from spacy_lstm_ner.types import Floats2d

from ..encoders import (
    OURS,
    SPACY,
    WIDTH,
    kernels,
    make_encoder,
    make_inputs,
    runs_onednn,
    split_batches,
)
from ..pairing import ratios, spread_of, take_turns, timed
from ..results import Plan, Result, Rival, Row, speed_row
from ..shapes import shape_rows
from ..texts import sentence_lengths

SENTENCES = 1000
BATCHES = (8, 16, 32, 64)  # that suit spaCy's encoder better than 1,000
TRAINING_SENTENCES = 59  # about 1,000 words
B, K, N = 512, 128, 512  # rows, inputs and outputs of the matrix product: a step of one direction
SHARES = {"numpy": 45.0, "torch": 55.0}  # of the ceiling, in percent, by what computes
FLOPS = 2 * 2 * 4 * (WIDTH // 2) * (WIDTH + WIDTH // 2)  # of a token: both ways, Wx and Wh


def measure(plan: Plan) -> Result:
    """Case (d), the recurrent half.

    plan (Plan): How thorough to be.
    RETURNS (Result): Prediction by kernel, training, and the share of the ceiling.
    """
    Xs = make_inputs(sentence_lengths(SENTENCES))
    words, rounds = sum(map(len, Xs)), plan.pick(3, 9)
    rows: List[Row] = []
    spacys = make_encoder(SPACY)
    best = _best_batch(spacys, Xs[:300])
    rivals = {f"TorchBiLSTMEncoder, {size:,} sentences a batch": size for size in (SENTENCES, best)}
    ours = {}
    for kernel in kernels():
        model = make_encoder(OURS, kernel=kernel)
        engine = "torch" if runs_onednn(model, Xs[:10]) else "numpy"
        ours[f"LSTMEncoder, kernel {kernel} (ran: {engine})"] = (model, engine)
    runs: Dict[str, Callable[[], object]] = {
        name: lambda size=size: [spacys.predict(batch) for batch in split_batches(Xs, size)]
        for name, size in rivals.items()
    }
    runs |= {name: lambda model=model: model.predict(Xs) for name, (model, _) in ours.items()}
    found = take_turns({**timed(runs), **timed(_products(), at_least=0.05)}, rounds)
    a_word = {name: [s / words for s in found[name]] for name in runs}
    for name in rivals:
        rows.append(speed_row(name, a_word[name]))
    for index, (name, (_, engine)) in enumerate(ours.items()):
        for rival, target in zip(rivals, (10.0, 2.5)):
            wanted = target if index == 0 else None
            rows.append(speed_row(name, a_word[name], Rival(rival, a_word[rival]), target=wanted))
        for product in _products():
            a_flop = [s / FLOPS for s in a_word[name]]
            share = spread_of(
                [100 * r for r in ratios(found[product], [2 * B * K * N * s for s in a_flop])]
            )
            floor = SHARES[engine] if product == "numpy" else None
            rows.append(Row(f"{name}: share of the ceiling, {product}", share, "%", floor=floor))
    for product in _products():
        rate = spread_of([2e-9 * B * K * N / s for s in found[product]])
        rows.append(Row(f"ceiling: matrix product by {product}", rate, "GFLOP/s"))
    rows += _training(spacys, make_inputs(sentence_lengths(TRAINING_SENTENCES)), rounds)
    rows += shape_rows(rounds)
    notes = [
        f"{WIDTH} wide in and out, one layer, both ways, {SENTENCES:,} sentences (mean 17 tokens, "
        f"at most 120), {words:,} words. A token is {FLOPS:,} floating-point operations in matrix "
        "products; what else a cell does is not counted, so 100 % cannot be reached.",
        f"The ceiling is a product of {B} x {K} by {K} x {N} in float32, measured in the same "
        "turns. What ran is what torch's profiler saw.",
    ]
    return Result("The recurrent layer", notes, rows)


def train_step(model: Any, Xs: List[Floats2d]) -> Callable[[], object]:
    """A forward pass and a backward pass.

    model (Any): An encoder.
    Xs (List[Floats2d]): One array a sequence.
    RETURNS (Callable[[], object]): Runs both.
    """

    def run() -> object:
        Ys, backprop = model(Xs, is_train=True)
        return backprop(Ys)

    return run


def _training(spacys: Any, Xs: List[Floats2d], rounds: int) -> List[Row]:
    words = sum(map(len, Xs))
    runs = {"spacy": train_step(spacys, Xs), "ours": train_step(make_encoder(OURS), Xs)}
    found = take_turns(timed(runs, at_least=0.1), rounds)
    a_word = {name: [s / words for s in seconds] for name, seconds in found.items()}
    rival = Rival(f"training: TorchBiLSTMEncoder, {words:,} words a batch", a_word["spacy"])
    name = f"training: LSTMEncoder, {words:,} words a batch"
    return [speed_row(*rival), speed_row(name, a_word["ours"], rival, target=3.5)]


def _best_batch(spacys: Any, Xs: List[Floats2d]) -> int:
    runs = {
        str(size): lambda size=size: [spacys.predict(batch) for batch in split_batches(Xs, size)]
        for size in BATCHES
    }
    found = take_turns(timed(runs), 2)
    return min(BATCHES, key=lambda size: min(found[str(size)]))


def _products() -> Dict[str, Callable[[], object]]:
    """One and the same product, by several libraries."""
    rng = numpy.random.default_rng(0)
    X, W = (rng.standard_normal(shape).astype("float32") for shape in ((B, K), (K, N)))
    X_torch, W_torch = torch.from_numpy(X), torch.from_numpy(W)
    products: Dict[str, Callable[[], object]] = {
        "numpy": lambda: X @ W,
        "torch": lambda: torch.mm(X_torch, W_torch),
    }
    if hasattr(torch.ops.mkldnn, "_reorder_linear_weight"):
        # Not public, but the one way to a product that finds its weights in oneDNN's own layout.
        packed = torch.ops.mkldnn._reorder_linear_weight(W_torch.T.contiguous(), B)
        linear = torch.ops.mkldnn._linear_pointwise
        products["oneDNN, weights packed"] = lambda: linear(X_torch, packed, None, "none", [], "")
    return products
