"""The tagger: token vectors in, the scores of all paths of tags out."""

from typing import List, Optional

from spacy.tokens import Doc
from thinc.api import Model, chain

from ..errors import Errors
from ..layers import crf as crf_layer
from ..layers import linear
from ..layers.dropout import LockedDropout
from ..layers.pack_words import pack_words
from ..layers.packing import on_rows
from ..layers.resize import resized
from ..layers.stack import RecurrentStack
from ..layers.word_means import with_word_means
from ..types import CellName, Floats2d, Head, KernelName, RecurrentInit, TagScores


def LSTMTagger(
    tok2vec: Model[List[Doc], List[Floats2d]],
    width: int,
    depth: int,
    *,
    head: Head = "crf",
    cell: CellName = "lstm",
    bidirectional: bool = True,
    residual: bool = False,
    word_means: bool = False,
    dropout: float = 0.0,
    recurrent_dropout_scale: float = 0.0,
    recurrent_init: Optional[RecurrentInit] = None,
    forget_bias: float = 1.0,
    bptt_clip: Optional[float] = None,
    kernel: KernelName = "auto",
    nO: Optional[int] = None,
) -> Model[List[Doc], TagScores]:
    """Token vectors → recurrent stack → (word means) → emissions → CRF.

    tok2vec (Model[List[Doc], List[Floats2d]]): Vectors of the tokens: `WordEmbed`, any tok2vec
        of spaCy, or a listener.
    width (int): Output width of the stack; even if bidirectional.
    depth (int): Recurrent layers. With 0, `tok2vec` does all the reading (say, an LSTMEncoder
        that several components share), and width is not used.
    head (Head): "crf" or "softmax".
    cell (CellName): "lstm", "gru", "rnn" (tanh), or "irnn" (ReLU, starts as the identity).
    bidirectional (bool): Read both ways, or left to right only.
    residual (bool): Add the input of each layer from the second on to its output.
    word_means (bool): Join to each token's output the mean over all tokens of the Doc that are the
        same word but for case. Of use where Docs are longer than a sentence.
    dropout (float): Dropout before each layer and before the emissions; `training.dropout`
        overwrites it.
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
    nO (Optional[int]): Tags; None: the component works it out from its labels.
    RETURNS (Model[List[Doc], TagScores]): The tagger.
    RAISES (ValueError): If an argument makes no sense.
    """
    layers: List[Model] = [pack_words(tok2vec)]
    if depth != 0:
        layers.append(
            RecurrentStack(
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
        )
    if word_means:
        layers = [with_word_means(*layers)]
    emissions, crf = linear.Linear(nO), crf_layer.CRF(nO, head=head)
    layers += [LockedDropout(dropout), on_rows(emissions), crf]
    model: Model[List[Doc], TagScores] = chain(*layers)
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("emissions", emissions)
    model.set_ref("crf", crf)
    model.attrs["resize_output"] = resize_output
    return model


def resize_output(model: Model[List[Doc], TagScores], nO: int) -> None:
    """Give the tagger more tags; what it has learned about the old ones stays.

    model (Model[List[Doc], TagScores]): A tagger, initialized or not.
    nO (int): Tags from now on.
    RAISES (ValueError): If it has more tags than that already.
    """
    have = model.get_ref("emissions").maybe_get_dim("nO")
    if have is not None and nO < have:
        raise ValueError(Errors.FEWER_TAGS.format(have=have, want=nO))
    if have != nO:
        for name, init in (("emissions", linear.init), ("crf", crf_layer.init)):
            old = model.get_ref(name)
            model.replace_node(old, resized(old, nO, init))
        model.set_dim("nO", nO, force=True)
