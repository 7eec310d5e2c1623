"""Small training runs, and what they leave behind."""

import hashlib
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional, Sequence

import numpy
import pytest
import spacy
from spacy.cli._util import app
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import registry
from spacy.vectors import Vectors
from typer.testing import CliRunner, Result

import spacy_lstm_ner.cli  # noqa: F401  (adds itself to spaCy's app)
from spacy_lstm_ner.training.run import Run, Step

WORDS = [
    "Ann",
    "saw",
    "Rome",
    "and",
    "Paris",
    "with",
    "Bob",
    "in",
    "May",
    ",",
    "though",
    "Acme",
    "Corp.",
    "fell",
    "there",
]
ENTS = {"Ann": "PER", "Bob": "PER", "Rome": "LOC", "Paris": "LOC"}

CONFIG = """
[paths]
train = null
dev = null
log = null

[system]
seed = 1

[nlp]
lang = "en"
pipeline = ["lstm_ner"]
batch_size = 8

[components]

[components.lstm_ner]
factory = "lstm_ner"

[components.lstm_ner.model]
@architectures = "spacy-lstm-ner.LSTMTagger.v1"
width = 12
depth = 1

[components.lstm_ner.model.tok2vec]
@architectures = "spacy-lstm-ner.WordEmbed.v1"
width = 8
attrs = ["NORM", "SHAPE"]
rows = [50, 50]

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${paths.train}

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${paths.dev}

[training]
seed = ${system.seed}
gpu_allocator = null
dropout = 0.2
max_steps = 13
eval_frequency = 5
patience = 0

[training.batcher]
@batchers = "spacy.batch_by_words.v1"
size = 60

[training.logger]
@loggers = "spacy-lstm-ner.TrainingLogger.v1"
path = ${paths.log}

[training.optimizer]
@optimizers = "spacy-lstm-ner.Adam.v1"

[training.optimizer.learn_rate]
@schedules = "warmup_linear.v1"
initial_rate = 0.01
warmup_steps = 5
total_steps = 40
"""
# The vectors of some words are trained on.
TRAINED_VECTORS = """
[components.lstm_ner.model.tok2vec.vectors]

[components.lstm_ner.model.tok2vec.vectors.own]
@architectures = "spacy-lstm-ner.StaticVectors.v1"
trained_words = 7

[initialize]

[initialize.before_init]
@callbacks = "test_vectors"

[corpora]
"""


@registry.callbacks("test_vectors")
def make_vectors() -> Callable[[Language], None]:
    def set_vectors(nlp: Language) -> None:
        data = numpy.random.RandomState(0).normal(size=(len(WORDS), 4)).astype("float32")
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=WORDS)

    return set_vectors


def write_corpus(path: Path, n_docs: int, start: int = 0) -> None:
    """Sentences of shifted words; each has other ones."""
    nlp, docs = spacy.blank("en"), []
    for number in range(start, start + n_docs):
        words = [WORDS[(number * 3 + i * (1 + number % 4)) % len(WORDS)] for i in range(9)]
        doc = Doc(nlp.vocab, words=[*words, f"word{number}"])
        ents = [Span(doc, i, i + 1, ENTS[word]) for i, word in enumerate(words) if word in ENTS]
        doc.set_ents(ents, default="outside")
        docs.append(doc)
    DocBin(docs=docs).to_disk(path)


def write_run(folder: Path, config: str = CONFIG) -> List[str]:
    """A config and its corpora in a folder; returns the arguments of `train` but the output."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.cfg").write_text(config, encoding="utf8")
    write_corpus(folder / "train.spacy", 40)
    write_corpus(folder / "dev.spacy", 8, start=100)
    paths = [f"--paths.{part}={folder / part}.spacy" for part in ("train", "dev")]
    return [str(folder / "config.cfg"), *paths]


def train(*args: object) -> Result:
    """`spacy lstm-ner train`."""
    return CliRunner().invoke(app, ["lstm-ner", "train", *map(str, args)])


def spacy_train(*args: object) -> Result:
    """`spacy train`."""
    return CliRunner().invoke(app, ["train", *map(str, args)])


def digests(output: Path) -> Dict[str, str]:
    """Every file of the two models."""
    return {
        str(path.relative_to(output)): hashlib.sha256(path.read_bytes()).hexdigest()
        for model in ("model-best", "model-last")
        for path in sorted((output / model).rglob("*"))
        if path.is_file()
    }


@contextmanager
def stop_in_step(number: int, kind: int = signal.SIGTERM) -> Iterator[None]:
    """Send this process a signal in the midst of a run, at the begin of a step."""
    step = Run.step

    def step_with_signal(run: Run) -> Optional[Step]:
        if run.progress.step + 1 == number:
            signal.raise_signal(kind)
        return step(run)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "step", step_with_signal)
        yield


def train_in_parts(args: List[str], output: Path, stops: Sequence[int]) -> str:
    """A run that is stopped in some steps and goes on each time; returns what was printed."""
    printed = ""
    for number in stops:
        with stop_in_step(number):
            result = train(*args, "-o", output, "--resume")
        assert result.exit_code == 128 + signal.SIGTERM, result.output
        printed += result.output
    result = train(*args, "-o", output, "--resume")
    assert result.exit_code == 0, result.output
    return printed + result.output
