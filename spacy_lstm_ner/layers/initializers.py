"""Initializers that thinc lacks."""

from typing import Callable, Dict

from thinc.api import Ops

from ..types import Floats2d


def orthogonal_init(ops: Ops, nH: int, blocks: int = 1) -> Floats2d:
    """Random orthogonal matrices, stacked (Saxe, McClelland & Ganguli 2014): a product of many
    of them neither grows nor shrinks a vector, which is what a recurrence wants at its start.

    ops (Ops): Backend.
    nH (int): Rows and columns of each matrix.
    blocks (int): How many to stack, one for each gate.
    RETURNS (Floats2d): *Shape:* `(blocks * nH, nH)`.
    """
    xp = ops.xp
    stacked = []
    for _ in range(blocks):
        Q, R = xp.linalg.qr(xp.random.normal(size=(nH, nH)))
        stacked.append(Q * xp.sign(xp.diagonal(R)))  # uniform over all orthogonal matrices
    return ops.asarray2f(xp.concatenate(stacked))


def glorot_blocks_init(ops: Ops, nO: int, nI: int, blocks: int = 1) -> Floats2d:
    """Glorot uniform matrices, stacked: each block is scaled by its own width, not the stack's.

    ops (Ops): Backend.
    nO (int): Rows of each block.
    nI (int): Columns.
    blocks (int): How many to stack, one for each gate.
    RETURNS (Floats2d): *Shape:* `(blocks * nO, nI)`.
    """
    scale = (6.0 / (nO + nI)) ** 0.5
    return ops.asarray2f(ops.xp.random.uniform(-scale, scale, (blocks * nO, nI)))


def identity_init(ops: Ops, nH: int, blocks: int = 1) -> Floats2d:
    """Identity matrices, stacked (Le, Jaitly & Hinton 2015): at its start, a ReLU recurrence only
    adds up what it reads.

    ops (Ops): Backend.
    nH (int): Rows and columns of each matrix.
    blocks (int): How many to stack, one for each gate.
    RETURNS (Floats2d): *Shape:* `(blocks * nH, nH)`.
    """
    return ops.asarray2f(ops.xp.concatenate([ops.xp.eye(nH)] * blocks))


def _square_glorot_init(ops: Ops, nH: int, blocks: int = 1) -> Floats2d:
    return glorot_blocks_init(ops, nH, nH, blocks)


RECURRENT_INITS: Dict[str, Callable[[Ops, int, int], Floats2d]] = {
    "orthogonal": orthogonal_init,
    "glorot": _square_glorot_init,
    "identity": identity_init,
}
