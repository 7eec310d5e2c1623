"""An optimizer that takes the steps of many workers as one."""

from typing import Any, Dict, List, Literal, Sequence, Tuple

import numpy
from spacy.language import Language
from thinc.api import Optimizer
from thinc.backends import get_array_ops
from thinc.optimizers import KeyT

from ..training.weights import Weight, find_weights, trained_pipes
from ..types import Floats1d, FloatsXd


def AllReduce(optimizer: Optimizer, reduce: Literal["sum", "mean"] = "sum") -> Optimizer:
    """An optimizer whose gradients are those of all workers of `torch.distributed`. Without other
    workers it is the optimizer that it is given.

    optimizer (Optimizer): Takes the steps.
    reduce (Literal["sum", "mean"]): Whether gradients are added up or averaged. A sum is that of
        one worker with the whole batch where the loss is a sum over the batch, as it is in
        `lstm_ner` and in most components of spaCy.
    RETURNS (Optimizer): The optimizer.
    """
    return AllReduceOptimizer(optimizer, reduce)


class AllReduceOptimizer(Optimizer):
    """An optimizer around another one, which holds all the state. A step is one exchange of one
    buffer: call `all_reduce` between the last `nlp.update` and the first `finish_update`.
    """

    def __init__(self, optimizer: Optimizer, reduce: str) -> None:
        """Wrap an optimizer.

        optimizer (Optimizer): Takes the steps.
        reduce (str): "sum" or "mean".
        """
        self.__dict__.update(inner=optimizer, reduce=reduce)

    def __getattr__(self, name: str) -> Any:
        # thinc's own attributes are slots, which are empty here.
        if name in ("inner", "reduce"):
            raise AttributeError(name)
        return getattr(self.inner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.inner, name, value)

    def __call__(
        self, key: KeyT, weights: FloatsXd, gradient: FloatsXd, *, lr_scale: float = 1.0
    ) -> Tuple[FloatsXd, FloatsXd]:
        """Take a step, as the inner optimizer does."""
        return self.inner(key, weights, gradient, lr_scale=lr_scale)

    def step_schedules(self) -> None:
        """Go on in the schedules."""
        self.inner.step_schedules()

    def all_reduce(self, nlp: Language, frozen: Sequence[str] = ()) -> None:
        """Give all workers the same gradients: theirs together. A weight that has a gradient on
        one of them has it on all afterwards.

        nlp (Language): The pipeline, the same on all workers.
        frozen (Sequence[str]): Components that do not learn.
        """
        if not _has_others():
            return
        weights = find_weights(nlp, list(frozen))
        counted = [pipe for _, pipe in trained_pipes(nlp, list(frozen)) if _counts_words(pipe)]
        gradients = {name: weight.get_grad() for name, weight in weights.items()}
        numbers = [float(gradient is not None) for gradient in gradients.values()]
        numbers += [pipe.words_since_step for pipe in counted]
        parts = [_or_zero(gradients[name], weight) for name, weight in weights.items()]
        buffer = _flatten([*parts, numpy.array(numbers, dtype="float32")])
        _sum_over_workers(buffer)
        at = len(buffer) - len(numbers)
        share = 1.0 if self.reduce == "sum" else 1.0 / _n_workers()
        has_gradient = buffer[at : at + len(weights)] > 0
        for pipe, words in zip(counted, buffer[at + len(weights) :]):
            pipe.words_since_step = float(words) * share
        buffer[:at] *= share
        for (name, weight), part, has in zip(
            weights.items(), _parts(buffer, weights), has_gradient
        ):
            gradient = gradients[name]
            if gradient is not None:
                gradient[...] = get_array_ops(gradient).asarray(part)
            elif has:
                weight.set_grad(get_array_ops(weight.get()).asarray(part.copy()))


def broadcast_weights(nlp: Language, frozen: Sequence[str] = ()) -> None:
    """Give all workers the weights of the first one.

    nlp (Language): The pipeline, with weights of the same shapes on all workers.
    frozen (Sequence[str]): Components that do not learn; theirs stay.
    """
    from torch import distributed, from_numpy  # noqa: PLC0415

    if not _has_others():
        return
    weights = find_weights(nlp, list(frozen))
    buffer = _flatten([weight.get() for weight in weights.values()])
    distributed.broadcast(from_numpy(buffer), src=0)
    for weight, part in zip(weights.values(), _parts(buffer, weights)):
        value = weight.get()
        weight.set(get_array_ops(value).asarray(part.astype(value.dtype)))


def _has_others() -> bool:
    from torch import distributed  # noqa: PLC0415

    return distributed.is_available() and distributed.is_initialized() and _n_workers() > 1


def _n_workers() -> int:
    from torch import distributed  # noqa: PLC0415

    return distributed.get_world_size()


def _sum_over_workers(buffer: Floats1d) -> None:
    from torch import distributed, from_numpy  # noqa: PLC0415

    distributed.all_reduce(from_numpy(buffer))


def _counts_words(pipe: Any) -> bool:
    """Whether the length of its step depends on how many words the gradient is a sum over."""
    return hasattr(pipe, "words_since_step")


def _or_zero(gradient: Any, weight: Weight) -> FloatsXd:
    return numpy.zeros(weight.get().shape, dtype="float32") if gradient is None else gradient


def _flatten(arrays: List[FloatsXd]) -> Floats1d:
    flat = [get_array_ops(array).to_numpy(array).reshape(-1) for array in arrays]
    return numpy.concatenate(flat)


def _parts(buffer: Floats1d, weights: Dict[str, Weight]) -> List[FloatsXd]:
    parts, at = [], 0
    for weight in weights.values():
        shape = weight.get().shape
        size = int(numpy.prod(shape))
        parts.append(buffer[at : at + size].reshape(shape))
        at += size
    return parts
