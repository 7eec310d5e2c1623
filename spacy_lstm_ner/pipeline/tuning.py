"""A threshold for what training saves, chosen on the dev part."""

from copy import copy
from typing import Any, Callable, Dict, Iterable

from spacy.language import Language
from spacy.training import Example

from ..errors import Errors
from ..evaluation.outcomes import NOT_COUNTED
from ..evaluation.thresholds import Wish, choose_global
from .choices import analyse, as_met, collect_choices
from .lstm_ner import LSTMNer


def tune_threshold(
    dev_corpus: Callable[[Language], Iterable[Example]], component: str = "lstm_ner"
) -> Callable[[Language], Language]:
    """Give each pipeline that training saves the threshold with the best F1 on the dev part. For
    `training.before_to_disk`.

    Which threshold is best depends on how hard the text is (half of the best F1 where probabilities
    are right: Lipton, Elkan & Naryanaswamy 2014), so no number fits all corpora. The pipeline in
    training keeps its own, by which steps are compared: what was saved does not change what comes.

    dev_corpus (Callable[[Language], Iterable[Example]]): Reads the dev part.
    component (str): The `lstm_ner` that gets the threshold.
    RETURNS (Callable[[Language], Language]): Gives a copy of the pipeline that shares all but the
        threshold. RAISES (ValueError): If the pipeline lacks the component, it is no lstm_ner or
        its tags are not constrained.
    """

    def before_to_disk(nlp: Language) -> Language:
        ner = nlp.get_pipe(component) if component in nlp.pipe_names else None
        if not isinstance(ner, LSTMNer):
            names = ", ".join(name for name, pipe in nlp.pipeline if isinstance(pipe, LSTMNer))
            raise ValueError(Errors.NOT_LSTM_NER.format(name=component, names=names or "none"))
        examples = [example for example in dev_corpus(nlp) if len(example.reference)]
        choices = collect_choices(analyse(nlp, ner, as_met(nlp, component, examples)), ner)
        if (choices.outcomes == NOT_COUNTED).all():  # nothing was learned yet
            return nlp
        return _with_settings(nlp, component, {"threshold": choose_global(choices, Wish("f"))})

    return before_to_disk


def _with_settings(nlp: Language, name: str, settings: Dict[str, Any]) -> Language:
    """A pipeline that differs from another one in settings of an lstm_ner, in the component and in
    its config, and shares all else with it."""
    # spaCy has no public way to exchange a component and keep the rest.
    changed: Any = copy(nlp)
    ner: Any = copy(nlp.get_pipe(name))
    ner.cfg = {**ner.cfg, **settings, "configured": {**ner.cfg["configured"], **settings}}
    changed._components = [(own, ner if own == name else pipe) for own, pipe in nlp.components]
    changed._pipe_configs = {**changed._pipe_configs}
    changed._pipe_configs[name] = {**changed._pipe_configs[name], **settings}
    tuned: Language = changed
    return tuned
