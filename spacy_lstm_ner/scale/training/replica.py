"""A training run on one of many workers, each with a part of the documents."""

from functools import partial
from typing import Any, Callable, Dict, Iterator, List, Tuple

from spacy.language import Language
from spacy.training import Example
from thinc.api import fix_random_seed

from ...errors import Errors
from ...training.batches import Batch
from ...training.checkpoint import Checkpoint
from ...training.random_states import CHEAP, from_json, get_states, to_json
from ...training.run import Corpus as Reader
from ...training.run import Run
from ...training.stop import Stop
from .all_reduce import AllReduce, broadcast_weights
from .collective import count, from_first, gather, gather_numbers, own_rank
from .deal import NothingLeft, deal_out, never_empty

LAST = 1 << 60  # a later epoch than any
NONE = -1  # no epoch: a worker has nothing to learn from
OWN = ("random", "marks")  # what workers have different states of


class ReplicaRun(Run):
    """A run that keeps step with those of the other workers of `torch.distributed`. All of them
    have the same weights, optimizer and progress at any time.

    A step takes two exchanges: numbers about the batch, when it is read, and the gradients.
    """

    def __init__(
        self, nlp: Language, training: Dict[str, Any], train_corpus: Reader, dev_corpus: Reader
    ) -> None:
        """Begin before the first step, with the weights of the first worker.

        nlp (Language): The initialized pipeline.
        training (Dict[str, Any]): The section of this name, resolved.
        train_corpus (Reader): What is learned from; each worker takes its part.
        dev_corpus (Reader): What is evaluated on, by the first worker.
        RAISES (ValueError): If there are weights that cannot be stored, or a worker has another
            pipeline.
        RAISES (WorkerLost): If another worker has ended; so do all other methods.
        """
        self.rank, self.n_workers = own_rank(), count()
        if not isinstance(training["optimizer"], AllReduce):
            training["optimizer"] = AllReduce(training["optimizer"])
        self._states_of_reader = from_first(partial(get_states, CHEAP))
        self._states_at_begin = dict(self._states_of_reader)
        if self.rank:
            training["logger"] = _log_nothing
            if training["seed"] is not None:  # other dropout on each worker
                fix_random_seed(training["seed"] + self.rank)
        self._stop = Stop()
        self._signal = self._n_words = 0  # what all agree on
        training["batcher"] = never_empty(training["batcher"])
        part = deal_out(train_corpus, self.rank, self.n_workers, self._states_of_reader)
        super().__init__(nlp, training, never_empty(part), dev_corpus)
        broadcast_weights(nlp, training["frozen_components"])

    def asked_to_stop(self, stop: Stop) -> bool:
        """Whether no further step is to be taken, on any worker: a signal is told to the others
        with the next batch, which is still learned from.

        stop (Stop): Where a signal is noted; it is told the one that another worker got.
        RETURNS (bool): Whether one came.
        """
        self._stop = stop
        if self._signal:
            stop.signal = self._signal
        return self._signal > 0

    def checkpoint(self) -> Checkpoint:
        """As that of any run, with the random states of all workers.

        RETURNS (Checkpoint): The same on all workers.
        """
        checkpoint = super().checkpoint()
        states = gather({name: checkpoint.state[name] for name in OWN})
        checkpoint.state.update(workers=states, reader=to_json(self._states_at_begin))
        return checkpoint

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Come to where a checkpoint was made.

        checkpoint (Checkpoint): What `checkpoint` gave in a run with as many workers, or that of a
            run of one process for a single worker.
        RAISES (CheckpointError): If the data are not the same.
        """
        state = checkpoint.state
        self._states_at_begin = from_json(state.get("reader", {}))
        self._states_of_reader.update(self._states_at_begin)
        own = state.get("workers", [{}])[self.rank]
        super().go_on_from(checkpoint._replace(state={**state, **own}))

    def _read_batches(self, corpus: Reader) -> Iterator[Batch]:
        """Batches of which all workers have as many in each epoch: those that run out of them get
        empty ones, and learn from what the others have learned."""
        batches = super()._read_batches(corpus)
        batch = _read(batches)
        while True:
            own = [batch[0], super()._count_words(batch[1]), self._stop.signal or 0]
            epochs, words, signals = zip(*gather_numbers(own))
            if NONE in epochs:
                raise ValueError(
                    Errors.NO_DOCUMENTS.format(rank=epochs.index(NONE), workers=self.n_workers)
                )
            epoch = min(epochs)
            if epoch == LAST:
                return
            self._signal = max(signals)
            self._n_words = sum(n for n, its_epoch in zip(words, epochs) if its_epoch == epoch)
            if batch[0] > epoch:
                yield epoch, []
            else:
                yield batch
                batch = _read(batches)

    def _finish_update(self) -> None:
        self.optimizer.all_reduce(self.nlp, self.training["frozen_components"], self._weights)
        super()._finish_update()

    def _count_words(self, examples: List[Example]) -> int:
        return self._n_words  # of all workers, as told when the batch was read

    def _evaluation(self) -> Callable[[], Any]:
        return partial(from_first, super()._evaluation())


def _read(batches: Iterator[Batch]) -> Batch:
    try:
        return next(batches, (LAST, []))
    except NothingLeft:
        return NONE, []


def _log_nothing(nlp: Language, *streams: Any) -> Tuple[Callable, Callable]:
    return lambda info: None, lambda: None
