"""Many documents, many corrupted files, and a tally of what came of them."""

import traceback
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Callable, List, Sequence

import spacy
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .components import Trained
from .docs import check_prediction, check_update, odd_docs, odd_examples
from .files import corrupt, outcome, pack, seal, write

DOCS_AT_ONCE = 16
WAYS_TO_LOAD = ("disk", "bytes", "sealed")


class Tally:
    """What came of the cases, and what nobody expected."""

    def __init__(self) -> None:
        self.outcomes: Counter = Counter()
        self.failures: List[str] = []

    def fail(self, case: str) -> None:
        self.failures.append(f"{case}\n{traceback.format_exc()}")


def fuzz_docs(
    pipelines: Sequence[Trained],
    n_docs: int,
    *,
    seed: int,
    beat: Callable[[], Any] = lambda: None,
) -> Tally:
    """Predict on odd documents, learn from them, and check what must hold.

    pipelines (Sequence[Trained]): Whose components are tried in turn.
    n_docs (int): At least so many documents, empty ones not counted.
    seed (int): Decides about all documents.
    beat (Callable): Called before each batch.
    RETURNS (Tally): Documents by kind, and failures.
    """
    tally, batches, size = Tally(), 0, min(50, 1 + n_docs // DOCS_AT_ONCE)
    while tally.outcomes["documents"] < n_docs:
        batches += 1
        _fuzz_docs(pipelines[batches % len(pipelines)], size, seed + batches, tally, beat, n_docs)
    return tally


def _fuzz_docs(
    trained: Trained, n_examples: int, number: int, tally: Tally, beat: Any, n_docs: int
) -> None:
    @seed(number)
    @settings(
        max_examples=n_examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # to make a failing batch smaller would take minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: Any) -> None:
        fewest = data.draw(st.sampled_from([0, *[DOCS_AT_ONCE // 2] * 7]))
        batches = st.lists(odd_docs(trained.nlp), min_size=fewest, max_size=DOCS_AT_ONCE)
        docs = data.draw(batches)
        examples = [data.draw(odd_examples(trained.nlp, doc)) for doc in docs]
        if tally.outcomes["documents"] >= n_docs:
            return
        beat()
        tally.outcomes["documents"] += sum(len(doc) > 0 for doc in docs)
        tally.outcomes["empty documents"] += sum(len(doc) == 0 for doc in docs)
        tally.outcomes["tokens"] += sum(map(len, docs))
        tally.outcomes["preset entities"] += sum(len(doc.ents) for doc in docs)
        component = trained.reset()
        try:
            check_prediction(component, docs)
            check_update(trained, examples)
        except Exception:
            tally.fail(f"documents {[[token.text for token in doc] for doc in docs]!r}")

    run()


def fuzz_files(
    trained: Trained,
    n_cases: int,
    folder: Path,
    rng: Random,
    *,
    load_pipelines: bool = False,
    beat: Callable[[], Any] = lambda: None,
) -> Tally:
    """Load corrupted copies of a component's files.

    Files whose digests were made to fit the damage may be refused, or load as another model;
    others must be refused, unless the damage changes nothing.

    trained (Trained): Whose component is damaged.
    n_cases (int): Corrupted copies.
    folder (Path): Where they are written.
    rng (Random): Decides about all damage.
    load_pipelines (bool): Load each with the pipeline around it, by `spacy.load`.
    beat (Callable): Called before each case.
    RETURNS (Tally): Cases by outcome, and failures.
    """
    tally = Tally()
    trained.reset()
    trained.nlp.to_disk(folder / "pipeline")
    place = folder / "pipeline" / trained.component.name
    whole = {path.name: path.read_bytes() for path in sorted(place.iterdir())}
    for case in range(n_cases):
        beat()
        how = "pipeline" if load_pipelines else WAYS_TO_LOAD[case % len(WAYS_TO_LOAD)]
        files = corrupt(rng, whole)
        if how == "sealed":
            files = seal(files)
        if how == "bytes":
            load = partial(trained.fresh().from_bytes, pack(rng, files))
        elif how == "pipeline":
            write(place, files)
            load = partial(_load_pipeline, folder / "pipeline", trained)
        else:
            write(folder / "damaged", files)
            load = partial(trained.fresh().from_disk, folder / "damaged", exclude=["vocab"])
        found = outcome(load, trained.answers, trained.expected)
        tally.outcomes[f"{how}: {found.partition(':')[0]}"] += 1
        # Nothing tells a part or a digest that was left out on purpose from one that was lost.
        may_differ = how == "sealed" or whole.keys() - files.keys()
        if found.startswith("unexplained") or (found.startswith("other") and not may_differ):
            tally.failures.append(f"case {case}, {how}: {found}")
    return tally


def _load_pipeline(path: Path, trained: Trained) -> Any:
    return spacy.load(path, vocab=trained.nlp.vocab).get_pipe(trained.component.name)
