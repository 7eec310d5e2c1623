"""The task of chapter 1: read a symbol, then T blanks, then name the symbol.

python docs/lab/remember.py --lengths 10,30,100 --output docs/lab/figures
"""

import argparse
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
    "lstm": {"cell": "lstm"},
    "lstm, forget bias 2": {"cell": "lstm", "forget_bias": 2.0},
}
SYMBOLS, WIDTH, BATCH, STEPS = 8, 32, 32, 400
JUDGED = 20  # batches that accuracy is the mean of; when all of them are right, training ends


def train(T: int, seed: int, settings: Dict[str, Any]) -> float:
    """Train one layer; return its accuracy on the last batches, each before it was learned from."""
    fix_random_seed(seed)
    rng = numpy.random.RandomState(seed)
    layer, read_out = Recurrent(WIDTH, SYMBOLS + 1, **settings), Linear(SYMBOLS, WIDTH)
    layer.initialize()
    read_out.initialize()
    optimizer = Adam(0.003, grad_clip=1.0)
    layout = pack_layout(numpy, [1 + T] * BATCH)  # T blanks after the symbol
    right: List[float] = []
    while len(right) < STEPS and sum(right[-JUDGED:]) < JUDGED:
        symbols = rng.randint(SYMBOLS, size=BATCH)
        X = numpy.zeros(((1 + T) * BATCH, SYMBOLS + 1), dtype="f")
        X[numpy.arange(BATCH), symbols] = 1
        X[BATCH:, SYMBOLS] = 1  # the blank
        Yp, backprop = layer(Packed(X, layout), True)
        scores, backprop_read_out = read_out(Yp.data[-BATCH:], True)
        P = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        right.append(float((P.argmax(axis=1) == symbols).mean()))
        P[numpy.arange(BATCH), symbols] -= 1  # the gradient of softmax and cross-entropy
        dY = numpy.zeros_like(Yp.data)
        dY[-BATCH:] = backprop_read_out(P / BATCH)
        backprop(Packed(dY, layout))
        for model in (layer, read_out):
            model.finish_update(optimizer)
    return sum(right[-JUDGED:]) / JUDGED


def draw(figure: Any, lengths: List[int], means: Dict[str, List[float]]) -> None:
    axes = figure.add_subplot()
    for i, (name, values) in enumerate(means.items()):
        look = {"color": COLOURS[i], "linestyle": DASHES[i % 4], "marker": MARKERS[i]}
        axes.plot(lengths, values, label=name, **look)
    axes.axhline(1 / SYMBOLS, color="#777777", linewidth=0.8)
    axes.text(lengths[0], 1 / SYMBOLS + 0.01, "guessing", va="bottom", fontsize=9)
    axes.set(xscale="log", xticks=lengths, xticklabels=lengths, ylim=(0, 1.04))
    axes.set(xlabel="T, blanks between symbol and question", ylabel="accuracy")
    axes.minorticks_off()
    legend_above(axes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS))
    parser.add_argument("--lengths", type=lambda text: [int(T) for T in text.split(",")])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="folder for remember.svg and remember.json")
    args = parser.parse_args()
    lengths = args.lengths or [10, 30, 100]
    found: Dict[str, Dict[int, List[float]]] = {}
    print("accuracy: mean (each seed)", *(f"T = {T}" for T in lengths), sep=" | ")
    for name in args.cells:
        found[name] = {T: [train(T, s, CELLS[name]) for s in range(args.seeds)] for T in lengths}
        cells = (
            f"{numpy.mean(a):.2f} ({' '.join(f'{x:.2f}' for x in a)})" for a in found[name].values()
        )
        print(name, *cells, sep=" | ", flush=True)
    if args.output:
        args.output.mkdir(parents=True, exist_ok=True)
        srsly.write_json(args.output / "remember.json", found)
        means = {n: [float(numpy.mean(a)) for a in by_T.values()] for n, by_T in found.items()}
        title = "Accuracy against the time to remember"
        svg = draw_svg(6.5, 4.6, title, lambda figure: draw(figure, lengths, means))
        (args.output / "remember.svg").write_bytes(svg)


if __name__ == "__main__":
    main()
