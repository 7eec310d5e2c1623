"""Learn a new label from a few documents, and see what is left of the others.

    python -m benchmarks.rehearsal.run corpus/almanac --seeds 0,1,2 --test

A pipeline is trained without one label (`--label`), then updated with documents in which only that
label is annotated, in several ways. Writes one JSON file a seed and component; ways that are in
it already are skipped, and a file of other settings is refused. Without `--test`, scores are those
on dev.
"""

from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Callable, Dict, List, Sequence

import spacy
import srsly
import typer
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import minibatch
from thinc.api import fix_random_seed

from spacy_lstm_ner.training.rehearse import Rehearsal

from ..accuracy.pipelines import hash_settings, train_once
from ..speed.environment import describe
from .held_out import Parts, declared, hold_out, unknown, without

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"
CONFIGS = {
    "lstm_ner": ROOT / "configs" / "efficiency.cfg",
    "ner": ROOT / "benchmarks" / "accuracy" / "configs" / "stock_efficiency.cfg",
}
BATCH, LEARN_RATE, N_NEW = 4, 0.001, 100
Update = Callable[[List[Example], List[Doc]], Any]


def read(path: Path) -> List[Doc]:
    """RETURNS (List[Doc]): The documents of a .spacy file."""
    return list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


def train_without(
    component: str,
    corpus: Path,
    old: Sequence[Doc],
    label: str,
    seed: int,
    steps: int,
    output: Path,
) -> Path:
    """Train a pipeline that does not know a label, unless it is there.

    component (str): "lstm_ner" or "ner".
    corpus (Path): Folder with dev.spacy.
    old (Sequence[Doc]): Training documents without the label.
    label (str): The label.
    seed (int): The seed.
    steps (int): Training steps.
    output (Path): The pipeline's folder.
    RETURNS (Path): The trained pipeline.
    """
    config, settings = CONFIGS[component], {"training.max_steps": steps, "training.patience": 0}
    settings_hash = hash_settings(config, settings, None)
    with TemporaryDirectory() as folder:
        for name, docs in (("train", old), ("dev", without(read(corpus / "dev.spacy"), label))):
            path = Path(folder) / f"{name}.spacy"
            DocBin(docs=docs).to_disk(path)
            settings[f"paths.{name}"] = str(path)
        train_once(config, output, {**settings, "system.seed": seed}, settings_hash)
    return output / "model-best"


def score(nlp: Language, docs: Sequence[Doc], label: str) -> Dict[str, float]:
    """F1 of the label and of all others, in percent.

    nlp (Language): The pipeline.
    docs (Sequence[Doc]): Full annotation.
    label (str): The label.
    RETURNS (Dict[str, float]): Under "new" and "old".
    """
    counts = {"new": [0, 0, 0], "old": [0, 0, 0]}
    texts = [Doc(nlp.vocab, [t.text for t in d], [bool(t.whitespace_) for t in d]) for d in docs]
    for gold, found in zip(docs, nlp.pipe(texts)):
        spans = [{(e.label_, e.start, e.end) for e in doc.ents} for doc in (gold, found)]
        for name, tally in counts.items():
            want, have = ({s for s in one if (s[0] == label) == (name == "new")} for one in spans)
            for i, number in enumerate((len(want & have), len(want), len(have))):
                tally[i] += number
    return {name: round(200 * tp / max(n + m, 1), 2) for name, (tp, n, m) in counts.items()}


def ways_of(component: str) -> Dict[str, Callable[[Language], Update]]:
    """The ways of updating that are compared: each makes an update of a pipeline.

    component (str): "lstm_ner" or "ner".
    RETURNS (Dict[str, Callable[[Language], Update]]): By name.
    """
    if component == "ner":
        return {
            "naive": naive,
            "nlp.rehearse": stock_rehearsal,
            "missing": naive,
            "missing + nlp.rehearse": stock_rehearsal,
        }
    ways: Dict[str, Callable[[Language], Update]] = {"naive": naive, "declared": naive}
    for weight in (0.3, 1.0):
        for way in ("rehearsal", "both"):
            ways[f"{way}, weight {weight}"] = partial(rehearsal, weight)
    return ways


def naive(nlp: Language) -> Update:
    """Update on the new documents alone."""
    optimizer = nlp.resume_training()
    optimizer.learn_rate = LEARN_RATE
    drop = nlp.config["training"]["dropout"]
    return lambda examples, texts: nlp.update(examples, sgd=optimizer, drop=drop)


def stock_rehearsal(nlp: Language) -> Update:
    """A step of spaCy's `nlp.rehearse` after each update, as in its documentation."""
    optimizer = nlp.resume_training()
    optimizer.learn_rate = LEARN_RATE
    drop = nlp.config["training"]["dropout"]

    def update(examples: List[Example], texts: List[Doc]) -> None:
        nlp.update(examples, sgd=optimizer, drop=drop)
        nlp.rehearse([Example(nlp.make_doc(doc.text), doc) for doc in texts], sgd=optimizer)

    return update


def rehearsal(weight: float, nlp: Language) -> Update:
    """Steps that learn and rehearse at once."""
    both = Rehearsal(nlp)
    both.optimizer.learn_rate = LEARN_RATE
    drop = nlp.config["training"]["dropout"]
    settings = {"lstm_ner": {"weight": weight}}
    return lambda examples, texts: both.update(examples, texts, drop=drop, component_cfg=settings)


