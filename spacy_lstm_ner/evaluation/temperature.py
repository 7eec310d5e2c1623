"""The temperature of a lattice, chosen by the likelihood of annotation that is new to the model."""

import numpy

from ..errors import Errors
from ..types import Floats1d

# A tenth apart; losses are smooth, and convex where the annotation is complete.
TEMPERATURES = numpy.geomspace(0.25, 8.0, 37)


def fit_temperature(losses: Floats1d) -> float:
    """Find the temperature of the least loss (Guo et al. 2017): the best of `TEMPERATURES`, made
    finer by a parabola through it and its two neighbours.

    losses (Floats1d): The negative log-likelihood of the annotation at each of `TEMPERATURES`.
        *Shape:* `(37,)`.
    RETURNS (float): The temperature.
    RAISES (ValueError): If a loss is not finite.
    """
    bad = numpy.flatnonzero(~numpy.isfinite(losses))
    if bad.size:
        raise ValueError(
            Errors.NOT_A_LOSS.format(temperature=TEMPERATURES[bad[0]], value=losses[bad[0]])
        )
    at = int(numpy.argmin(losses))
    if at in (0, len(losses) - 1):
        return float(TEMPERATURES[at])
    before, least, after = losses[at - 1 : at + 2]
    bend = before - 2 * least + after
    step = 0.5 * (before - after) / bend if bend > 0 else 0.0
    return float(TEMPERATURES[at] * (TEMPERATURES[1] / TEMPERATURES[0]) ** step)
