"""Kernels: who computes a recurrent layer at prediction. All give the reference's result, that of
the cell's own forward pass (`ops/lstm.py`, `ops/gru.py`, `ops/rnn.py`), and keep nothing for a
backward pass.

"numpy" works on numpy and cupy arrays in any precision, and can take rows of words that were
projected before. The others are for float32 on the CPU. "mixed" is "numpy" where there are such
rows and "torch" elsewhere. Training has one kernel, the two passes of the cell: they measure best
there (`docs/performance.md`).
"""

import platform
from dataclasses import dataclass
from functools import partial
from typing import Callable, Dict, Sequence

import numpy
from thinc.api import get_array_module

from ..errors import Errors
from ..types import Floats2d, KernelName, Layout
from .cells import CELLS
from .lstm_torch import has_bfloat16, has_onednn, predict_torch
from .predict import Predictor
from .ways import Way

# By cell and name: `(X, ways, layout) → Y` for at least one token, in float32, on the CPU.
FAST: Dict[str, Dict[str, Callable[[Floats2d, Sequence[Way], Layout], Floats2d]]] = {
    "lstm": {"torch": predict_torch, "torch-bf16": partial(predict_torch, dtype="bfloat16")}
}


@dataclass(frozen=True)
class Kernel:
    """What a layer predicts with. Made by `choose_kernel`.

    cell (str): A name in `ops.cells.CELLS`.
    name (str): "numpy", "mixed", or a name in `FAST[cell]`.
    """

    cell: str
    name: str

    def predict(self, X: Floats2d, ways: Sequence[Way], layout: Layout) -> Floats2d:
        """Run a layer.

        X (Floats2d): Packed inputs. *Shape:* `(N, nI)`.
        ways (Sequence[Way]): The directions: l2r, r2l, or both in this order.
        layout (Layout): Where the tokens stand.
        RETURNS (Floats2d): Hidden states, a way beside the other. *Shape:* `(N, len(ways) * nH)`.
        """
        weights = [array for way in ways for array in (way.Wx, way.Wh, way.b)]
        name = self.name_for(X, *weights)
        name = "torch" if name == "mixed" else name
        if name in FAST.get(self.cell, {}) and len(X):
            return FAST[self.cell][name](X, ways, layout)
        return self.prepare(ways).predict(X, layout)

    @property
    def takes_words(self) -> bool:
        """Whether it wants rows of words projected once rather than the inputs of tokens."""
        return self.name in ("numpy", "mixed")

    def prepare(self, ways: Sequence[Way]) -> Predictor:
        """Make a layer ready for the kernel "numpy".

        ways (Sequence[Way]): The directions: l2r, r2l, or both in this order.
        RETURNS (Predictor): The layer.
        """
        return CELLS[self.cell].prepare(ways)

    def name_for(self, *arrays: Floats2d) -> str:
        """The kernel that really runs on these arrays: those on a GPU and those in double
        precision are for "numpy".

        *arrays (Floats2d): Inputs and weights.
        RETURNS (str): This kernel's name, or that of the arrays' library, "numpy" or "cupy".
        """
        is_fit = all(isinstance(a, numpy.ndarray) and a.dtype == numpy.float32 for a in arrays)
        return self.name if is_fit else str(get_array_module(arrays[0]).__name__)


def choose_kernel(cell: str, name: KernelName = "auto") -> Kernel:
    """Find the kernel of a layer, once, when the layer is made. The rule of "auto", and the
    reasons for it, are in `docs/performance.md`.

    cell (str): A name in `ops.cells.CELLS`.
    name (KernelName): "auto", "numpy", "mixed", or a name in `FAST[cell]`.
    RETURNS (Kernel): The kernel.
    RAISES (ValueError): If there is no such kernel, for this cell or on this machine.
    """
    fast = FAST.get(cell, {})
    if name == "auto":
        is_x86 = platform.machine().lower() in ("x86_64", "amd64")
        return Kernel(cell, "mixed" if "torch" in fast and is_x86 and has_onednn() else "numpy")
    known = ["auto", "numpy", *(["mixed"] if "torch" in fast else []), *fast]
    if name not in known:
        names = ", ".join(known)
        raise ValueError(Errors.UNKNOWN_KERNEL.format(kernel=name, cell=cell, known=names))
    if name != "numpy" and not has_onednn():
        raise ValueError(Errors.NO_ONEDNN.format(kernel=name))
    if name == "torch-bf16" and not has_bfloat16():
        raise ValueError(Errors.NO_BFLOAT16.format(kernel=name))
    return Kernel(cell, name)
