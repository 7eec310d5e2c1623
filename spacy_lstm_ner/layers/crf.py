"""The CRF's own parameters, beside the emissions."""

from functools import partial
from typing import Callable, Optional, Tuple

from thinc.api import Model

from ..errors import Errors
from ..types import Head, Packed, TagScores

PARAMS = ("start", "transitions", "end")


def CRF(nO: Optional[int] = None, *, head: Head = "crf") -> Model[Packed, TagScores]:
    """Complete emissions to the scores of paths. Loss and decoding are in `ops`.

    nO (Optional[int]): Tags; None: set later, by `layers.resize.resized`.
    head (Head): "crf" learns start, transition and end scores (they begin at zero); "softmax"
        leaves them at zero, so that only the constraints tie the tags together.
    RETURNS (Model[Packed, TagScores]): The layer.
    RAISES (ValueError): If the head is unknown.
    """
    if head not in ("crf", "softmax"):
        raise ValueError(Errors.UNKNOWN_HEAD.format(head=head))
    return Model(
        head,
        partial(forward, head),
        init=init,
        params=dict.fromkeys(PARAMS) if head == "crf" else {},
        dims={"nO": nO},
    )


def forward(
    head: Head, model: Model[Packed, TagScores], emissions: Packed, is_train: bool
) -> Tuple[TagScores, Callable[[TagScores], Packed]]:
    nK = model.get_dim("nO")
    if head == "crf":
        start, transitions, end = (model.get_param(name) for name in PARAMS)
    else:
        start, end = (model.ops.xp.zeros(nK, dtype=emissions.data.dtype) for _ in range(2))
        transitions = model.ops.xp.zeros((nK, nK), dtype=emissions.data.dtype)

    def backprop(d_scores: TagScores) -> Packed:
        if head == "crf":
            for name in PARAMS:
                model.inc_grad(name, getattr(d_scores, name))
        return d_scores.emissions

    return TagScores(emissions, start, transitions, end), backprop


def init(
    model: Model[Packed, TagScores], X: Optional[Packed] = None, Y: Optional[TagScores] = None
) -> None:
    if not model.has_dim("nO"):
        raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim="nO"))
    nK = model.get_dim("nO")
    for name in model.param_names:
        shape = (nK, nK) if name == "transitions" else (nK,)
        model.set_param(name, model.ops.alloc_f(shape))
