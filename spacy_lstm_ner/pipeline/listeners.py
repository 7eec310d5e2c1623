"""What a shared tok2vec hands to a model: vectors for one batch, and where gradients go."""

from typing import Any, List, Tuple

from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Doc
from thinc.api import Model

from ..errors import Errors


def listeners_of(model: Model[Any, Any]) -> List[Tok2VecListener]:
    """The layers of a model that stand for a shared tok2vec.

    model (Model): The model.
    RETURNS (List[Tok2VecListener]): Its listeners; none if its tok2vec is its own.
    """
    return [node for node in model.walk() if isinstance(node, Tok2VecListener)]


def release(model: Model[Any, Any]) -> None:
    """Let go what listeners were given for a batch that has been passed back: a second pass through
    the tok2vec would add its gradient twice, or fail.

    model (Model): The model.
    """
    for listener in listeners_of(model):
        listener.receive(None, None, None)  # type: ignore[arg-type]


def take_tensors(name: str, model: Model[Any, Any], docs: List[Doc]) -> None:
    """Give listeners that have nothing for a batch the vectors that stand in `doc.tensor`. No
    gradient goes further.

    name (str): Name of the component.
    model (Model): The model.
    docs (List[Doc]): The batch.
    RAISES (ValueError): If a Doc with tokens has no vectors.
    """
    batch_id = Tok2VecListener.get_batch_id(docs)
    for listener in listeners_of(model):
        if listener._batch_id != batch_id or listener._backprop is None:
            check_tensors(name, docs)
            width = listener.get_dim("nO")
            vectors = [doc.tensor if len(doc) else listener.ops.alloc2f(0, width) for doc in docs]
            listener.receive(batch_id, vectors, _go_no_further)


def check_tensors(name: str, docs: List[Doc]) -> None:
    """Make sure that a tok2vec has been there.

    name (str): Name of the component.
    docs (List[Doc]): The batch.
    RAISES (ValueError): If a Doc with tokens has no vectors.
    """
    for doc in docs:
        if len(doc) and not doc.tensor.size:
            raise ValueError(Errors.NO_TENSOR.format(name=name, text=doc.text[:50]))


def _go_no_further(dX: Any) -> List[Any]:
    return []


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
