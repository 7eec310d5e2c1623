"""One vector for a whole sequence: what each direction knows when it is through."""

from typing import Callable, Tuple

from thinc.api import Model

from ..types import Floats2d, Packed


def last_states(nO: int) -> Model[Packed, Floats2d]:
    """Join the l2r half of each last token and the r2l half of each first token: the last states
    that the two directions compute. Empty sequences give zeros.

    nO (int): Width of the input and of the output, half for each direction.
    RETURNS (Model[Packed, Floats2d]): From `(N, nO)` on packed rows to `(nB, nO)`, in the order
        of the batch.
    """
    return Model("last_states", forward, dims={"nO": nO})


def forward(
    model: Model[Packed, Floats2d], Xp: Packed, is_train: bool
) -> Tuple[Floats2d, Callable[[Floats2d], Packed]]:
    xp, layout = model.ops.xp, Xp.layout
    nO = model.get_dim("nO")
    nH = nO // 2
    last, n_alive, sequences = layout.last_rows, len(layout.last_rows), layout.sequences
    Y = xp.zeros((len(layout.lengths), nO), dtype=Xp.data.dtype)
    Y[sequences, :nH] = Xp.data[last, :nH]
    Y[sequences, nH:] = Xp.data[:n_alive, nH:]  # the first rows are the first tokens, by rank

    def backprop(dY: Floats2d) -> Packed:
        dX = xp.zeros_like(Xp.data)
        dX[last, :nH] = dY[sequences, :nH]
        dX[:n_alive, nH:] = dY[sequences, nH:]
        return Packed(dX, layout)

    return Y, backprop
