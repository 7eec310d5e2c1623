"""A training run in memory: the steps of `spacy train`, and all that they leave behind."""

from timeit import default_timer as timer
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional

from spacy.language import Language
from spacy.training import Example
from spacy.training.loop import create_evaluation_callback, create_train_batches, subdivide_batch

from ..errors import Errors
from .batches import Batch, Batches
from .checkpoint import Checkpoint, CheckpointError
from .progress import Progress
from .random_states import all_sources, from_json, get_states, reseed, set_states, to_json
from .stop import Stop
from .weights import find_weights, trained_pipes, weights_from_arrays, weights_to_arrays

Corpus = Callable[[Language], Iterable[Example]]


class Step(NamedTuple):
    """What was done in a step.

    info (Dict[str, Any]): What spaCy tells loggers.
    is_best (Optional[bool]): Whether the evaluation gave the best score so far; None: there was
        none.
    """

    info: Dict[str, Any]
    is_best: Optional[bool]


class Run:
    """A pipeline that is trained step by step. It follows `spacy.training.loop`: the same calls in
    the same order, which end with the same weights, bit by bit."""

    def __init__(
        self, nlp: Language, training: Dict[str, Any], train_corpus: Corpus, dev_corpus: Corpus
    ) -> None:
        """Begin before the first step.

        nlp (Language): The initialized pipeline.
        training (Dict[str, Any]): The section of this name, resolved.
        train_corpus (Corpus): What is learned from.
        dev_corpus (Corpus): What is evaluated on.
        RAISES (ValueError): If there are weights that cannot be stored.
        """
        self.nlp = nlp
        self.training = training
        self.optimizer = training["optimizer"]
        self.progress = Progress()
        self._dev_corpus = dev_corpus
        self._weights = find_weights(nlp, training["frozen_components"])
        self._batches = Batches(self._read_batches(train_corpus))
        self._evaluate = self._evaluation()
        self._started = timer()

    def step(self) -> Optional[Step]:
        """Take a step.

        RETURNS (Optional[Step]): What was done; None if the data have come to their end.
        """
        progress = self.progress
        batch = self._batches.read()
        if batch is None:
            progress.ended = self.training["max_epochs"]
            return None
        progress.epoch, examples = batch
        progress.step += 1
        self._before_update()
        self._update(examples)
        self.optimizer.step_schedules()
        score, scores, is_best = None, None, None
        if progress.step % self.training["eval_frequency"] == 0:
            with self.nlp.use_params(self.optimizer.averages):
                score, scores = self._evaluate()
            progress.results.append((score, progress.step))
            progress.score_now(scores)
            is_best = score == max(progress.results)[0]
        progress.words += self._count_words(examples)
        progress.seconds += timer() - self._started
        self._started = timer()
        info = {
            "epoch": progress.epoch,
            "step": progress.step,
            "score": score,
            "other_scores": scores,
            "losses": progress.losses,
            "checkpoints": progress.results,
            "seconds": int(progress.seconds),
            "words": progress.words,
        }
        return Step(info, is_best)

    def checkpoint(self) -> Checkpoint:
        """Everything that the steps to come depend on, between two steps.

        RETURNS (Checkpoint): Its arrays may share memory with the weights.
        """
        self.progress.performance = self.nlp.meta["performance"]
        steps = self.optimizer.nr_update
        state = {
            "progress": self.progress.to_json(),
            "steps": {
                name: steps[weight.key]
                for name, weight in self._weights.items()
                if weight.key in steps
            },
            "radam": self.optimizer._radam_buffer,
            "random": to_json(get_states(all_sources())),
            "marks": {str(at): to_json(states) for at, states in self._batches.marks.items()},
            "strings": list(self.nlp.vocab.strings),
        }
        return Checkpoint(state, weights_to_arrays(self._weights, self.optimizer))

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Come to where a checkpoint was made. The batches so far are read again, which leads
        readers, augmenters, batchers and schedules through their states; nothing is computed.

        checkpoint (Checkpoint): What `checkpoint` gave in a run that began the same way.
        RAISES (CheckpointError): If the data are not the same.
        RAISES (WeightsError): If the weights do not fit.
        """
        state = checkpoint.state
        marks = {int(at): from_json(states) for at, states in state["marks"].items()}
        self._batches.marks = marks
        wanted = Progress.from_json(state["progress"])
        while self.progress.step < wanted.step:
            batch = self._batches.read_again()
            if batch is None:
                break
            self.progress.epoch, examples = batch
            self.progress.step += 1
            self.progress.words += self._count_words(examples)
            self._before_update()
            self.optimizer.step_schedules()
        if self.progress.words != wanted.words:
            raise CheckpointError(
                Errors.DATA_DIFFER.format(
                    given=self.progress.words, expected=wanted.words, steps=wanted.step + 1
                )
            )
        self.progress = wanted
        self._load(checkpoint)
        self._evaluate = self._evaluation()
        self._started = timer()

    def _load(self, checkpoint: Checkpoint) -> None:
        state = checkpoint.state
        weights_from_arrays(self._weights, self.optimizer, checkpoint.arrays)
        for name, steps in state["steps"].items():
            self.optimizer.nr_update[self._weights[name].key] = steps
        self.optimizer._radam_buffer = state["radam"]
        for string in state["strings"]:
            self.nlp.vocab.strings.add(string)
        self.nlp.meta["performance"] = self.progress.performance
        reseed(self.progress.step)
        set_states(from_json(state["random"]))

    def asked_to_stop(self, stop: Stop) -> bool:
        """Whether no further step is to be taken.

        stop (Stop): Where a signal is noted.
        RETURNS (bool): Whether one came.
        """
        return stop.signal is not None

    def _read_batches(self, corpus: Corpus) -> Iterator[Batch]:
        training = self.training
        return create_train_batches(self.nlp, corpus, training["batcher"], training["max_epochs"])

    def _count_words(self, examples: List[Example]) -> int:
        return sum(len(example) for example in examples)

    def _before_update(self) -> None:
        if self.training["before_update"]:
            where = {"step": self.progress.step, "epoch": self.progress.epoch}
            self.training["before_update"](self.nlp, where)

    def _update(self, examples: List[Example]) -> None:
        frozen = self.training["frozen_components"]
        for part in subdivide_batch(examples, self.training["accumulate_gradient"]):
            self.nlp.update(
                part,
                drop=self.training["dropout"],
                losses=self.progress.losses,
                sgd=False,  # type: ignore[arg-type]
                exclude=frozen,
                annotates=self.training["annotating_components"],
            )
        self._finish_update()

    def _finish_update(self) -> None:
        for _, pipe in trained_pipes(self.nlp, self.training["frozen_components"]):
            pipe.finish_update(self.optimizer)

    def _evaluation(self) -> Callable[[], Any]:
        weights, scored = self.training["score_weights"], self.progress.scored
        if scored is not None:
            weights = {name: weight for name, weight in weights.items() if name in scored}
        return create_evaluation_callback(self.nlp, self._dev_corpus, weights)
