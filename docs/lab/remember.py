"""The task of chapter 1: name the first of T symbols when the last one has been read.

python docs/lab/remember.py --output docs/lab/figures
"""

import argparse
import math
from pathlib import Path
from typing import Any, Dict, List

import numpy
import srsly
from thinc.api import Adam, fix_random_seed

from spacy_lstm_ner.diagnostics.plots import COLOURS, DASHES, MARKERS, draw_svg, legend_above
from spacy_lstm_ner.layers.linear import Linear
from spacy_lstm_ner.layers.recurrent import Recurrent
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.types import Packed

CELLS: Dict[str, Dict[str, Any]] = {
    "rnn, Glorot": {"cell": "rnn", "recurrent_init": "glorot"},
    "rnn, orthogonal": {"cell": "rnn"},
    "irnn": {"cell": "irnn"},
    "gru": {"cell": "gru"},
    "lstm, forget bias 1": {"cell": "lstm"},
    "lstm, forget bias ln T": {"cell": "lstm", "forget_bias": "ln T"},
}
CLASSES, DISTRACTORS, WIDTH, BATCH, STEPS = 4, 4, 32, 32, 200
JUDGED = 10  # batches, at the end, that accuracy is the mean of


def train(T: int, seed: int, learn_rate: float, settings: Dict[str, Any]) -> float:
    """Train one layer; return its accuracy on the last batches, each before it was learned from."""
    if settings.get("forget_bias") == "ln T":
        settings = {**settings, "forget_bias": math.log(T)}
    fix_random_seed(seed)
    rng = numpy.random.RandomState(seed)
    layer = Recurrent(WIDTH, CLASSES + DISTRACTORS, **settings)
    read_out = Linear(CLASSES, WIDTH)
    layer.initialize()
    read_out.initialize()
    optimizer = Adam(learn_rate, L2=0.0, grad_clip=1.0)
    layout = pack_layout(numpy, [T] * BATCH)  # rows: all first symbols, all second ones …
    right: List[float] = []
    for _ in range(STEPS):
        symbols = CLASSES + rng.randint(DISTRACTORS, size=(T, BATCH))
        symbols[0] = rng.randint(CLASSES, size=BATCH)
        X = numpy.eye(CLASSES + DISTRACTORS, dtype="f")[symbols.ravel()]
        Yp, backprop = layer(Packed(X, layout), True)
        scores, backprop_read_out = read_out(Yp.data[-BATCH:], True)
        right.append(float((scores.argmax(axis=1) == symbols[0]).mean()))
        P = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        P[numpy.arange(BATCH), symbols[0]] -= 1  # now the gradient of the cross entropy
        dY = numpy.zeros_like(Yp.data)
        dY[-BATCH:] = backprop_read_out(P / BATCH)
        backprop(Packed(dY, layout))
        for model in (layer, read_out):
            model.finish_update(optimizer)
    return sum(right[-JUDGED:]) / JUDGED


def draw(figure: Any, lengths: List[int], means: Dict[str, List[float]]) -> None:
    axes = figure.add_subplot()
    for i, (name, values) in enumerate(means.items()):
        look = {"color": COLOURS[i], "linestyle": DASHES[i % len(DASHES)], "marker": MARKERS[i]}
        axes.plot(lengths, values, label=name, **look)
    axes.axhline(1 / CLASSES, color="#777777", linewidth=0.8)
    axes.text(lengths[0], 1 / CLASSES - 0.02, "guessing", va="top", fontsize=9)
    axes.set(xscale="log", xticks=lengths, xticklabels=lengths, ylim=(0, 1.04))
    axes.set(xlabel="T, symbols read", ylabel="first symbol named (share)")
    axes.minorticks_off()
    legend_above(axes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS))
    parser.add_argument("--lengths", nargs="+", type=int, default=[10, 30, 100])
    parser.add_argument("--learn-rate", type=float, default=0.001)
    parser.add_argument("--seeds", type=int, default=3, help="how many, from 0 on")
    parser.add_argument("--output", type=Path, help="folder for remember.svg and remember.json")
    args = parser.parse_args()
    found: Dict[str, Dict[int, List[float]]] = {}
    print(f"{'mean, lowest':24}", *(f"{f'T = {T}':>12}" for T in args.lengths))
    for name in args.cells:
        found[name] = {
            T: [train(T, seed, args.learn_rate, CELLS[name]) for seed in range(args.seeds)]
            for T in args.lengths
        }
        shown = (f"{numpy.mean(a):6.2f} {min(a):5.2f}" for a in found[name].values())
        print(f"{name:24}", *shown, flush=True)
    if args.output:
        args.output.mkdir(parents=True, exist_ok=True)
        srsly.write_json(args.output / "remember.json", found)
        means = {
            name: [float(numpy.mean(a)) for a in by_T.values()] for name, by_T in found.items()
        }
        title = "The first of T symbols, named after the last"
        svg = draw_svg(6.5, 4.8, title, lambda figure: draw(figure, args.lengths, means))
        (args.output / "remember.svg").write_bytes(svg)


if __name__ == "__main__":
    main()
