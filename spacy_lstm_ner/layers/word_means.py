"""Each token beside the other tokens of its word in the Doc."""

from typing import Any, Callable, List, Optional, Tuple

import numpy
from spacy.tokens import Doc
from thinc.api import Model, Ops, chain

from ..ops.distinct import distinct_rows
from ..types import Floats2d, Ints1d, Packed


def with_word_means(*encoder: Model) -> Model[List[Doc], Packed]:
    """Join to the vector of each token the mean over all tokens of its Doc that are the same word
    but for case. Where one sentence does not tell what a name stands for, another one may (Akbik,
    Bergmann & Vollgraf 2019 keep such means over a whole corpus).

    encoder (Model): One layer or several that give the vectors: from Docs to `(N, nI)` on packed
        rows.
    RETURNS (Model[List[Doc], Packed]): The same with rows of `2 nI`.
    """
    layers = [chain(*encoder)] if len(encoder) > 1 else list(encoder)
    return Model("with_word_means", forward, init=init, layers=layers)


def forward(
    model: Model[List[Doc], Packed], docs: List[Doc], is_train: bool
) -> Tuple[Packed, Callable[[Packed], Any]]:
    Hp, bp_encoder = model.layers[0](docs, is_train)
    layout, H = Hp.layout, Hp.data
    words, shares = _words_of(model.ops, docs)
    words = words[layout.flat_rows]
    nI = H.shape[1]

    def means(X: Floats2d) -> Floats2d:
        """Its own transpose: the gradient of each mean goes to the tokens in equal shares."""
        sums = model.ops.xp.zeros((len(shares), nI), dtype=X.dtype)
        model.ops.scatter_add(sums, words, model.ops.xp.ascontiguousarray(X))
        sums *= shares.astype(X.dtype)
        return sums.take(words, axis=0)

    def backprop(dYp: Packed) -> Any:
        dH = means(dYp.data[:, nI:])
        dH += dYp.data[:, :nI]
        return bp_encoder(Packed(dH, layout))

    return Packed(model.ops.xp.hstack([H, means(H)]), layout), backprop


def _words_of(ops: Ops, docs: List[Doc]) -> Tuple[Ints1d, Floats2d]:
    """The word of each token, in the order of the batch, and for each word of each Doc one divided
    by the number of its tokens. *Shape:* `(N,)` and `(words, 1)`."""
    lengths = [len(doc) for doc in docs]
    keys = numpy.zeros((sum(lengths), 2), dtype="uint64")
    if len(keys):
        keys[:, 0] = numpy.concatenate([doc.to_array(["LOWER"]).ravel() for doc in docs])
        keys[:, 1] = numpy.repeat(numpy.arange(len(docs)), lengths)
    _, index = distinct_rows(keys)
    shares = 1 / numpy.bincount(index)
    return ops.xp.asarray(index), ops.xp.asarray(shares[:, None])


def init(
    model: Model[List[Doc], Packed],
    X: Optional[List[Doc]] = None,
    Y: Optional[Packed] = None,
) -> None:
    model.layers[0].initialize(X=X)
