"""Updates of a trained pipeline that do not make it forget.

spaCy's `nlp.rehearse` takes a step for one component, drawn by chance, leaves the gradients of the
others where they are, and lets nobody reach a shared tok2vec. Here one step follows from both: the
new annotation, and what the pipeline used to say about other texts.
"""

from contextlib import contextmanager
from copy import deepcopy
from inspect import signature
from typing import Any, Collection, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple, Union

from spacy.language import Language
from spacy.pipeline import Tagger
from spacy.tokens import Doc
from spacy.training import Example
from spacy.ty import ListenedToComponent, TrainableComponent
from spacy.util import replace_model_node
from thinc.api import Optimizer, set_dropout_rate

from ..errors import Errors
from ..types import FloatsXd

Losses = Dict[str, float]


class Rehearsal:
    """Trains a pipeline further. Every component with spaCy's `rehearse` method is held near what
    it was when this object was made: `lstm_ner`, and spaCy's own. A shared tok2vec learns from all
    that listen to it; teachers have a copy of it of their own.

    optimizer (Optimizer): Takes the steps.
    """

    def __init__(self, nlp: Language, *, sgd: Optional[Optimizer] = None) -> None:
        """Make the teachers, and drop gradients that are left from earlier updates. Later on,
        labels may be added and weights change.

        nlp (Language): A trained pipeline.
        sgd (Optional[Optimizer]): The optimizer; None: that of `nlp.resume_training`. Its
            schedules go on by one value after each step, as in spaCy's training, and overwrite a
            rate that was set by hand.
        """
        self.nlp = nlp
        self.optimizer = nlp.resume_training(sgd=sgd)
        pipe: Any
        for name, pipe in nlp.pipeline:
            if _has_teacher(pipe):
                _make_standalone(nlp, name)
        # After `nlp.update`, a shared tok2vec still has the gradient of the last batch.
        self._drop_gradients()

    def update(
        self,
        examples: Iterable[Example],
        texts: Iterable[Union[str, Doc]],
        *,
        drop: float = 0.0,
        losses: Optional[Losses] = None,
        exclude: Collection[str] = (),
        annotates: Collection[str] = (),
        component_cfg: Optional[Dict[str, Dict[str, Any]]] = None,
    ) -> Losses:
        """Take one step: learn from new examples and rehearse on texts. Without either, nothing is
        done; if it fails, no gradient is left behind.

        examples (Iterable[Example]): New annotation.
        texts (Iterable[Union[str, Doc]]): Text of the kind that must go on working, such as that of
            the old training data; its annotation is not looked at.
        drop (float): The dropout rate.
        losses (Optional[Losses]): Added to: losses of the examples by component, and those of
            rehearsal under the component's name with "_rehearsal" behind it (of `lstm_ner`: times
            `weight`, summed over the texts).
        exclude (Collection[str]): Components that are not updated.
        annotates (Collection[str]): Components that set annotations on the examples and texts for
            those behind them.
        component_cfg (Optional[Dict[str, Dict[str, Any]]]): Arguments of `rehearse`, by component:
            `{"lstm_ner": {"weight": 2.0}}`.
        RETURNS (Losses): The losses.
        RAISES (ValueError): If a name is not that of a component.
        """
        losses = {} if losses is None else losses
        self._check_names(exclude=exclude, annotates=annotates, component_cfg=component_cfg or {})
        new = list(examples)
        old = [example for example in map(self._blind, texts) if len(example.predicted)]
        if not new and not old:
            return losses
        try:
            self._add_up(new, old, drop, losses, exclude, annotates, component_cfg or {})
            pipe: Any
            for name, pipe in self.nlp.pipeline:
                if name not in exclude and _can_learn(pipe):
                    pipe.finish_update(self.optimizer)
        except BaseException:  # Ctrl-C, too: the next step would take it along
            self._drop_gradients()
            raise
        self.optimizer.step_schedules()
        return losses

    def _check_names(self, **arguments: Collection[str]) -> None:
        known = self.nlp.pipe_names
        for argument, names in arguments.items():
            unknown = [name for name in names if name not in known]
            if unknown:
                raise ValueError(
                    Errors.REHEARSAL_NAMES.format(argument=argument, names=unknown, known=known)
                )

    def _drop_gradients(self) -> None:
        pipe: Any
        for _, pipe in self.nlp.pipeline:
            if hasattr(pipe, "drop_gradient"):
                pipe.drop_gradient()
            elif _can_learn(pipe):
                pipe.model.finish_update(_drop_gradient)

    def _add_up(
        self,
        new: List[Example],
        old: List[Example],
        drop: float,
        losses: Losses,
        exclude: Collection[str],
        annotates: Collection[str],
        component_cfg: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Add up the gradients of both."""
        nlp = self.nlp
        pipes = {name: pipe for name, pipe in nlp.pipeline if name not in exclude}
        with _only_to(nlp, pipes):
            nlp.update(
                new,
                drop=drop,
                sgd=False,  # type: ignore[arg-type]
                losses=losses,
                exclude=exclude,
                annotates=annotates,
            )
        if old:
            learners = {name: pipe for name, pipe in pipes.items() if _has_teacher(pipe)}
            with _only_to(nlp, learners):
                found = self._rehearse(old, pipes, drop, annotates, component_cfg)
            for name, loss in found.items():
                key = f"{name}_rehearsal"
                losses[key] = losses.get(key, 0.0) + float(loss)

    def _blind(self, text: Union[str, Doc]) -> Example:
        """What else a Doc has than the tokenizer sets would tell a component what to say."""
        doc = self.nlp._ensure_doc(text)
        return Example(self.nlp.make_doc(text) if isinstance(text, str) else _bare(doc), doc)

    def _rehearse(
        self,
        examples: List[Example],
        pipes: Mapping[str, Any],
        drop: float,
        annotates: Collection[str],
        component_cfg: Mapping[str, Mapping[str, Any]],
    ) -> Losses:
        """Add up gradients, those of a shared tok2vec with the last of its listeners."""
        losses: Losses = {}
        pipe: Any
        for name, pipe in self.nlp.pipeline:
            if name in pipes:
                if getattr(pipe, "listeners", []):
                    pipe.update(examples, drop=drop, losses={})  # hands its vectors on
                elif _has_teacher(pipe):
                    # A tagger of spaCy takes a step whether it was asked to or not.
                    sgd = _no_step if isinstance(pipe, Tagger) else None
                    settings = component_cfg.get(name, {})
                    pipe.rehearse(examples, drop=drop, sgd=sgd, losses=losses, **settings)
            if name in annotates:
                for example in examples:
                    example.predicted = pipe(example.predicted)
        return losses


def _no_step(key: Any, weights: FloatsXd, gradient: FloatsXd) -> Tuple[FloatsXd, FloatsXd]:
    return weights, gradient


def _drop_gradient(key: Any, weights: FloatsXd, gradient: FloatsXd) -> Tuple[FloatsXd, FloatsXd]:
    gradient.fill(0)
    return weights, gradient


def _can_learn(pipe: Any) -> bool:
    return isinstance(pipe, TrainableComponent) and pipe.is_trainable


def _has_teacher(pipe: Any) -> bool:
    return getattr(pipe, "_rehearsal_model", None) is not None


def _bare(doc: Doc) -> Doc:
    """The tokens alone, with the norms that the exceptions of a tokenizer give them."""
    words = [token.text for token in doc]
    bare = Doc(doc.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])
    for token, known in zip(bare, doc):
        token.norm_ = known.norm_
    return bare


def _make_standalone(nlp: Language, name: str) -> None:
    """Give the teacher of a component its own copy of what the component listens to."""
    pipe: Any = nlp.get_pipe(name)
    teacher = pipe._rehearsal_model
    nodes = {id(node): same for node, same in zip(pipe.model.walk(), list(teacher.walk()))}
    for _, upstream in nlp.pipeline:
        if isinstance(upstream, ListenedToComponent):
            for listener in upstream.listener_map.get(name, []):
                node = nodes[id(listener)]
                replace_model_node(teacher, node, _copy_in_place_of(node, upstream))
    set_dropout_rate(teacher, 0.0)  # spaCy's components ask it as if it were to learn


def _copy_in_place_of(listener: Any, upstream: Any) -> Any:
    """As `nlp.replace_listeners` makes it: a transformer gives more than its listener passes on,
    and brings a callback that makes up for that."""
    model = deepcopy(upstream.model)
    adapt = model.attrs.get("replace_listener")
    if adapt is None:
        return model
    takes_all = len(signature(adapt).parameters) == 3
    return adapt(model, listener, upstream) if takes_all else adapt(model)


@contextmanager
def _only_to(nlp: Language, names: Collection[str]) -> Iterator[None]:
    """Let a shared tok2vec hear of some components only: it waits for the last one."""
    maps: Dict[Any, Any] = {}
    for _, pipe in nlp.pipeline:
        if isinstance(pipe, ListenedToComponent):
            maps[pipe] = pipe.listener_map
            pipe.listener_map = {k: v for k, v in pipe.listener_map.items() if k in names}
    try:
        yield
    finally:
        for pipe, listener_map in maps.items():
            pipe.listener_map = listener_map
