"""From Docs to packed rows; of an embedding of ours, only which word stands where."""

from functools import partial
from typing import Any, Callable, List, Optional, Tuple

from spacy.tokens import Doc
from thinc.api import Model
from thinc.layers.chain import forward as chain_forward

from ..ops.packing import pack_layout
from ..types import Floats2d, Ints1d, Layout, Packed
from .kept_rows import Found, RowMap
from .no_backprop import no_backprop
from .packing import list2packed

LookUp = Callable[[Optional[RowMap]], Found]


class PackedWords(Packed):
    """Packed rows at prediction that are vectors of words, not gathered yet. The layer above can
    do to each word what it would do to each token, and have the result kept with the word.

    look_up (LookUp): Gives the words' rows, and the row of each token in the order of the batch.
    layout (Layout): Where the tokens stand.
    width (int): Width of the vectors.
    """

    def __init__(self, look_up: LookUp, layout: Layout, width: int) -> None:
        self.look_up = look_up
        self.layout = layout
        self.width = width

    def through(self, then: RowMap) -> Tuple[Any, Floats2d, Ints1d]:
        """Have something done to each word.

        then (RowMap): What to do.
        RETURNS (Tuple[Any, Floats2d, Ints1d]): What `then.prepare` gave, the rows that came of
            the words, and the row of each token, on packed rows.
        """
        found = self.look_up(then)
        return found.tool, found.rows, found.index.take(self.layout.flat_rows)

    @property
    def data(self) -> Floats2d:
        """The vectors, as any other layer wants them. *Shape:* `(N, width)`."""
        found = self.look_up(None)
        return found.rows.take(found.index.take(self.layout.flat_rows), axis=0)


def pack_words(tok2vec: Model[List[Doc], List[Floats2d]]) -> Model[List[Doc], Packed]:
    """Run a tok2vec and pack what it gives. If it is made by `once_per_word`, a prediction gives
    `PackedWords`; if it is a `spacy.Tok2Vec.v2` of such an embedding and an encoder made by
    `with_packed`, a prediction gives the encoder `PackedWords`.

    tok2vec (Model[List[Doc], List[Floats2d]]): Vectors of the tokens.
    RETURNS (Model[List[Doc], Packed]): The same on packed rows.
    """
    return Model("pack_words", forward, init=init, layers=[tok2vec, list2packed()])


def forward(
    model: Model[List[Doc], Packed], docs: List[Doc], is_train: bool
) -> Tuple[Packed, Callable[[Packed], Any]]:
    tok2vec, pack = model.layers
    if not is_train and any(map(len, docs)):
        if "look_up_words" in tok2vec.attrs:
            return _packed_words(tok2vec, docs), no_backprop(model)
        if _is_embed_then_encode(tok2vec):
            embed, encode = tok2vec.layers
            if "look_up_words" in embed.attrs and "predict_packed" in encode.attrs:
                predict = encode.attrs["predict_packed"]
                return predict(encode, _packed_words(embed, docs)), no_backprop(model)
    Xs, bp_tok2vec = tok2vec(docs, is_train)
    Xp, bp_pack = pack(Xs, is_train)
    return Xp, lambda dXp: bp_tok2vec(bp_pack(dXp))


def _is_embed_then_encode(tok2vec: Model) -> bool:
    """Whether it is that and nothing else: a tok2vec of a user may have more layers."""
    return tok2vec._func is chain_forward and [
        tok2vec.maybe_get_ref(name) for name in ("embed", "encode")
    ] == list(tok2vec.layers)


def _packed_words(embed: Model[List[Doc], List[Floats2d]], docs: List[Doc]) -> PackedWords:
    look_up = partial(embed.attrs["look_up_words"], embed, docs)
    layout = pack_layout(embed.ops.xp, [len(doc) for doc in docs])
    return PackedWords(look_up, layout, embed.get_dim("nO"))


def init(
    model: Model[List[Doc], Packed],
    X: Optional[List[Doc]] = None,
    Y: Optional[Packed] = None,
) -> None:
    model.layers[0].initialize(X=X)
