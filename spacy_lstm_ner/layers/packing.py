"""Into packed rows and back: one array a sequence ↔ one `Packed` a batch."""

from typing import Callable, List, Optional, Tuple

from thinc.api import Model, chain

from ..ops.packing import pack_layout
from ..types import Floats2d, Packed


def list2packed() -> Model[List[Floats2d], Packed]:
    """Pack a list of sequences. Empty sequences are welcome."""
    return Model("list2packed", _pack)


def packed2list() -> Model[Packed, List[Floats2d]]:
    """Unpack to a list of sequences, in the order of the batch."""
    return Model("packed2list", _unpack)


def with_packed(layer: Model[Packed, Packed]) -> Model[List[Floats2d], List[Floats2d]]:
    """Let a layer that works on packed rows take and give lists of sequences.

    layer (Model[Packed, Packed]): The layer.
    RETURNS (Model[List[Floats2d], List[Floats2d]]): The same on lists.
    """
    model: Model[List[Floats2d], List[Floats2d]] = chain(list2packed(), layer, packed2list())
    # A function among the attrs is a method that a thinc model can have; it is not stored.
    model.attrs["predict_packed"] = predict_packed
    return model


def predict_packed(model: Model[List[Floats2d], List[Floats2d]], Xp: Packed) -> Packed:
    """Predict without the way through lists.

    model (Model[List[Floats2d], List[Floats2d]]): Made by `with_packed`.
    Xp (Packed): Input of the layer in it.
    RETURNS (Packed): Its output.
    """
    _, layer, _ = model.layers
    Yp: Packed = layer.predict(Xp)
    return Yp


def on_rows(layer: Model[Floats2d, Floats2d]) -> Model[Packed, Packed]:
    """Let a layer that works on each row by itself take and give packed rows.

    layer (Model[Floats2d, Floats2d]): The layer.
    RETURNS (Model[Packed, Packed]): The same on packed rows.
    """
    return Model("on_rows", _on_rows, init=_init_on_rows, layers=[layer])


def _on_rows(
    model: Model[Packed, Packed], Xp: Packed, is_train: bool
) -> Tuple[Packed, Callable[[Packed], Packed]]:
    Y, bp_layer = model.layers[0](Xp.data, is_train)

    def backprop(dYp: Packed) -> Packed:
        if not len(dYp.data):  # thinc's HashEmbed cannot go back through an empty array
            return Packed(model.ops.xp.zeros_like(Xp.data), Xp.layout)
        return Packed(bp_layer(dYp.data), Xp.layout)

    return Packed(Y, Xp.layout), backprop


def _init_on_rows(
    model: Model[Packed, Packed], X: Optional[Packed] = None, Y: Optional[Packed] = None
) -> None:
    model.layers[0].initialize(X=None if X is None else X.data)


def _pack(
    model: Model[List[Floats2d], Packed], Xs: List[Floats2d], is_train: bool
) -> Tuple[Packed, Callable[[Packed], List[Floats2d]]]:
    layout = pack_layout(model.ops.xp, [len(X) for X in Xs])
    Xf = model.ops.flatten(Xs)  # leaves out empty ones: a transformer gives them no width

    def backprop(dXp: Packed) -> List[Floats2d]:
        return _split(model, dXp)

    return Packed(Xf[layout.flat_rows], layout), backprop


def _unpack(
    model: Model[Packed, List[Floats2d]], Xp: Packed, is_train: bool
) -> Tuple[List[Floats2d], Callable[[List[Floats2d]], Packed]]:
    layout = Xp.layout

    def backprop(dXs: List[Floats2d]) -> Packed:
        dXf = model.ops.xp.concatenate(dXs) if dXs else Xp.data
        return Packed(dXf[layout.flat_rows], layout)

    return _split(model, Xp), backprop


def _split(model: Model, Xp: Packed) -> List[Floats2d]:
    Xf = Xp.data[Xp.layout.packed_rows]
    ends = Xp.layout.lengths.cumsum().tolist()
    return model.ops.xp.split(Xf, ends[:-1]) if ends else []
