"""One point of a growth curve, in a process of its own: its peak of memory is nobody else's.

python -m benchmarks.speed.point efficiency --docs 1000 --length 20 --labels 8 --vocabulary 5000
"""

import gc
import json
import resource
import statistics
import sys
import time
from typing import Annotated, Any, Iterator, List

import numpy
import spacy
import torch
import typer
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from .models import ALL, Pipeline

SHORT = 30_000  # words up to which the median of three passes is taken
LETTERS = list("abcdefghijklmnopqrstuvwxyz")


def main(
    name: Annotated[str, typer.Argument(help="Which pipeline.")],
    docs: Annotated[int, typer.Option(help="Documents, all in one batch.")],
    length: Annotated[int, typer.Option(help="Tokens of each.")],
    labels: Annotated[int, typer.Option(help="Labels.")],
    vocabulary: Annotated[int, typer.Option(help="Distinct words to draw from.")],
) -> None:
    """Print seconds and megabytes of a prediction as JSON."""
    torch.set_num_threads(1)
    nlp = untrained(ALL[name], labels)
    words = Words(vocabulary)
    list(nlp.pipe([words.doc(nlp, 5)]))  # loads what is loaded late
    passes = 3 if docs * length <= SHORT else 1
    batches = [[words.doc(nlp, length) for _ in range(docs)] for _ in range(passes)]
    gc.collect()
    seconds, before = [], _peak_megabytes()
    for batch in batches:
        begin = time.perf_counter()
        for _ in nlp.pipe(batch, batch_size=docs):
            pass
        seconds.append(time.perf_counter() - begin)
    megabytes = _peak_megabytes() - before
    print(json.dumps({"seconds": statistics.median(seconds), "megabytes": megabytes}))


class Words:
    """Draws documents of made-up words.

    vocabulary (int): How many distinct words there are, all equally likely.
    """

    def __init__(self, vocabulary: int) -> None:
        self.rng = numpy.random.default_rng(0)
        self.words = list(self._made_up(vocabulary))

    def doc(self, nlp: Language, length: int) -> Doc:
        """A Doc of so many tokens."""
        picks = self.rng.integers(0, len(self.words), length).tolist()
        return Doc(nlp.vocab, words=[self.words[pick] for pick in picks])

    def _made_up(self, count: int) -> Iterator[str]:
        for index in range(count):
            yield "".join(self.rng.choice(LETTERS, 4)) + str(index)


def untrained(pipeline: Pipeline, labels: int) -> Language:
    """A pipeline as its config has it, with random weights.

    pipeline (Pipeline): Which one.
    labels (int): How many labels it has.
    RETURNS (Language): Ready to predict.
    """
    config = spacy.util.load_config(pipeline.config)
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    doc: Any = nlp.make_doc("one two three four")
    examples: List[Example] = []
    for index in range(labels):
        gold = doc.copy()
        gold.ents = [Span(gold, 1, 3, label=f"L{index}")]
        examples.append(Example(doc.copy(), gold))
    nlp.initialize(lambda: examples)
    return nlp


def _peak_megabytes() -> float:
    """The most memory that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    typer.run(main)
