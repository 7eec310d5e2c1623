"""A stack of recurrent layers with locked dropout and skip connections."""

from typing import List, Optional

from thinc.api import Model, chain

from ..errors import Errors
from ..types import CellName, KernelName, Packed, RecurrentInit
from .bidirectional import bidirectional as join_directions
from .dropout import LockedDropout
from .recurrent import Recurrent
from .residual import residual as add_input


def RecurrentStack(
    width: int,
    depth: int,
    *,
    nI: Optional[int] = None,
    cell: CellName = "lstm",
    bidirectional: bool = True,
    residual: bool = False,
    dropout: float = 0.0,
    recurrent_dropout_scale: float = 0.0,
    recurrent_init: Optional[RecurrentInit] = None,
    forget_bias: float = 1.0,
    bptt_clip: Optional[float] = None,
    kernel: KernelName = "auto",
) -> Model[Packed, Packed]:
    """Recurrent layers on top of one another, each behind locked dropout.

    width (int): Output width of every layer; a bidirectional layer gives half to each direction.
    depth (int): Layers, at least one.
    nI (Optional[int]): Input width; None: read off sample data.
    cell (CellName): "lstm", "gru", "rnn" (tanh), or "irnn" (ReLU, starts as the identity).
    bidirectional (bool): Read both ways, or left to right only.
    residual (bool): Add the input of each layer from the second on to its output.
    dropout (float): Rate of the locked dropout; `training.dropout` overwrites it.
    recurrent_dropout_scale (float): The recurrent weights are dropped at the dropout rate in
        force times this.
    recurrent_init (Optional[RecurrentInit]): How recurrent weights start; None: the identity for
        "irnn", orthogonal for the others.
    forget_bias (float): Start value of an LSTM's forget gates' biases.
    bptt_clip (Optional[float]): Limit, by value, on gradients handed back through time.
    kernel (KernelName): What computes predictions: "auto", "numpy", "torch", or "torch-bf16",
        which rounds to 8 significant bits. The others give the same result. Training has one.
    RETURNS (Model[Packed, Packed]): The stack; its output is `width` wide.
    RAISES (ValueError): If an argument makes no sense.
    """
    if depth < 1:
        raise ValueError(Errors.SIZE.format(name="depth", value=depth, rule="a number >= 1"))
    if residual and depth < 2:
        raise ValueError(Errors.RESIDUAL_DEPTH.format(depth=depth))
    if bidirectional and width % 2:
        raise ValueError(Errors.ODD_WIDTH.format(width=width, lower=width - 1, upper=width + 1))

    def one_layer(layer_nI: Optional[int]) -> Model[Packed, Packed]:
        nO = width // 2 if bidirectional else width
        l2r, r2l = (
            Recurrent(
                nO,
                layer_nI,
                cell=cell,
                direction=direction,
                recurrent_init=recurrent_init,
                forget_bias=forget_bias,
                recurrent_dropout_scale=recurrent_dropout_scale,
                bptt_clip=bptt_clip,
                kernel=kernel,
            )
            for direction in ("l2r", "r2l")
        )
        return join_directions(l2r, r2l, cell=cell, kernel=kernel) if bidirectional else l2r

    layers: List[Model[Packed, Packed]] = []
    for index in range(depth):
        layer = chain(LockedDropout(dropout), one_layer(width if index else nI))
        layers.append(add_input(layer) if residual and index else layer)
    stack = chain(*layers) if depth > 1 else layers[0]
    stack.set_dim("nO", width, force=True)
    return stack
