"""What two workers do in cases that are hard: called by `tests.scale.replicas`, on each of them."""

import json
import random
import signal
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import numpy
import spacy
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training import Example
from spacy.util import load_config_from_str, registry

from spacy_lstm_ner.scale.training import replica
from spacy_lstm_ner.scale.training import train as scale_train
from spacy_lstm_ner.scale.training.all_reduce import broadcast_weights
from spacy_lstm_ner.scale.training.collective import gather
from spacy_lstm_ner.training import folder as run_folder
from spacy_lstm_ner.training.output import OutputError
from spacy_lstm_ner.training.weights import find_weights

from ..pipeline.helpers import SMALL, make_examples
from ..training.runs import CONFIG, TRAINED_VECTORS, write_corpus

LISTENING = """
[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy.HashEmbedCNN.v2"
width = 8
depth = 1
embed_size = 50
window_size = 1
maxout_pieces = 2
subword_features = true
pretrained_vectors = null

[components.ner]
factory = "ner"

[components.frozen]
source = "{trained}"
component = "ner"
"""
LISTENER = '@architectures = "spacy.Tok2VecListener.v1"\nwidth = 8\n\n'
runs: List[replica.ReplicaRun] = []


class Noting(replica.ReplicaRun):
    """Notes itself, and what it learns from."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        runs.append(self)
        self.read: List[str] = []

    def _update(self, examples: List[Example]) -> None:
        self.read += [example.reference[-1].text for example in examples if self.progress.epoch < 1]
        super()._update(examples)


@registry.readers("scale_test_shuffled.v1")
def make_shuffled(path: str) -> Callable[[Language], Iterator[Example]]:
    def read(nlp: Language) -> Iterator[Example]:
        docs = list(DocBin().from_disk(path).get_docs(nlp.vocab))
        random.shuffle(docs)
        for doc in docs:
            yield Example(nlp.make_doc(doc.text), doc)

    return read


def write(folder: Path, rank: int, n_docs: int) -> Dict[str, Any]:
    """Corpora of a run, written by the first worker; returns their settings."""
    paths = {part: folder / f"{part}{n_docs}.spacy" for part in ("train", "dev")}
    if rank == 0:
        write_corpus(paths["train"], n_docs)
        write_corpus(paths["dev"], 4, start=100)
    gather(None)
    return {f"paths.{part}": str(path) for part, path in paths.items()}


def write_trained(folder: Path, rank: int) -> Path:
    """A pipeline with a component to freeze, written by the first worker."""
    if rank == 0:
        nlp = spacy.blank("en")
        ner = nlp.add_pipe("ner")
        for label in ("PER", "LOC"):  # else spaCy adds them where it evaluates
            ner.add_label(label)
        nlp.initialize(lambda: make_examples(nlp))
        nlp.to_disk(folder / "trained")
    gather(None)
    return folder / "trained"


def train(folder: Path, config: str, settings: Dict[str, Any]) -> Any:
    return scale_train.train_replica(
        load_config_from_str(config, overrides=settings), folder, sys.stdout
    )


def refused(work: Callable[[], Any]) -> str:
    try:
        work()
    except (OSError, ValueError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was raised"


def refuse(folder: Path, rank: int) -> None:
    """Runs that cannot begin; all workers are to be told."""
    one, ten = write(folder, rank, 1), write(folder, rank, 10)
    few, stream = ({**one, "training.max_epochs": epochs} for epochs in (0, -1))
    found = {"few": refused(lambda: train(folder / "few", CONFIG, few))}
    found["stream"] = refused(lambda: train(folder / "stream", CONFIG, stream))
    oversize = {"training.batcher.discard_oversize": True, "training.batcher.size": 3}
    found["oversize"] = refused(lambda: train(folder / "oversize", CONFIG, {**ten, **oversize}))
    (folder / "damaged" / "checkpoint").mkdir(parents=True, exist_ok=True)
    (folder / "damaged" / "checkpoint" / "state.json").write_text("{}")
    found["damaged"] = refused(lambda: train(folder / "damaged", CONFIG, ten))
    labelled = "\n[initialize]\n\n[initialize.components]\n\n[initialize.components.lstm_ner]\n"
    labelled += f'labels = ["L{rank}"]\n'
    found["labels"] = refused(lambda: train(folder / "labels", CONFIG + labelled, ten))
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={"model": {**SMALL["model"], "width": 16 + 2 * rank}})
    nlp.initialize(lambda: make_examples(nlp))
    found["sizes"] = refused(lambda: broadcast_weights(nlp))
    nlp = spacy.blank("en")
    words = {"@architectures": "spacy-lstm-ner.WordIds.v1", "width": 8}
    nlp.add_pipe("lstm_ner", config={"model": {**SMALL["model"], "tok2vec": words}})
    nlp.get_pipe("lstm_ner").add_label("PER")
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc(f"word{rank}"), {"entities": []})])
    found["words"] = refused(lambda: broadcast_weights(nlp))
    (folder / f"refused-{rank}.json").write_text(json.dumps(found))


def keep_step(folder: Path, rank: int) -> None:
    """Runs with all that a config may hold; notes what they end with."""
    scale_train.ReplicaRun = Noting  # type: ignore[misc]
    found = {}

    def note(name: str, config: str, **settings: Any) -> None:
        ended = train(folder / name, config, {**paths, **settings})
        run = runs[-1]
        arrays = {name: weight.get() for name, weight in find_weights(run.nlp, []).items()}
        found[name] = {
            "ended": ended,
            "step": run.progress.step,
            "epoch": run.progress.epoch,
            "words": run.progress.words,
            "weights": float(sum(numpy.abs(array).sum() for array in arrays.values())),
            "read": run.read,
        }
        first, other = gather({key: numpy.array(array) for key, array in arrays.items()})
        unlike = [key for key in first if not numpy.array_equal(first[key], other[key])]
        assert not unlike, (name, unlike)

    paths = write(folder, rank, 21)
    config = CONFIG.replace('["lstm_ner"]', '["tok2vec", "lstm_ner", "ner", "frozen"]')
    parts = LISTENING.format(trained=write_trained(folder, rank))
    config = config.replace("[components]\n", f"[components]\n{parts}")
    begin = config.index("[components.lstm_ner.model.tok2vec]\n")
    begin = config.index("@arch", begin)
    config = config[:begin] + LISTENER + config[config.index("[corpora]") :]
    frozen = 'max_steps = 13\naccumulate_gradient = 3\nfrozen_components = ["frozen"]'
    note("mixed", config.replace("max_steps = 13", frozen))
    note("epochs", CONFIG, **{"training.max_epochs": 2, "training.max_steps": 0})
    note("stream", CONFIG, **{"training.max_epochs": -1, "training.patience": 10})
    shuffled = CONFIG.replace("spacy.Corpus.v1", "scale_test_shuffled.v1", 1)
    note("shuffled", shuffled, **{"training.batcher.size": 20, "training.max_steps": 14})
    note("vectors", CONFIG.replace("[corpora]\n", TRAINED_VECTORS))
    update = Noting._update

    def signalled(run: Noting, examples: List[Example]) -> None:
        if rank == 1 and run.progress.step == 4:
            signal.raise_signal(signal.SIGTERM)
        update(run, examples)

    Noting._update = signalled  # type: ignore[method-assign]
    note("signal", CONFIG)
    (folder / f"kept-{rank}.json").write_text(json.dumps(found))


def lose(folder: Path, rank: int) -> None:
    """The second worker fails in a step; notes what each one raises."""
    paths = write(folder, rank, 20)
    update = replica.ReplicaRun._update

    def fail(run: Any, examples: List[Example]) -> None:
        if rank == 1 and run.progress.step == 7:
            raise ValueError("the loss is not finite")
        update(run, examples)

    replica.ReplicaRun._update = fail  # type: ignore[method-assign]
    found = refused(lambda: train(folder / "lost", CONFIG, paths))
    (folder / f"lost-{rank}.txt").write_text(found)


def fill_disk(folder: Path, rank: int) -> None:
    """The disk of the first worker is full at its second checkpoint."""
    paths = write(folder, rank, 20)
    write_checkpoint, written = run_folder.write_checkpoint, []

    def write_once(*args: Any) -> None:
        written.append(args)
        if len(written) == 2:
            raise OutputError("no space left")
        write_checkpoint(*args)

    run_folder.write_checkpoint = write_once
    found = refused(lambda: train(folder / "full", CONFIG, paths))
    (folder / f"full-{rank}.txt").write_text(found)
