"""One recurrent layer in one direction."""

from functools import partial
from typing import Any, Callable, Optional, Sequence, Set, Tuple

from thinc.api import Model

from ..errors import Errors
from ..ops.cells import CELLS, Cell
from ..ops.kernels import Kernel, choose_kernel
from ..ops.ways import Way
from ..types import Direction, Floats1d, Floats2d, KernelName, Packed
from .initializers import RECURRENT_INITS, glorot_blocks_init
from .kept_rows import RowMap
from .no_backprop import no_backprop
from .pack_words import PackedWords
from .watch import RecurrentWatch

FORGET_BIAS = 1.0


def Recurrent(
    nO: int,
    nI: Optional[int] = None,
    *,
    cell: str = "lstm",
    direction: Direction = "l2r",
    recurrent_init: Optional[str] = None,
    forget_bias: float = FORGET_BIAS,
    recurrent_dropout_scale: float = 0.0,
    bptt_clip: Optional[float] = None,
    kernel: KernelName = "auto",
) -> Model[Packed, Packed]:
    """A recurrent layer over packed rows. Both directions read every sequence inside its own
    length, so the result of a sequence does not depend on the batch.

    nO (int): Hidden width.
    nI (Optional[int]): Input width; None: read off sample data.
    cell (str): Which cell of `ops.cells` to run: "lstm", "gru", "rnn" (tanh) or "irnn" (ReLU).
    direction (Direction): "l2r" or "r2l".
    recurrent_init (Optional[str]): How the recurrent weights start: "orthogonal", "glorot" or
        "identity". None: as suits the cell, the identity for "irnn" and orthogonal for others.
    forget_bias (float): Start value of an LSTM's forget gate's bias (Jozefowicz et al. 2015).
    recurrent_dropout_scale (float): The recurrent weights are dropped (one mask a batch:
        Merity, Keskar & Socher 2018) at the dropout rate in force times this.
    bptt_clip (Optional[float]): Limit, by value, on gradients handed back through time.
    kernel (KernelName): What computes predictions, see `ops.kernels.choose_kernel`.
    RETURNS (Model[Packed, Packed]): The layer; its output is nO wide.
    RAISES (ValueError): If an argument makes no sense.
    """
    if cell not in CELLS:
        raise ValueError(Errors.UNKNOWN_CELL.format(cell=cell, known=", ".join(CELLS)))
    if recurrent_init is not None and recurrent_init not in RECURRENT_INITS:
        known = ", ".join(RECURRENT_INITS)
        raise ValueError(Errors.UNKNOWN_RECURRENT_INIT.format(given=recurrent_init, known=known))
    if forget_bias != FORGET_BIAS and "f" not in CELLS[cell].gates:
        raise ValueError(Errors.NO_FORGET_GATE.format(cell=cell, given=forget_bias))
    if direction not in ("l2r", "r2l"):
        raise ValueError(Errors.UNKNOWN_DIRECTION.format(direction=direction))
    if nO < 1:
        raise ValueError(Errors.SIZE.format(name="width", value=nO, rule="a number >= 1"))
    if recurrent_dropout_scale < 0:
        rule = "a number >= 0, a multiple of the dropout rate"
        raise ValueError(
            Errors.SIZE.format(
                name="recurrent_dropout_scale", value=recurrent_dropout_scale, rule=rule
            )
        )
    if bptt_clip is not None and bptt_clip <= 0:
        rule = "a number above 0, or null for no limit"
        raise ValueError(Errors.SIZE.format(name="bptt_clip", value=bptt_clip, rule=rule))
    return Model(
        f"{cell}-{direction}",
        partial(
            forward,
            CELLS[cell],
            direction,
            recurrent_dropout_scale,
            bptt_clip,
            kernel=choose_kernel(cell, kernel),
        ),
        init=partial(init, CELLS[cell], recurrent_init or CELLS[cell].recurrent_init, forget_bias),
        params={"Wx": None, "Wh": None, "b": None},
        dims={"nO": nO, "nI": nI, "nG": len(CELLS[cell].gates)},
        attrs={"dropout_rate": 0.0},
    )


