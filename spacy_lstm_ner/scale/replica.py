"""A training run on one of many workers, each with a part of the documents."""

import copy
from itertools import islice
from typing import Any, Callable, Dict, Iterable, Iterator, List, Tuple

from spacy.language import Language
from spacy.training import Example
from thinc.api import fix_random_seed

from ..data.readers import Corpus
from ..errors import Errors
from ..training.batches import Batch
from ..training.checkpoint import Checkpoint, CheckpointError
from ..training.run import Corpus as Reader
from ..training.run import Run
from ..training.stop import Stop
from .all_reduce import AllReduce, AllReduceOptimizer, broadcast_weights

LAST = 1 << 60  # a later epoch than any
OWN = ("random", "marks")  # what workers have different states of


class ReplicaRun(Run):
    """A run that keeps step with those of the other workers of `torch.distributed`. All of them
    have the same weights, optimizer and progress at any time."""

    def __init__(
        self, nlp: Language, training: Dict[str, Any], train_corpus: Reader, dev_corpus: Reader
    ) -> None:
        """Begin before the first step, with the weights of the first worker.

        nlp (Language): The initialized pipeline.
        training (Dict[str, Any]): The section of this name, resolved.
        train_corpus (Reader): What is learned from; each worker takes its part.
        dev_corpus (Reader): What is evaluated on, by the first worker.
        RAISES (ValueError): If there are weights that cannot be stored.
        """
        from torch import distributed  # noqa: PLC0415

        self.rank, self.n_workers = distributed.get_rank(), distributed.get_world_size()
        if not isinstance(training["optimizer"], AllReduceOptimizer):
            training["optimizer"] = AllReduce(training["optimizer"])
        if self.rank:
            training["logger"] = _log_nothing
            if training["seed"] is not None:  # other dropout on each worker
                fix_random_seed(training["seed"] + self.rank)
        self._n_words = 0
        part = deal_out(train_corpus, self.rank, self.n_workers)
        super().__init__(nlp, training, part, dev_corpus)
        broadcast_weights(nlp, training["frozen_components"])

    def asked_to_stop(self, stop: Stop) -> bool:
        """Whether no further step is to be taken, on any worker.

        stop (Stop): Where a signal is noted; it is told the one that another worker got.
        RETURNS (bool): Whether one came.
        """
        stop.signal = _largest(stop.signal or 0) or None
        return super().asked_to_stop(stop)

    def checkpoint(self) -> Checkpoint:
        """As that of any run, with the random states of all workers.

        RETURNS (Checkpoint): The same on all workers.
        """
        from torch import distributed  # noqa: PLC0415

        checkpoint = super().checkpoint()
        states: List[Any] = [None] * self.n_workers
        distributed.all_gather_object(states, {name: checkpoint.state[name] for name in OWN})
        checkpoint.state["workers"] = states
        return checkpoint

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Come to where a checkpoint was made.

        checkpoint (Checkpoint): What `checkpoint` gave in a run with as many workers.
        RAISES (CheckpointError): If it had more or less of them, or the data are not the same.
        """
        states = checkpoint.state.get("workers", [None])
        if len(states) != self.n_workers:
            raise CheckpointError(
                Errors.CHECKPOINT_WORKERS.format(given=self.n_workers, expected=len(states))
            )
        super().go_on_from(checkpoint._replace(state={**checkpoint.state, **states[self.rank]}))

    def _read_batches(self, corpus: Reader) -> Iterator[Batch]:
        return in_step(super()._read_batches(corpus))

    def _finish_update(self) -> None:
        frozen = self.training["frozen_components"]
        self.optimizer.all_reduce(self.nlp, frozen)
        super()._finish_update()

    def _count_words(self, examples: List[Example]) -> int:
        return _sum(super()._count_words(examples))

    def _evaluation(self) -> Callable[[], Any]:
        evaluate = super()._evaluation()

        def evaluate_once() -> Tuple[float, Dict[str, Any]]:
            from torch import distributed  # noqa: PLC0415

            found = [None if self.rank else evaluate()]
            distributed.broadcast_object_list(found, src=0)
            return found[0]  # type: ignore[return-value]

        return evaluate_once


def deal_out(corpus: Reader, shard: int, n_shards: int) -> Reader:
    """A part of a corpus: document i of each pass if i % n_shards is shard. Our own reader leaves
    the others unread; of any other, they are passed by.

    corpus (Reader): The corpus.
    shard (int): Which part.
    n_shards (int): Of how many.
    RETURNS (Reader): The part.
    """
    if isinstance(corpus, Corpus) and corpus.num_shards == 1:
        part = copy.copy(corpus)
        part.shard, part.num_shards = shard, n_shards
        return part

    def read(nlp: Language) -> Iterable[Example]:
        return islice(corpus(nlp), shard, None, n_shards)

    return read


def in_step(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Batches of which all workers have as many in each epoch: those that run out of them get
    empty ones, and learn from what the others have learned.

    batches (Iterator[Batch]): What this worker has.
    YIELDS (Batch): As many as on the other workers.
    """
    batch = next(batches, None)
    while True:
        epoch = -_largest(-(LAST if batch is None else batch[0]))
        if epoch == LAST:
            return
        if batch is None or batch[0] > epoch:
            yield epoch, []
        else:
            yield batch
            batch = next(batches, None)


def _largest(number: int) -> int:
    return _reduce(number, "MAX")


def _sum(number: int) -> int:
    return _reduce(number, "SUM")


def _reduce(number: int, how: str) -> int:
    from torch import distributed, tensor  # noqa: PLC0415

    numbers = tensor([number])
    distributed.all_reduce(numbers, getattr(distributed.ReduceOp, how))
    return int(numbers[0])


def _log_nothing(nlp: Language, *streams: Any) -> Tuple[Callable, Callable]:
    return lambda info: None, lambda: None
