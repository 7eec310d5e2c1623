"""A recurrent encoder for any spaCy component: the `encode` of `spacy.Tok2Vec.v2`."""

from typing import List, Optional

from thinc.api import Model, noop

from ..layers.packing import with_packed
from ..layers.stack import RecurrentStack
from ..types import CellName, Floats2d, KernelName, RecurrentInit


def LSTMEncoder(
    width: int,
    depth: int,
    dropout: float,
    *,
    cell: CellName = "lstm",
    bidirectional: bool = True,
    residual: bool = False,
    recurrent_dropout_scale: float = 0.0,
    recurrent_init: Optional[RecurrentInit] = None,
    forget_bias: float = 1.0,
    bptt_clip: Optional[float] = None,
    kernel: KernelName = "auto",
) -> Model[List[Floats2d], List[Floats2d]]:
    """Encode the tokens of each Doc in context. A drop-in for `spacy.TorchBiLSTMEncoder.v1`
    whose vectors do not depend on the batch.

    width (int): Output width; even if bidirectional.
    depth (int): Layers. With 0, the vectors pass through as they are.
    dropout (float): Dropout before each layer; `training.dropout` overwrites it.
    cell (CellName): "lstm", "gru", "rnn" (tanh), or "irnn" (ReLU, starts as the identity).
    bidirectional (bool): Read both ways, or left to right only.
    residual (bool): Add the input of each layer from the second on to its output.
    recurrent_dropout_scale (float): The recurrent weights are dropped at the dropout rate in
        force times this.
    recurrent_init (Optional[RecurrentInit]): How recurrent weights start; None: the identity for
        "irnn", orthogonal for the others.
    forget_bias (float): Start value of an LSTM's forget gates' biases.
    bptt_clip (Optional[float]): Limit, by value, on gradients handed back through time.
    kernel (KernelName): What computes predictions: "numpy"; "torch"; "mixed", which is "numpy"
        where the layer reads words and "torch" elsewhere; "torch-bf16", which rounds to 8
        significant bits; or "auto": "mixed" for an LSTM where torch has oneDNN on x86-64, and
        else "numpy". All but "torch-bf16" give the same result. Training has one.
    RETURNS (Model[List[Floats2d], List[Floats2d]]): One array of `(tokens, width)` a Doc.
    RAISES (ValueError): If an argument makes no sense.
    """
    if depth == 0:
        return noop()
    stack = RecurrentStack(
        width,
        depth,
        cell=cell,
        bidirectional=bidirectional,
        residual=residual,
        dropout=dropout,
        recurrent_dropout_scale=recurrent_dropout_scale,
        recurrent_init=recurrent_init,
        forget_bias=forget_bias,
        bptt_clip=bptt_clip,
        kernel=kernel,
    )
    encoder = with_packed(stack)
    encoder.set_dim("nO", width)
    return encoder
