"""The models that `gradient-flow` compares: the config's own, and the same with other cells,
clipping in time, skip connections and recurrent weights that are too large."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from ..errors import Errors

INITS = {
    "rnn": ("glorot", "orthogonal"),
    "irnn": ("identity",),
    "gru": ("orthogonal",),
    "lstm": ("orthogonal",),
}
TOO_LARGE = {"rnn": (2.0, "orthogonal"), "irnn": (1.1, "identity")}
TAGGER = "spacy-lstm-ner.LSTMTagger.v1"
AS_IT_IS = "The model as it is"


class Variant(NamedTuple):
    """One model to measure.

    panel (str): What it is compared under.
    name (str): Cell and initialiser; for a model as it is, nothing.
    settings (Dict[str, Any]): Of the tagger, in place of the config's.
    scale (float): What recurrent weights are multiplied by at the start.
    """

    panel: str
    name: str
    settings: Dict[str, Any]
    scale: float = 1.0


def make_variants(model: Dict[str, Any], cells: Sequence[str], clip: float) -> List[Variant]:
    """List the models to measure, each with one layer or two.

    model (Dict[str, Any]): The config of the component's model.
    cells (Sequence[str]): Cells to compare.
    clip (float): The limit where gradients are clipped in time.
    RETURNS (List[Variant]): The models, panel by panel; the config's own is the first.
    RAISES (ValueError): If the model is no LSTMTagger, or there is no such cell.
    """
    if model.get("@architectures") != TAGGER:
        raise ValueError(Errors.FLOW_MODEL.format(given=model.get("@architectures"), known=TAGGER))
    unknown = [cell for cell in cells if cell not in INITS]
    if unknown:
        raise ValueError(Errors.UNKNOWN_CELL.format(cell=unknown[0], known=", ".join(INITS)))
    plain, clipped = None, clip
    found = [Variant(AS_IT_IS, "", {})]
    for panel, limit, depth, residual in (
        ("One layer", plain, 1, False),
        (f"One layer, bptt_clip = {clip:g}", clipped, 1, False),
        ("Lower of two layers", plain, 2, False),
        ("Lower of two layers, skip connections", plain, 2, True),
    ):
        for cell in cells:
            for init in INITS[cell]:
                settings = _settings(model, cell, init, limit, depth, residual)
                found.append(Variant(panel, _name(cell, init, settings), settings))
    for cell in cells:
        if cell in TOO_LARGE:
            scale, init = TOO_LARGE[cell]
            for limit in (plain, clipped):
                settings = _settings(model, cell, init, limit, 1, False)
                name = f"{cell}, {scale:g} x {init}" + (f", clip {clip:g}" if limit else "")
                found.append(Variant("One layer, exploding", name, settings, scale))
    return found


def _settings(
    model: Dict[str, Any], cell: str, init: str, limit: Optional[float], depth: int, residual: bool
) -> Dict[str, Any]:
    return {
        "cell": cell,
        "recurrent_init": init,
        "bptt_clip": limit,
        "depth": depth,
        "residual": residual,
        "forget_bias": model.get("forget_bias", 1.0) if cell == "lstm" else 1.0,
        "kernel": "auto",
    }


def _name(cell: str, init: str, settings: Dict[str, Any]) -> str:
    shown = "Glorot" if init == "glorot" else init
    bias = f", forget bias {settings['forget_bias']:g}" if cell == "lstm" else ""
    return f"{cell}, {shown}{bias}"
