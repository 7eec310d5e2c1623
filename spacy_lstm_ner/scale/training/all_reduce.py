"""An optimizer that takes the steps of many workers as one."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy
from spacy.language import Language
from thinc.api import Optimizer
from thinc.backends import get_array_ops
from thinc.optimizers import KeyT

from ...training.weights import Weight, find_weights, trained_pipes
from ...types import Floats1d, FloatsXd
from .alike import check_alike
from .collective import add_up, from_first, has_others


class AllReduce(Optimizer):
    """An optimizer whose gradients are those of all workers of `torch.distributed`, added up. That
    is the gradient of one worker with the whole batch where the loss is a sum over the batch, as it
    is in `lstm_ner` and in spaCy's components. Without other workers it is the optimizer inside,
    which holds all the state.

    A step is one exchange of one buffer: call `all_reduce` between the last `nlp.update` and the
    first `finish_update`.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        """Make `spacy-lstm-ner.AllReduce.v1` from its config.

        optimizer (Optimizer): Takes the steps.
        """
        self.__dict__.update(inner=optimizer)

    def __getattr__(self, name: str) -> Any:
        # thinc's own attributes are slots, which are empty here.
        if name == "inner":
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

    def all_reduce(
        self,
        nlp: Language,
        frozen: Sequence[str] = (),
        weights: Optional[Dict[str, Weight]] = None,
    ) -> None:
        """Give all workers the same gradients: theirs together. A weight that has a gradient on
        one of them has it on all afterwards.

        nlp (Language): The pipeline, the same on all workers.
        frozen (Sequence[str]): Components that do not learn.
        weights (Optional[Dict[str, Weight]]): What `find_weights` gives, if it is at hand.
        RAISES (WorkerLost): If another worker has ended.
        """
        if not has_others():
            return
        if weights is None:
            weights = find_weights(nlp, list(frozen))
        learned = {name: weight for name, weight in weights.items() if weight.learns()}
        counted = [pipe for _, pipe in trained_pipes(nlp, list(frozen)) if _counts_words(pipe)]
        gradients = {name: weight.get_grad() for name, weight in learned.items()}
        numbers = [float(gradient is not None) for gradient in gradients.values()]
        numbers += [pipe.words_since_step for pipe in counted]
        parts = [_or_zero(gradients[name], weight) for name, weight in learned.items()]
        buffer = _flatten([*parts, numpy.array(numbers)])
        add_up(buffer)
        at = len(buffer) - len(numbers)
        has_gradient = buffer[at : at + len(learned)] > 0
        for pipe, words in zip(counted, buffer[at + len(learned) :]):
            pipe.words_since_step = float(words)
        for (name, weight), part, has in zip(
            learned.items(), _parts(buffer, learned), has_gradient
        ):
            gradient = gradients[name]
            if gradient is not None:
                gradient[...] = get_array_ops(gradient).asarray(part)
            elif has:
                weight.set_grad(get_array_ops(weight.get()).asarray(part.copy()))


def broadcast_weights(nlp: Language, frozen: Sequence[str] = ()) -> None:
    """Give all workers the weights of the first one.

    nlp (Language): The pipeline.
    frozen (Sequence[str]): Components that do not learn; theirs stay.
    RAISES (ValueError): If a worker has another pipeline: other labels, or weights of other shapes.
    RAISES (WorkerLost): If another worker has ended.
    """
    if not has_others():
        return
    weights = find_weights(nlp, list(frozen))
    check_alike(nlp, weights)
    own = {name: weight.get() for name, weight in weights.items()}
    values = {name: get_array_ops(value).to_numpy(value) for name, value in own.items()}
    for name, value in from_first(lambda: values).items():
        weights[name].set(get_array_ops(weights[name].get()).asarray(value))


def _counts_words(pipe: Any) -> bool:
    """Whether the length of its step depends on how many words the gradient is a sum over."""
    return hasattr(pipe, "words_since_step")


def _or_zero(gradient: Any, weight: Weight) -> FloatsXd:
    return numpy.zeros(weight.get().shape, dtype="float32") if gradient is None else gradient


def _flatten(arrays: List[FloatsXd]) -> Floats1d:
    flat = [get_array_ops(array).to_numpy(array).reshape(-1) for array in arrays]
    return numpy.concatenate(flat, dtype="float32", casting="same_kind")


def _parts(buffer: Floats1d, weights: Dict[str, Weight]) -> List[FloatsXd]:
    parts, at = [], 0
    for weight in weights.values():
        shape = weight.get().shape
        size = int(numpy.prod(shape))
        parts.append(buffer[at : at + size].reshape(shape))
        at += size
    return parts
