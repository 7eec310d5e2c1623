"""How `lstm_ner` keeps what it knew: it is held near a teacher, its own copy of before."""

import math
from dataclasses import dataclass, replace
from typing import Dict, Iterable, List, Optional, Tuple

from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from thinc.api import Model, Optimizer, set_dropout_rate

from ..errors import Errors
from ..ops.distill import distillation_loss
from ..tags.constraints import structural_mask
from ..types import Packed, TagScores
from .divergence import not_finite_message
from .learning import CRFLearner
from .listeners import check_tensors, listeners_of, release, take_tensors


@dataclass(eq=False)
class Teacher:
    """What a component was when it began to learn anew.

    model (Model[List[Doc], TagScores]): Its model of then.
    labels (Tuple[str, ...]): The labels that it knew, which are the first of today's.
    """

    model: Model[List[Doc], TagScores]
    labels: Tuple[str, ...]


class CRFRehearser(CRFLearner):
    """A learner that can be held near what it was. `nlp.resume_training` gives it its teacher."""

    _teacher: Optional[Teacher] = None

    @property
    def _rehearsal_model(self) -> Optional[Model[List[Doc], TagScores]]:
        """The teacher's model, under the name by which spaCy sets and finds it."""
        return None if self._teacher is None else self._teacher.model

    @_rehearsal_model.setter
    def _rehearsal_model(self, model: Optional[Model[List[Doc], TagScores]]) -> None:
        n_known = len(self.labels) - len(self.cfg["untrained_labels"])
        self._teacher = None if model is None else Teacher(model, self.labels[:n_known])

    def rehearse(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optional[Optimizer] = None,
        losses: Optional[Dict[str, float]] = None,
        weight: float = 1.0,
    ) -> Dict[str, float]:
        """Move towards the teacher on a batch of texts: towards its probabilities of all readings,
        by `distillation_loss`. Annotation is not looked at. Labels that the teacher did not know
        are left alone, and a label that waits for its first training goes on waiting.

        Without a teacher, nothing is done: call `nlp.resume_training` before the first update.
        Without an optimizer, the gradient is added to that of the next update. For pipelines with
        a shared tok2vec, use `spacy_lstm_ner.training.rehearse.Rehearsal`: here the model gets the
        vectors that stand in `doc.tensor`, and the tok2vec learns nothing.

        examples (Iterable[Example]): The texts, as predicted Docs.
        drop (float): The dropout rate.
        sgd (Optional[Optimizer]): The optimizer.
        losses (Optional[Dict[str, float]]): Losses by component, added to.
        weight (float): Factor on loss and gradient, 0 or above. At 1, a text counts as much as one
            of the same length that is learned from; less leaves the new more room. For
            `max_grad_norm`, its words count times the weight.
        RETURNS (Dict[str, float]): The losses.
        RAISES (ValueError): If scores, loss or weight are not finite, the weight is negative, or a
            shared tok2vec has left no vectors.
        """
        if not 0 <= weight < math.inf:
            raise ValueError(Errors.REHEARSAL_WEIGHT.format(name=self.name, weight=weight))
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        if self._teacher is None:
            return losses
        examples = list(examples)
        validate_examples(examples, "LSTMNer.rehearse")
        docs = [example.predicted for example in examples]
        take_tensors(self.name, self.model, docs)
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update(docs)
        loss, d_scores = self._distance(self._teacher, docs, scores)
        if not math.isfinite(loss):
            raise ValueError(not_finite_message(self.name, self.model, examples))
        backprop(_times(weight, d_scores))
        release(self.model)
        self.words_since_step += weight * sum(map(len, docs))
        if sgd not in (None, False):
            self.finish_update(sgd)
        losses[self.name] += weight * loss
        return losses

    def _distance(
        self, teacher: Teacher, docs: List[Doc], scores: TagScores
    ) -> Tuple[float, TagScores]:
        if listeners_of(teacher.model):
            check_tensors(self.name, docs)
        n_shared = len(replace(self.tagset, labels=teacher.labels))
        return distillation_loss(
            scores,
            teacher.model.predict(docs),
            self._constraints(scores),
            self._packed(structural_mask(docs, self.tagset), scores),
            n_shared,
        )


def _times(weight: float, scores: TagScores) -> TagScores:
    return TagScores(
        Packed(weight * scores.emissions.data, scores.emissions.layout),
        weight * scores.start,
        weight * scores.transitions,
        weight * scores.end,
    )
