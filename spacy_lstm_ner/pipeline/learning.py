"""How `lstm_ner` learns: its labels, its loss and its steps."""

import math
import warnings
from itertools import islice
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple

import numpy
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Model, Optimizer, set_dropout_rate

from ..errors import Errors, Warnings
from ..evaluation.most_frequent_tags import TagCounts
from ..tags.constraints import scheme_constraints
from ..tags.tagset import TagSet
from ..tags.tally import Doubts
from ..types import Bools2d, Constraints, GradientWatch, TagScores
from .clip import clip_gradient, count_clipped, drop_gradient
from .divergence import is_finite, not_finite_message
from .listeners import release
from .loss import LossSettings, check_examples, doubt_warnings, ner_loss


class CRFLearner(TrainablePipe):
    """A trainable pipe around a tagger: all of `LSTMNer` but prediction.

    A logger that wants to know about gradients sets `watch`. Who adds gradients of other workers
    adds to `words_since_step` too: the words that the gradient is a sum over, those of rehearsal
    times their weight.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[List[Doc], TagScores],
        name: str,
        cfg: Dict[str, Any],
        max_grad_norm: Optional[float],
        loss: Optional[LossSettings] = None,
    ) -> None:
        """Hold the parts. See `LSTMNer` for the arguments.

        cfg (Dict[str, Any]): What is stored beside the weights; it has the keys "labels",
            "tag_scheme" and "constrained".
        RAISES (ValueError): If max_grad_norm is not above 0, or negative spans are to be learned
            with tags that are not constrained.
        """
        if max_grad_norm is not None and max_grad_norm <= 0:
            raise ValueError(Errors.MAX_GRAD_NORM.format(value=max_grad_norm))
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg = cfg
        self.max_grad_norm = max_grad_norm
        self.loss_settings = LossSettings() if loss is None else loss
        if self.loss_settings.incorrect_spans_key is not None:
            self.tagset.check_constrained()
        self.watch: Optional[GradientWatch] = None
        self.words_since_step: float = 0
        self._has_learned = False  # since the last step; rehearsal is no learning
        self._warned: Set[str] = set()

    @property
    def labels(self) -> Tuple[str, ...]:
        """The labels, in the order of their tags."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> Tuple[str, ...]:
        """What `spacy init labels` writes and `initialize` takes."""
        return self.labels

    @property
    def tagset(self) -> TagSet:
        """The tags of the labels."""
        return TagSet(self.labels, self.cfg["tag_scheme"], self.cfg["constrained"])

    def add_label(self, label: str) -> int:
        """Add a label; what has been learned about the others stays. A trained component does not
        predict it before the next step of training: till then, all else is as if it were not there.

        label (str): The label.
        RETURNS (int): 1 if it is new, 0 if it is there already.
        RAISES (ValueError): If it is no string, or the model cannot take more tags.
        """
        if not isinstance(label, str) or not label:
            raise ValueError(Errors.LABEL_TYPE.format(label=label, type=type(label).__name__))
        if label in self.labels:
            return 0
        want = len(self.tagset) + len(self.tagset.prefixes)
        is_small = bool(self.model.has_dim("nO")) and self.model.get_dim("nO") < want
        if is_small and not self.is_resizable:
            raise ValueError(Errors.NOT_RESIZABLE.format(name=self.name, label=label))
        self.vocab.strings.add(label)
        self.cfg["labels"].append(label)
        if is_small:
            self.model.attrs["resize_output"](self.model, want)
            self.cfg["untrained_labels"].append(label)
        return 1

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Optional[Language] = None,
        labels: Optional[Sequence[str]] = None,
    ) -> None:
        """Collect the labels, and give the model its shape and first weights. A layer that has to
        see all of the data for that, not a few Docs, has an attribute `read_training_docs`, a
        function of the layer and of all Docs.

        get_examples (Callable[[], Iterable[Example]]): The training data.
        nlp (Optional[Language]): The pipeline that this component is part of.
        labels (Optional[Sequence[str]]): The labels, as `spacy init labels` writes them. None:
            all labels in the examples, in alphabetical order; all examples are read then:
            entities that cannot be learned are reported, and the most frequent tag of each word
            is kept for the scorer. With labels, the examples may be endless, and it is not known.
        RAISES (ValueError): If there is no example, or no label.
        """
        if callable(get_examples) and not any(True for _ in islice(get_examples(), 1)):
            raise ValueError(Errors.NO_EXAMPLES.format(name=self.name))
        validate_get_examples(get_examples, "LSTMNer.initialize")
        self.cfg["most_frequent_tags"] = None
        if labels is None:
            found: Set[str] = set()
            tag_counts = TagCounts()
            for example in get_examples():
                found.update(ent.label_ for ent in example.reference.ents)
                tag_counts.add(example.reference)
            self.cfg["most_frequent_tags"] = tag_counts.most_frequent()
            for label in sorted(found):
                self.add_label(label)
            self._report(check_examples(get_examples(), self.tagset, self.loss_settings))
        for label in labels or []:
            self.add_label(label)
        if not self.labels:
            raise ValueError(Errors.NO_LABELS.format(name=self.name))
        self.cfg["untrained_labels"] = []  # all of them begin with random weights
        if self.is_resizable:
            self.model.attrs["resize_output"](self.model, len(self.tagset))
        for layer in self.model.walk():
            if "read_training_docs" in layer.attrs:
                docs = (eg.predicted for eg in get_examples())
                layer.attrs["read_training_docs"](layer, docs)
        sample = islice((eg.predicted for eg in get_examples() if len(eg.predicted)), 10)
        self.model.initialize(X=list(sample))

    def get_loss(self, examples: Iterable[Example], scores: TagScores) -> Tuple[float, TagScores]:
        """The negative log-likelihood of what is known, and its gradient. See `ner_loss`.

        examples (Iterable[Example]): The batch.
        scores (TagScores): What the model gave for the predicted Docs.
        RETURNS (Tuple[float, TagScores]): The loss, summed over the batch, and its gradient.
        RAISES (ValueError): If the loss is not finite.
        """
        loss, d_scores, _ = self._loss(examples, scores)
        return loss, d_scores

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optional[Optimizer] = None,
        losses: Optional[Dict[str, float]] = None,
    ) -> Dict[str, float]:
        """Learn from a batch. Without an optimizer, gradients are added up and no step is taken.

        A batch without any annotation gives a gradient of zero and is passed back all the same:
        a shared tok2vec waits for the last of its listeners.

        examples (Iterable[Example]): The batch.
        drop (float): The dropout rate.
        sgd (Optional[Optimizer]): The optimizer.
        losses (Optional[Dict[str, float]]): Losses by component, added to.
        RETURNS (Dict[str, float]): The losses.
        RAISES (ValueError): If scores or loss are not finite; the batch is saved then.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "LSTMNer.update")
        docs = [example.predicted for example in examples]
        if not any(map(len, docs)):  # a shared transformer hands on nothing for them
            return losses
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update(docs)
        if not is_finite(scores):
            raise ValueError(not_finite_message(self.name, self.model, examples))
        loss, d_scores, doubts = self._loss(examples, scores)
        if not math.isfinite(loss):
            raise ValueError(not_finite_message(self.name, self.model, examples))
        self._report(doubts)
        backprop(d_scores)
        release(self.model)
        self.words_since_step += sum(len(doc) for doc in docs)
        self._has_learned = True
        if sgd not in (None, False):
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def finish_update(self, sgd: Optimizer) -> None:
        """Clip the gradient by its global norm, if wanted, and take a step.

        sgd (Optimizer): The optimizer.
        """
        # `nlp.rehearse` hands over a function that only has a learning rate.
        grad_clip = getattr(sgd, "grad_clip", 0.0)
        if self.max_grad_norm is not None and grad_clip:
            message = Warnings.BOTH_CLIPS.format(
                name=self.name, norm=self.max_grad_norm, clip=grad_clip
            )
            self._warn_once("clip", message)
        words = max(self.words_since_step, 1)
        limit = math.inf if self.max_grad_norm is None else self.max_grad_norm * words
        norm = 0.0
        if self.max_grad_norm is not None or self.watch is not None:
            norm = clip_gradient(self.model, limit)
        if self.watch is not None:
            self.watch.add_tensors(*count_clipped(self.model, grad_clip))
        self.model.finish_update(sgd)
        self.words_since_step = 0
        if self._has_learned:
            self.cfg["untrained_labels"] = []
        self._has_learned = False
        if self.watch is not None:
            self.watch.add_step(norm / words, is_clipped=norm > limit)

    def drop_gradient(self) -> None:
        """Take back what has been learned since the last step."""
        drop_gradient(self.model)
        self.words_since_step = 0
        self._has_learned = False

    def _loss(
        self, examples: Iterable[Example], scores: TagScores
    ) -> Tuple[float, TagScores, Doubts]:
        constraints = self._constraints(scores)
        return ner_loss(examples, scores, constraints, self.tagset, self.loss_settings)

    def _packed(self, mask: numpy.ndarray, scores: TagScores) -> Bools2d:
        on_device: Bools2d = self.model.ops.xp.asarray(mask)
        return on_device[scores.emissions.layout.flat_rows]

    def _constraints(self, scores: TagScores) -> Constraints:
        nK, tagset = len(scores.start), self.tagset
        if nK != len(tagset):
            raise ValueError(
                Errors.WRONG_TAGS.format(
                    name=self.name,
                    nK=nK,
                    n_labels=len(self.labels),
                    expected=len(tagset),
                    each=len(tagset.prefixes),
                )
            )
        if not is_finite(scores):
            raise ValueError(Errors.NOT_FINITE.format(name=self.name))
        rules, asarray = scheme_constraints(tagset), self.model.ops.xp.asarray
        return Constraints(asarray(rules.start), asarray(rules.transitions), asarray(rules.end))

    def _report(self, doubts: Doubts) -> None:
        for topic, message in doubt_warnings(doubts, self.name, self.loss_settings).items():
            self._warn_once(topic, message)

    def _warn_once(self, topic: str, message: str) -> None:
        if topic not in self._warned:
            self._warned.add(topic)
            warnings.warn(message, UserWarning, stacklevel=3)
