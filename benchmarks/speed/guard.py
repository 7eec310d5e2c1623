"""Fail when a kernel has become slow, or another one than promised has taken its place.

    make guard

Ratios of rivals that take turns in one process, with wide margins: what a busy machine does to one
of them it does to the other. A ratio below its floor is measured again before it counts.
"""

import platform
import sys
from typing import Any, Callable, Dict, List, NamedTuple

import torch

from .cases import crf, recurrent
from .encoders import OURS as ENCODER
from .encoders import SPACY, make_encoder, make_inputs, runs_onednn
from .models import OURS, STOCK, Pipeline
from .pairing import ratios, seconds_of, spread_of, take_turns, timed
from .point import Words, untrained
from .texts import sentence_lengths

ROUNDS = 5


class Check(NamedTuple):
    """A ratio that must not fall.

    name (str): What is compared.
    measure (Callable[[], float]): Gives the ratio.
    floor (float): Well below what `make bench` measures on a quiet machine.
    """

    name: str
    measure: Callable[[], float]
    floor: float


def main() -> None:
    """Print all checks; exit with 1 if one of them fails."""
    torch.set_num_threads(1)
    failed = kernel_problems(make_encoder(ENCODER))
    failed += embedding_problems(untrained(OURS, labels=4))
    for check in CHECKS:
        found = check.measure()
        again = found < check.floor
        if again:
            found = check.measure()
        said = f"{check.name}: {found:.1f} times as fast, has to be {check.floor:.1f}"
        print(said + (" (second try)" if again else ""), flush=True)
        failed += [said] if found < check.floor else []
    if failed:
        sys.exit("\n".join(["The guard of speed found:", *failed]))
    print("The guard of speed found nothing.")


def kernel_problems(encoder: Any) -> List[str]:
    """Whether an encoder is computed by what the setting "auto" promises on this machine: torch's
    fused primitive where torch has it. A silent fallback gives the same numbers, so torch is asked
    what it ran.

    encoder (Any): An encoder that was left the choice.
    RETURNS (List[str]): What is wrong.
    """
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    promised = is_x86 and torch.backends.mkldnn.is_available()
    ran = runs_onednn(encoder, make_inputs([17]))
    names = {True: "oneDNN's recurrent primitive", False: "numpy"}
    print(f'kernel "auto": {names[promised]} promised, {names[ran]} ran', flush=True)
    if promised == ran:
        return []
    return [f'kernel "auto" promises {names[promised]} here, but {names[ran]} ran']


def embedding_problems(nlp: Any) -> List[str]:
    """Whether each distinct word is embedded once, and kept for the batches that follow.

    nlp (Any): An untrained pipeline of ours.
    RETURNS (List[str]): What is wrong.
    """
    model = nlp.get_pipe(OURS.component).model
    (embedding,) = [node for node in model.walk() if node.name == "once_per_word"]
    counts: List[int] = []
    _count_words(embedding.layers[0], counts)
    words = Words(50)
    passes = []
    for _ in range(2):
        counts.clear()
        model.predict([words.doc(nlp, 20) for _ in range(50)])
        passes.append(sum(counts))
    said = f"{passes[0]} words of 50 distinct ones were embedded, then {passes[1]} of the same"
    print(f"embedding: {said}", flush=True)
    return [] if passes == [50, 0] else [said]


def _count_words(layer: Any, counts: List[int]) -> None:
    """Let a layer note how many words it is given."""
    forward = layer._func

    def counted(model: Any, words: Any, is_train: bool) -> Any:
        counts.append(len(words.keys))
        return forward(model, words, is_train)

    layer._func = counted


def _ratio(runs: Dict[str, Callable[[], float]], rounds: int = ROUNDS) -> float:
    """How many times as long the first takes as the second."""
    rival, ours = take_turns(runs, rounds).values()
    return spread_of(ratios(rival, ours)).median


def _prediction() -> float:
    Xs = make_inputs(sentence_lengths(recurrent.SENTENCES))
    models = {name: make_encoder(name) for name in (SPACY, ENCODER)}
    return _ratio(timed({n: lambda m=m: m.predict(Xs) for n, m in models.items()}), rounds=3)


def _training() -> float:
    Xs = make_inputs(sentence_lengths(recurrent.TRAINING_SENTENCES))
    models = {name: make_encoder(name) for name in (SPACY, ENCODER)}
    runs = {name: recurrent.train_step(model, Xs) for name, model in models.items()}
    return _ratio(timed(runs, at_least=0.1))


def _crf(n_labels: int, kernel: str) -> float:
    batch, small = crf.make_batch(n_labels, 300), crf.make_batch(n_labels, 50)
    ours, usual = crf.kernels(batch, small)[kernel]
    times = _ratio(timed({"usual": usual, "ours": ours}, at_least=0.05))
    return times * batch.words / small.words


def _component() -> float:
    words = Words(3000)

    def run_of(pipeline: Pipeline) -> Callable[[], float]:
        nlp = untrained(pipeline, labels=8)

        def run() -> float:
            docs = [words.doc(nlp, 20) for _ in range(200)]
            return seconds_of(lambda: list(nlp.pipe(docs)))

        run()
        return run

    return _ratio({pipeline.name: run_of(pipeline) for pipeline in (STOCK, OURS)})


CHECKS = (
    Check("recurrent layer, prediction, beside TorchBiLSTMEncoder", _prediction, 6.0),
    Check("recurrent layer, training, beside TorchBiLSTMEncoder", _training, 2.1),
    Check("CRF loss, 17 tags, beside padded torch", lambda: _crf(4, "loss and gradient"), 18.0),
    Check("CRF loss, 73 tags, beside padded torch", lambda: _crf(18, "loss and gradient"), 25.0),
    Check("Viterbi, 17 tags, beside padded torch", lambda: _crf(4, "Viterbi"), 4.0),
    Check("Viterbi, 73 tags, beside padded torch", lambda: _crf(18, "Viterbi"), 6.0),
    Check("component, Docs to entities, beside stock", _component, 5.0),
)


if __name__ == "__main__":
    main()
