"""Adam in one pass over the weights."""

from typing import Tuple

from thinc.api import NumpyOps, Ops, Optimizer
from thinc.backends import get_array_ops
from thinc.optimizers import ADAM_DEFAULTS, FloatOrSeq, KeyT

from ..types import Floats1d, FloatsXd


def Adam(
    learn_rate: FloatOrSeq = ADAM_DEFAULTS["learn_rate"],
    *,
    L2: FloatOrSeq = ADAM_DEFAULTS["L2"],
    beta1: FloatOrSeq = ADAM_DEFAULTS["beta1"],
    beta2: FloatOrSeq = ADAM_DEFAULTS["beta2"],
    eps: FloatOrSeq = ADAM_DEFAULTS["eps"],
    grad_clip: FloatOrSeq = ADAM_DEFAULTS["grad_clip"],
    L2_is_weight_decay: bool = True,
    use_averages: bool = True,
) -> Optimizer:
    """thinc's `Adam.v1`, with the same settings and the same steps (up to rounding), in less
    time on a CPU. It pays where batches are small beside the weights, such as large hashed
    tables: every step goes over all of them, touched or not.

    learn_rate (FloatOrSeq): The learning rate.
    L2 (FloatOrSeq): Weight decay, or L2 regularization.
    beta1 (FloatOrSeq): Decay of the first moments.
    beta2 (FloatOrSeq): Decay of the second moments.
    eps (FloatOrSeq): Added to the root of the second moments.
    grad_clip (FloatOrSeq): Limit on the norm of each parameter's gradient; 0: none.
    L2_is_weight_decay (bool): Whether L2 is weight decay, as in AdamW.
    use_averages (bool): Keep moving averages of the weights.
    RETURNS (Optimizer): The optimizer.
    """
    return FusedAdam(
        learn_rate,
        L2=L2,
        beta1=beta1,
        beta2=beta2,
        eps=eps,
        grad_clip=grad_clip,
        L2_is_weight_decay=L2_is_weight_decay,
        use_averages=use_averages,
    )


class FusedAdam(Optimizer):
    """thinc's optimizer, with the arithmetic of Adam (Kingma & Ba 2015), weight decay and averages
    left to torch. Weights, moments and averages stay where thinc has them."""

    __slots__ = ()

    def __call__(
        self, key: KeyT, weights: FloatsXd, gradient: FloatsXd, *, lr_scale: float = 1.0
    ) -> Tuple[FloatsXd, FloatsXd]:
        """Take a step, as thinc does.

        key (KeyT): Node and name of the parameter.
        weights (FloatsXd): The parameter; changed in place.
        gradient (FloatsXd): Its gradient; zero afterwards.
        lr_scale (float): Factor on the learning rate.
        RETURNS (Tuple[FloatsXd, FloatsXd]): The weights and the gradient.
        """
        ops = get_array_ops(weights)
        is_decay = self.L2_is_weight_decay or self.L2 == 0
        is_adam = self.b1 > 0 and self.b2 > 0 and len(gradient) > 0
        is_plain = isinstance(ops, NumpyOps) and weights.dtype == "float32"
        # `_step` divides by what weight decay leaves, and there may be nothing left.
        if not (is_adam and is_decay and is_plain and self._after_decay(lr_scale)):
            return super().__call__(key, weights, gradient, lr_scale=lr_scale)
        self.nr_update[key] += 1
        if self.grad_clip:
            gradient = ops.clip_gradient(gradient, self.grad_clip)
        weights = self._step(ops, key, weights.reshape(-1), gradient, lr_scale)
        gradient.fill(0)
        return weights.reshape(gradient.shape), gradient

    def _after_decay(self, lr_scale: float) -> float:
        """The factor that weight decay leaves of the weights."""
        return 1.0 - self.learn_rate * lr_scale * self.L2

    def _step(
        self, ops: Ops, key: KeyT, weights: Floats1d, gradient: FloatsXd, lr_scale: float
    ) -> Floats1d:
        from torch import from_numpy, tensor  # noqa: PLC0415
        from torch.optim.adamw import adamw  # noqa: PLC0415

        for moments in (self.mom1, self.mom2):
            if key not in moments:
                moments[key] = ops.alloc1f(weights.size)
        n_steps, lr = self.nr_update[key], self.learn_rate * lr_scale
        # thinc lets the weights decay after the step and adds eps before the second moments are
        # corrected; torch does it the other way round.
        after_decay = self._after_decay(lr_scale)
        adamw(
            [from_numpy(weights)],
            [from_numpy(gradient.reshape(-1))],
            [from_numpy(self.mom1[key])],
            [from_numpy(self.mom2[key])],
            [],
            [tensor(n_steps - 1.0)],  # counted up by the kernel
            fused=True,
            amsgrad=False,
            beta1=self.b1,
            beta2=self.b2,
            lr=lr * after_decay,
            weight_decay=self.L2 / after_decay,
            eps=self.eps / (1.0 - self.b2**n_steps) ** 0.5,
            maximize=False,
        )
        if self.averages is not None:
            if key not in self.averages:
                self.averages[key] = ops.alloc(gradient.shape)
            rest = max(9.0 / (10.0 + n_steps), 1e-4)  # what `Ops.update_averages` takes over
            from_numpy(self.averages[key].reshape((-1,))).lerp_(from_numpy(weights), rest)
        return weights
