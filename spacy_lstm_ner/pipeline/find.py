"""An lstm_ner in its pipeline: which one is meant, and a copy with other settings."""

from copy import copy
from typing import Any, Dict, Optional, Sequence, Tuple

from spacy.language import Language

from ..errors import Errors
from .lstm_ner import LSTMNer


def find_component(nlp: Language, name: Optional[str]) -> Tuple[str, LSTMNer]:
    """Find the component that somebody means.

    nlp (Language): The pipeline.
    name (Optional[str]): The component's name; None if there is only one.
    RETURNS (Tuple[str, LSTMNer]): Its name and itself.
    RAISES (ValueError): If there is none, or several and no name, or the name is of no lstm_ner.
    """
    found = {known: pipe for known, pipe in nlp.pipeline if isinstance(pipe, LSTMNer)}
    chosen = choose_name(name, list(found), nlp.pipe_names)
    return chosen, found[chosen]


def choose_name(name: Optional[str], ours: Sequence[str], pipes: Sequence[str]) -> str:
    """Choose among the components of a pipeline that are an lstm_ner.

    name (Optional[str]): The one that is wanted; None if there is only one.
    ours (Sequence[str]): Names of those that are an lstm_ner.
    pipes (Sequence[str]): Names of all.
    RETURNS (str): The name.
    RAISES (ValueError): If there is none, or several and no name, or the name is of no lstm_ner.
    """
    names = ", ".join(ours)
    if not ours:
        raise ValueError(Errors.NO_LSTM_NER.format(names=", ".join(pipes) or "none"))
    if name is None and len(ours) > 1:
        raise ValueError(Errors.WHICH_LSTM_NER.format(number=len(ours), names=names))
    if name is not None and name not in ours:
        raise ValueError(Errors.NOT_LSTM_NER.format(name=name, names=names))
    return name or ours[0]


def with_settings(nlp: Language, name: str, settings: Dict[str, Any]) -> Language:
    """Change settings of an lstm_ner in a copy of its pipeline, as if its config had always had
    them.

    nlp (Language): The pipeline.
    name (str): The component.
    settings (Dict[str, Any]): The settings.
    RETURNS (Language): A pipeline that has them in the component and in its config, and shares all
        else with the other.
    """
    # spaCy has no public way to exchange a component and keep the rest.
    changed: Any = copy(nlp)
    ner: Any = copy(nlp.get_pipe(name))
    ner.cfg = {**ner.cfg, **settings, "configured": {**ner.cfg["configured"], **settings}}
    changed._components = [(own, ner if own == name else pipe) for own, pipe in nlp.components]
    changed._pipe_configs = {**changed._pipe_configs}
    changed._pipe_configs[name] = {**changed._pipe_configs[name], **settings}
    tuned: Language = changed
    return tuned
