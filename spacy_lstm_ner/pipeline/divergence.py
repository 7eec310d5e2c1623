"""What is left behind when numbers stop being finite in training."""

import tempfile
from pathlib import Path
from typing import Any, List

from spacy.tokens import DocBin
from spacy.training import Example
from thinc.api import Model, get_array_module

from ..errors import Errors
from ..types import TagScores


def is_finite(scores: TagScores) -> bool:
    """Whether all scores are finite numbers, so that they rank paths.

    scores (TagScores): What a tagger gave.
    RETURNS (bool): Whether they are.
    """
    isfinite = get_array_module(scores.transitions).isfinite
    parts = (scores.emissions.data, scores.start, scores.transitions, scores.end)
    return all(bool(isfinite(part).all()) for part in parts)


def not_finite_message(name: str, model: Model[Any, Any], examples: List[Example]) -> str:
    """Save the batch that training stops at, and say what is known of the cause.

    name (str): Name of the component.
    model (Model): Its model.
    examples (List[Example]): The batch.
    RETURNS (str): The message.
    """
    layers = [node.name for node in model.walk() if not _has_finite_weights(node)]
    if layers:
        cause = Errors.CAUSE_WEIGHTS.format(layers=", ".join(map(repr, layers)))
    else:
        cause = Errors.CAUSE_INPUT
    try:
        saved = Errors.BATCH_SAVED.format(path=_save(name, examples))
    except OSError as error:
        saved = Errors.BATCH_NOT_SAVED.format(reason=error)
    return " ".join([Errors.NOT_FINITE_BATCH.format(name=name, n_docs=len(examples)), cause, saved])


def _has_finite_weights(node: Model[Any, Any]) -> bool:
    isfinite = node.ops.xp.isfinite
    return all(
        bool(isfinite(node.get_param(name)).all())
        for name in node.param_names
        if node.has_param(name)
    )


def _save(name: str, examples: List[Example]) -> Path:
    with tempfile.NamedTemporaryFile(
        prefix=f"{name}-not-finite-", suffix=".spacy", delete=False
    ) as file:
        file.write(DocBin(docs=[example.reference for example in examples]).to_bytes())
    return Path(file.name)
