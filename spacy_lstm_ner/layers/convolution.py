"""Sequences to vectors: filters slide over each sequence and keep their greatest answer."""

from functools import partial
from typing import Callable, List, Optional, Tuple

from thinc.api import Model

from ..errors import Errors
from ..ops.windows import backprop_windows, gather_windows, max_over_steps, window_rows
from ..types import Floats2d, Packed
from .initializers import glorot_blocks_init


def MaxConvolution(nO: int, sizes: List[int], nI: Optional[int] = None) -> Model[Packed, Floats2d]:
    """Multiply the window around every token with a matrix of filters, take the greatest answer of
    each filter in the sequence (Collobert et al. 2011) and add a bias. Windows see zeros beyond
    the ends of their sequence; answers are taken at its tokens only. Empty sequences give zeros.

    Of answers that are equal, the first one gets the gradient.

    nO (int): Output width: filters, as many of each size.
    sizes (List[int]): Tokens of a window, each a size of its own. A window of an even size has its
        odd token on the right.
    nI (Optional[int]): Input width; None: read off sample data.
    RETURNS (Model[Packed, Floats2d]): From `(N, nI)` on packed rows to `(nB, nO)`, in the order
        of the batch.
    RAISES (ValueError): If a size is below 1 or stands there twice, there is none, or nO is not a
        multiple of their number.
    """
    if not sizes or min(sizes) < 1 or len(set(sizes)) != len(sizes):
        rule = "different numbers, each 1 or more"
        raise ValueError(Errors.SIZE.format(name="window_sizes", value=sizes, rule=rule))
    if nO < 1 or nO % len(sizes):
        rule = f"a multiple of {len(sizes)}, the number of window sizes"
        raise ValueError(Errors.SIZE.format(name="width", value=nO, rule=rule))
    return Model(
        "max_convolution",
        partial(forward, sizes),
        init=partial(init, sizes),
        params={**{f"W{size}": None for size in sizes}, "b": None},
        dims={"nO": nO, "nI": nI},
    )


def forward(
    sizes: List[int], model: Model[Packed, Floats2d], Xp: Packed, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], Packed]]:
    xp, X, layout = model.ops.xp, Xp.data, Xp.layout
    nI = X.shape[1]
    widest = max(sizes)
    rows = window_rows(xp, layout, (widest - 1) // 2, widest // 2)
    windows = gather_windows(xp, X, rows)  # (N, widest * nI)
    weights = [model.get_param(f"W{size}") for size in sizes]
    # Narrower windows are the middle of the widest ones.
    starts = [((widest - 1) // 2 - (size - 1) // 2) * nI for size in sizes]
    inside = [slice(start, start + size * nI) for start, size in zip(starts, sizes)]
    answers = [windows[:, columns] @ W.T for columns, W in zip(inside, weights)]
    joined = answers[0] if len(sizes) == 1 else xp.concatenate(answers, axis=1)
    greatest, places = max_over_steps(xp, joined, layout, with_rows=is_train)
    Y = xp.zeros((len(layout.lengths), joined.shape[1]), dtype=joined.dtype)
    Y[layout.sequences] = greatest + model.get_param("b")

    def backprop(dY: Floats2d) -> Packed:
        d_greatest = dY[layout.sequences]
        d_joined = xp.zeros(joined.shape, dtype=dY.dtype)
        d_joined[places, xp.arange(joined.shape[1])] = d_greatest
        d_windows = xp.zeros(windows.shape, dtype=dY.dtype)
        parts = xp.split(d_joined, len(sizes), axis=1)
        for size, columns, W, d_part in zip(sizes, inside, weights, parts):
            model.inc_grad(f"W{size}", d_part.T @ windows[:, columns])
            d_windows[:, columns] += d_part @ W
        model.inc_grad("b", d_greatest.sum(axis=0))
        return Packed(backprop_windows(xp, d_windows, rows), layout)

    return Y, backprop


def init(
    sizes: List[int],
    model: Model[Packed, Floats2d],
    X: Optional[Packed] = None,
    Y: Optional[Floats2d] = None,
) -> None:
    if X is not None:
        model.set_dim("nI", X.data.shape[1])
    if not model.has_dim("nI"):
        raise ValueError(Errors.MISSING_DIM.format(layer=model.name, dim="nI"))
    nO, nI = model.get_dim("nO"), model.get_dim("nI")
    for size in sizes:
        model.set_param(f"W{size}", glorot_blocks_init(model.ops, nO // len(sizes), size * nI))
    model.set_param("b", model.ops.alloc1f(nO))
