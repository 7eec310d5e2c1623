"""The trained pipelines that are compared. They are trained when they are first wanted."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import numpy
import spacy
import srsly
from spacy.vectors import Vectors

from .results import Plan
from .texts import ROOT

BUILD = ROOT / "build" / "speed"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Pipeline:
    """One contender.

    name (str): Its short name.
    title (str): Its name in tables.
    config (Path): Its training config.
    component (str): The component that finds entities.
    has_vectors (bool): Whether it reads static vectors.
    most_steps (int): A limit on its training even when all is run: for pipelines whose speed
        matters here, but not their score. 0: none.
    """

    name: str
    title: str
    config: Path
    component: str = "ner"
    has_vectors: bool = False
    most_steps: int = 0


OURS = Pipeline("efficiency", "lstm_ner efficiency", ROOT / "configs/efficiency.cfg", "lstm_ner")
STOCK = Pipeline(
    "stock_efficiency",
    "stock efficiency",
    ROOT / "benchmarks/accuracy/configs/stock_efficiency.cfg",
)
STOCK_BILSTM = Pipeline(
    "stock_bilstm",
    "stock, TorchBiLSTMEncoder",
    HERE / "configs/stock_bilstm.cfg",
    most_steps=300,
)
STOCK_ACCURACY = Pipeline(
    "stock_accuracy",
    "stock accuracy",
    HERE / "configs/stock_accuracy.cfg",
    has_vectors=True,
    most_steps=50,
)
OURS_ACCURACY = Pipeline(
    "accuracy",
    "lstm_ner accuracy",
    ROOT / "configs/accuracy.cfg",
    "lstm_ner",
    most_steps=300,
)
QUICK_STEPS = 60
ALL: Dict[str, Pipeline] = {
    pipeline.name: pipeline
    for pipeline in (OURS, STOCK, STOCK_BILSTM, STOCK_ACCURACY, OURS_ACCURACY)
}


def trained(pipeline: Pipeline, plan: Plan, *, seed: int = -1) -> Path:
    """The folder of a trained pipeline; it is trained in a process of its own if there is none. A
    quick plan takes what a full one has left, or trains for a few steps.

    pipeline (Pipeline): What to train.
    plan (Plan): Whether to train to the end.
    seed (int): The seed; -1: the plan's first.
    RETURNS (Path): A folder for `spacy.load`.
    """
    seed = plan.seeds[0] if seed < 0 else seed
    folders = {kind: BUILD / kind / f"{pipeline.name}-{seed}" for kind in ("full", "quick")}
    for folder in (folders["full"], folders["quick"])[: plan.pick(2, 1)]:
        if (folder / "done.json").exists():
            return folder / "model-best"
    kind = plan.pick("quick", "full")
    command = ["benchmarks.speed.train", pipeline.name, str(folders[kind]), "--seed", str(seed)]
    steps = plan.pick(QUICK_STEPS, pipeline.most_steps)
    if steps:
        command += ["--steps", str(steps)]
    subprocess.run([sys.executable, "-m", *command], check=True, cwd=ROOT)
    return folders[kind] / "model-best"


def corpus() -> Tuple[Path, Path]:
    """The train and dev part of the project's corpus in spaCy's format.

    RETURNS (Tuple[Path, Path]): Both files, made if they are not there.
    """
    folder = BUILD / "corpus"
    paths = folder / "train.spacy", folder / "dev.spacy"
    for path in paths:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            source = ROOT / "corpus" / f"{path.stem}.jsonl"
            convert = ["spacy", "lstm-ner", "convert", str(source), str(path)]
            subprocess.run([sys.executable, "-m", *convert], check=True, stdout=subprocess.DEVNULL)
    return paths


def random_vectors() -> Path:
    """A pipeline with a table of random vectors for the words of the corpus: as wide as those that
    one downloads, and looked up as fast.

    RETURNS (Path): Its folder.
    """
    folder = BUILD / "vectors"
    if not folder.exists():
        nlp = spacy.blank("en")
        words: List[str] = sorted(
            {
                token.text
                for part in ("train", "dev", "test")
                for record in srsly.read_jsonl(ROOT / "corpus" / f"{part}.jsonl")
                for token in nlp.make_doc(record["text"])
            }
        )
        data = numpy.random.default_rng(0).standard_normal((len(words), 300)).astype("float32")
        keys = [nlp.vocab.strings.add(word) for word in words]
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=keys)
        nlp.to_disk(folder)
    return folder
