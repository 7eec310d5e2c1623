"""Whether all workers have the same pipeline."""

from hashlib import sha256
from typing import Any, Dict

import srsly
from spacy.language import Language
from thinc.api import Model

from ...errors import Errors
from ...training.weights import Weight
from .collective import gather


def check_alike(nlp: Language, weights: Dict[str, Weight]) -> None:
    """Compare what adding up takes for granted. All workers call it, and all of them raise.

    nlp (Language): The pipeline.
    weights (Dict[str, Weight]): Its weights.
    RAISES (ValueError): If a worker has other components, labels, vectors or shapes than the first,
        or gives rows to other words.
    RAISES (WorkerLost): If another worker has ended.
    """
    found = gather(_describe(nlp, weights))
    for rank, theirs in enumerate(found):
        for name in sorted(theirs.keys() | found[0].keys()):
            here, there = found[0].get(name), theirs.get(name)
            if here != there:
                raise ValueError(
                    Errors.PIPELINES_DIFFER.format(rank=rank, name=name, given=there, expected=here)
                )


def _describe(nlp: Language, weights: Dict[str, Weight]) -> Dict[str, Any]:
    facts: Dict[str, Any] = {
        "components": list(nlp.pipe_names),
        "shape of the vectors": nlp.vocab.vectors.shape,
    }
    for name, pipe in nlp.pipeline:
        if hasattr(pipe, "labels"):
            facts[f"labels of {name}"] = list(pipe.labels)
        model = getattr(pipe, "model", None)
        for node in model.walk() if isinstance(model, Model) else []:
            if "read_training_docs" in node.attrs:
                rows = srsly.msgpack_dumps(sorted(node.attrs["rows"].items()))
                digest = sha256(rows).hexdigest()[:12]
                facts[f"words with rows in {node.name} of {name}"] = f"those of digest {digest}"
    for name, weight in weights.items():
        value = weight.get()
        facts[f"weights {name}"] = f"{value.dtype} of shape {value.shape}"
    return facts