def learn(
    pipeline: Path, way: str, component: str, parts: Parts, label: str, seed: int, epochs: int
) -> Language:
    """Teach a trained pipeline the label.

    pipeline (Path): The pipeline.
    way (str): How, a name from `ways_of`.
    component (str): "lstm_ner" or "ner".
    parts (Parts): The new documents are learned from, the texts of the old ones are rehearsed.
    label (str): The label.
    seed (int): Seed of the order and of dropout.
    epochs (int): Passes over the new documents.
    RETURNS (Language): The updated pipeline.
    """
    fix_random_seed(seed)
    nlp = spacy.load(pipeline)
    if "tok2vec" in nlp.pipe_names:  # nlp.rehearse fails with listeners
        nlp.replace_listeners("tok2vec", component, ["model.tok2vec"])
        nlp.remove_pipe("tok2vec")
    update = ways_of(component)[way](nlp)
    nlp.get_pipe(component).add_label(label)
    new = parts.new
    if way.startswith(("declared", "both")):
        new = declared(new, label)
    elif way.startswith("missing"):
        new = unknown(new)
    order = Random(seed)
    for _ in range(epochs):
        for batch in minibatch(order.sample(new, len(new)), BATCH):
            examples = [Example(nlp.make_doc(doc.text), doc) for doc in batch]
            update(examples, order.sample(parts.old, BATCH))
    return nlp


def run(
    component: str,
    corpus: Path,
    label: str,
    seed: int,
    steps: int,
    epochs: int,
    kept: Path,
    test: bool,
    results: Path,
) -> Dict[str, Any]:
    """All ways with one seed, but those that have been run before.

    component (str): "lstm_ner" or "ner".
    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    label (str): The label that comes later.
    seed (int): The seed.
    steps (int): Steps of the first training.
    epochs (int): Passes over the new documents.
    kept (Path): Folder of first pipelines, made where they are missing.
    test (bool): Look at the test part, not at dev.
    results (Path): Folder of the JSON file, which is written after each way.
    RETURNS (Dict[str, Any]): Scores before and after, and what was run.
    RAISES (ValueError): If the file that is there is of other settings.
    """
    part = "test" if test else "dev"
    settings = {
        "component": component,
        "corpus": corpus.name,
        "label": label,
        "part": part,
        "seed": seed,
        "steps": steps,
        "epochs": epochs,
        "batch": BATCH,
        "learn_rate": LEARN_RATE,
        "new_docs": N_NEW,
    }
    path = results / f"{corpus.name}-{label}-{component}-{part}-{seed}.json"
    found = begin_or_go_on(path, settings)
    scores = found["scores"]
    ways = [way for way in ("before", *ways_of(component)) if way not in scores]
    if not ways:
        return found
    parts = hold_out(read(corpus / "train.spacy"), label, N_NEW, seed)
    output = kept / f"{corpus.name}-{label}-{component}-{seed}"
    pipeline = train_without(component, corpus, parts.old, label, seed, steps, output)
    gold = read(corpus / f"{part}.spacy")
    for way in ways:
        nlp = (
            spacy.load(pipeline)
            if way == "before"
            else learn(pipeline, way, component, parts, label, seed, epochs)
        )
        scores[way] = score(nlp, gold, label)
        srsly.write_json(path, found)
        print(component, seed, way, scores[way], flush=True)
    return found


def begin_or_go_on(path: Path, settings: Dict[str, Any]) -> Dict[str, Any]:
    """What stands in a file of results, or what a new one begins with.

    path (Path): The file.
    settings (Dict[str, Any]): What the run at hand is to have.
    RETURNS (Dict[str, Any]): The settings, the environment, and scores by way of updating.
    RAISES (ValueError): If the file is of other settings.
    """
    if not path.exists():
        return {**settings, "environment": describe(), "scores": {}}
    found: Dict[str, Any] = srsly.read_json(path)
    others = [f"{k} {found.get(k)!r}, not {v!r}" for k, v in settings.items() if found.get(k) != v]
    if others:
        raise ValueError(
            f"{path} was made with {'; '.join(others)}. Give this run a folder of its own "
            "(--results), or remove what is there."
        )
    return found


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder with {train,dev,test}.spacy.")],
    label: Annotated[str, typer.Option(help="Label that comes later.")] = "ORG",
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between them.")] = "0",
    components: Annotated[str, typer.Option(help="Which to run.")] = ",".join(CONFIGS),
    steps: Annotated[int, typer.Option(help="Steps of the first training.")] = 1000,
    epochs: Annotated[int, typer.Option(help="Passes over the new documents.")] = 6,
    test: Annotated[bool, typer.Option("--test", help="Score the test part, not dev.")] = False,
    kept: Annotated[Path, typer.Option(help="Where first pipelines are kept.")] = Path("training"),
    results: Annotated[Path, typer.Option(help="Where the JSON files go.")] = RESULTS,
) -> None:
    """Train, update and write one JSON file a seed and component."""
    results.mkdir(parents=True, exist_ok=True)
    for seed in map(int, seeds.split(",")):
        for component in components.split(","):
            found = run(component, corpus, label, seed, steps, epochs, kept, test, results)
            print(component, seed, found["scores"])


if __name__ == "__main__":
    typer.run(main)