def forward(
    cell: Cell,
    direction: Direction,
    recurrent_dropout_scale: float,
    bptt_clip: Optional[float],
    model: Model[Packed, Packed],
    Xp: Packed,
    is_train: bool,
    *,
    kernel: Kernel,
    watch: Optional[RecurrentWatch] = None,
) -> Tuple[Packed, Callable[[Packed], Packed]]:
    if not is_train:
        return predict(kernel, [model], [direction], Xp), no_backprop(model)
    layout = Xp.layout
    X = _inputs(model, Xp)
    if direction == "r2l":
        X = X[layout.reversed_rows]
    Wx, Wh, b = (model.get_param(name) for name in ("Wx", "Wh", "b"))
    mask = _recurrent_mask(model, recurrent_dropout_scale, Wh)
    if mask is not None:
        Wh = Wh * mask
    Y, trace = cell.forward(X, Wx, Wh, b, layout)
    if watch is not None:
        watch.forward(model, layout, trace)

    def backprop(dYp: Packed) -> Packed:
        dY = dYp.data[layout.reversed_rows] if direction == "r2l" else dYp.data
        found = cell.backprop(dY, Wx, Wh, layout, trace, bptt_clip=bptt_clip)
        if watch is not None:
            watch.backprop(model, layout, found)
        model.inc_grad("Wx", found.Wx)
        model.inc_grad("Wh", found.Wh if mask is None else found.Wh * mask)
        model.inc_grad("b", found.b)
        dX = found.X
        return Packed(dX[layout.reversed_rows] if direction == "r2l" else dX, layout)

    return Packed(Y[layout.reversed_rows] if direction == "r2l" else Y, layout), backprop


def predict(
    kernel: Kernel,
    layers: Sequence[Model[Packed, Packed]],
    directions: Sequence[Direction],
    Xp: Packed,
) -> Packed:
    """Run one recurrent layer, or the two of a bidirectional one together.

    kernel (Kernel): What computes it.
    layers (Sequence[Model[Packed, Packed]]): The layers, made by `Recurrent`.
    directions (Sequence[Direction]): The direction of each.
    Xp (Packed): Their input.
    RETURNS (Packed): Their outputs side by side.
    """
    ways = [
        Way(direction, *(layer.get_param(name) for name in ("Wx", "Wh", "b")))
        for direction, layer in zip(directions, layers)
    ]
    if isinstance(Xp, PackedWords) and kernel.takes_words:
        _check_width(layers[0], Xp.width)
        weights = [array for way in ways for array in (way.Wx, way.Wh, way.b)]
        ready, A, index = Xp.through(RowMap(weights, partial(kernel.prepare, ways), _project))
        return Packed(ready.predict_projected(A, index, Xp.layout), Xp.layout)
    return Packed(kernel.predict(_inputs(layers[0], Xp), ways, Xp.layout), Xp.layout)


def _project(ready: Any, X: Floats2d) -> Floats2d:
    A: Floats2d = ready.project(X)
    return A


def kernel_of(model: Model[Any, Any]) -> Set[str]:
    """The kernels that really run when a model predicts, as its weights are now. An empty set
    if there is no recurrent layer in it; more than one name if its layers differ.

    model (Model): Any model, say that of a component.
    RETURNS (Set[str]): Names as in `ops.kernels.Kernel.name_for`.
    """
    kernels = set()
    for node in model.walk():
        kernel = getattr(node._func, "keywords", {}).get("kernel")
        if kernel is not None and node.param_names:
            weights = [node.get_param(name) for name in node.param_names if node.has_param(name)]
            kernels.add(kernel.name_for(*weights))
    return kernels


def _inputs(model: Model[Packed, Packed], Xp: Packed) -> Floats2d:
    X: Floats2d = Xp.data
    if len(X):
        _check_width(model, X.shape[1])
    return X.reshape(-1, model.get_dim("nI"))


def _check_width(model: Model[Packed, Packed], width: int) -> None:
    nI = model.get_dim("nI")
    if width != nI:
        raise ValueError(Errors.WRONG_WIDTH.format(layer=model.name, expected=nI, given=width))


def _recurrent_mask(model: Model[Packed, Packed], scale: float, Wh: Floats2d) -> Optional[Floats2d]:
    drop: float = model.attrs["dropout_rate"]
    rate = scale * drop
    if rate >= 1:
        raise ValueError(Errors.RECURRENT_DROPOUT.format(scale=scale, drop=drop, rate=rate))
    if rate <= 0:
        return None
    return model.ops.get_dropout_mask(Wh.shape, rate).astype(Wh.dtype)


def init(
    cell: Cell,
    recurrent_init: str,
    forget_bias: float,
    model: Model[Packed, Packed],
    X: Optional[Packed] = None,
    Y: Optional[Packed] = None,
) -> None:
    if X is not None:
        model.set_dim("nI", X.data.shape[1])
    if not model.has_dim("nI"):
        raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim="nI"))
    nH, nI, blocks = model.get_dim("nO"), model.get_dim("nI"), len(cell.gates)
    model.set_param("Wx", glorot_blocks_init(model.ops, nH, nI, blocks))
    model.set_param("Wh", RECURRENT_INITS[recurrent_init](model.ops, nH, blocks))
    b: Floats1d = model.ops.alloc1f(len(cell.biases) * nH)
    if "f" in cell.biases:
        at = cell.biases.index("f") * nH
        b[at : at + nH] = forget_bias
    model.set_param("b", b)
