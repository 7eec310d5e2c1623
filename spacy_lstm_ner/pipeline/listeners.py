"""Copies of spaCy's listeners, the layers through which components share one tok2vec."""

from typing import Any, Tuple

from spacy.pipeline.tok2vec import Tok2VecListener


def reduce_listener(listener: Tok2VecListener) -> Tuple[Any, ...]:
    """What `pickle` and `copy` take of a listener: all but the batch it got from its tok2vec last.
    The callback for that batch's gradient is a local function of `Tok2Vec.update`: it cannot be
    pickled, and a copy that calls it would teach the original.

    listener (Tok2VecListener): The layer; it is not changed.
    RETURNS (Tuple[Any, ...]): As `object.__reduce_ex__` gives it.
    """
    parts: Tuple[Any, ...] = object.__reduce_ex__(listener, 2)  # type: ignore[assignment]
    make, args, (attributes, slots), *rest = parts
    batch = {"_batch_id": None, "_outputs": None, "_backprop": None}
    return (make, args, ({**attributes, **batch}, slots), *rest)
