"""Two workers of torch.distributed without Ray: `python -m tests.scale.replicas WORK FOLDER`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy
import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import load_config
from thinc.api import Adam, fix_random_seed

from spacy_lstm_ner.scale.training import replica
from spacy_lstm_ner.scale.training.all_reduce import AllReduce, broadcast_weights
from spacy_lstm_ner.scale.training.train import train_replica
from spacy_lstm_ner.training.weights import find_weights

from ..pipeline.helpers import SMALL, TRAIN, make_examples
from ..test_registry import ROOT
from .hard_cases import fill_disk, keep_step, lose, refuse

TAGGER: Dict[str, Any] = {
    "model": {
        "@architectures": "spacy.Tagger.v2",
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "width": 8,
            "depth": 1,
            "embed_size": 50,
            "window_size": 1,
            "maxout_pieces": 2,
            "subword_features": True,
            "pretrained_vectors": None,
        },
    }
}
SPLITS = [slice(0, 3), slice(0, 6)]  # of the batch: the first worker's part, others have the rest


def run_two(work: str, folder: Path, seconds: int = 150) -> List[str]:
    """Two workers that do the same work; returns what they printed."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.scale.replicas", work, str(folder)],
            cwd=ROOT,
            env={**os.environ, "RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        printed = [process.communicate(timeout=seconds)[0] for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [0, 0], "\n".join(printed)
    return printed


def make_batch() -> Tuple[Language, List[Example]]:
    """A pipeline of ours and spaCy's with a limit on the norm, and six documents."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={**SMALL, "max_grad_norm": 0.01})
    nlp.add_pipe("tagger", config=TAGGER)
    examples = make_examples(nlp, [*TRAIN, ("Uber", [(0, 4, "ORG")]), ("", [])])
    for example in examples:
        tags = ["A" if token.i % 2 else "B" for token in example.reference]
        example.reference.set_ents(example.reference.ents, default="outside")
        for token, tag in zip(example.reference, tags):
            token.tag_ = tag
    nlp.initialize(lambda: examples)
    return nlp, examples


def learn(nlp: Language, examples: List[Example]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """Gradients and, after a step, weights."""
    optimizer = AllReduce(Adam(0.01, grad_clip=0.0))
    nlp.update(examples, sgd=False, drop=0.0)
    optimizer.all_reduce(nlp)
    weights = find_weights(nlp, [])
    gradients = {name: numpy.array(weight.get_grad()) for name, weight in weights.items()}
    for _, pipe in nlp.pipeline:
        pipe.finish_update(optimizer)
    return gradients, {name: numpy.array(weight.get()) for name, weight in weights.items()}


def compare_gradients(folder: Path, rank: int) -> None:
    for number, split in enumerate(SPLITS):
        nlp, examples = make_batch()
        for weight in find_weights(nlp, []).values():
            weight.set(weight.get() + rank)
        broadcast_weights(nlp)
        mine = examples[split] if rank == 0 else examples[split.stop :]
        gradients, weights = learn(nlp, mine)
        numpy.savez(folder / f"gradients{number}-{rank}.npz", **gradients)
        numpy.savez(folder / f"weights{number}-{rank}.npz", **weights)


def train(folder: Path, rank: int) -> None:
    """A whole run, and one in three parts that are as long together; notes what was read."""
    read: List[str] = []
    update = replica.ReplicaRun._update

    def note(run: Any, examples: List[Example]) -> None:
        texts = [example.reference[-1].text for example in examples]
        read.append(f"{run.progress.epoch} {run.progress.step} {' '.join(texts)}")
        update(run, examples)

    replica.ReplicaRun._update = note  # type: ignore[method-assign]
    for output, steps in [("whole", [12]), ("parts", [3, 7, 12])]:
        for n_steps in steps:
            config = load_config(folder / "config.cfg", {"training.max_steps": n_steps})
            train_replica(config, folder / output, sys.stdout)
        (folder / f"{output}-{rank}.txt").write_text("\n".join(read))
        read.clear()


def main(work: str, folder: Path) -> None:
    from torch import distributed  # noqa: PLC0415

    rank = int(os.environ["RANK"])
    store = f"file://{folder / 'store'}"
    distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=2)
    works = {"gradients": compare_gradients, "train": train}
    works.update(refuse=refuse, keep_step=keep_step, lose=lose, fill_disk=fill_disk)
    works[work](folder, rank)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
