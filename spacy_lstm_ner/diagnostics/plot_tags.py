"""Transition scores and tag marginals as heat maps."""

from functools import partial
from typing import TYPE_CHECKING, Sequence

import numpy

from ..types import Floats2d
from .heat_maps import draw_heat_map, greatest, short
from .plots import draw_svg
from .trace import TagTrace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST = 0.01  # tags that are less probable at every token are left out
CELL = 0.17  # inches, at least what a line of a label needs


def plot_transitions(tags: TagTrace) -> bytes:
    """Draw what each tag adds to the score of a path by what it follows; pairs that are ruled out
    are hatched.

    tags (TagTrace): The tags.
    RETURNS (bytes): An SVG file.
    """
    nK = len(tags.names)
    size = CELL * max(nK + 1, 12)
    scores = numpy.full((nK + 1, nK + 1), numpy.nan)
    rules = tags.allowed
    scores[0, :nK] = numpy.where(rules.start, tags.start, numpy.nan)
    scores[1:, :nK] = numpy.where(rules.transitions, tags.transitions, numpy.nan)
    scores[1:, nK] = numpy.where(rules.end, tags.end, numpy.nan)
    draw = partial(_draw_transitions, names=tags.names, scores=scores)
    return draw_svg(size + 2.6, size + 1.6, "Transition scores", draw)


def _draw_transitions(figure: "Figure", names: Sequence[str], scores: Floats2d) -> None:
    axes = figure.subplots()
    draw_heat_map(
        axes,
        scores,
        [*names, "(end)"],
        ["(start)", *names],
        limit=greatest(scores),
        title="Transition scores; hatched: ruled out",
        unit="Score",
    )
    axes.set_xlabel("Next tag")
    axes.set_ylabel("Tag")


def plot_marginals(words: Sequence[str], tags: TagTrace) -> bytes:
    """Draw the probability of each tag at each token. Tags that are nowhere likely are left out.

    words (Sequence[str]): The tokens to show, from the first one of the text.
    tags (TagTrace): The tags.
    RETURNS (bytes): An SVG file.
    """
    shown = tags.marginals[: len(words)]
    likely = numpy.flatnonzero(shown.max(axis=0) >= LEAST)
    width, height = 2.8 + max(0.19 * len(words), 2.5), 1.7 + CELL * max(len(likely), 8)
    draw = partial(_draw_marginals, words=words, tags=tags, likely=likely.tolist())
    return draw_svg(width, height, "Tag marginals", draw)


def _draw_marginals(
    figure: "Figure", words: Sequence[str], tags: TagTrace, likely: Sequence[int]
) -> None:
    axes = figure.subplots()
    rows = [tags.names[k] for k in likely]
    values = tags.marginals[: len(words), likely].T
    draw_heat_map(axes, values, short(words), rows, title="Tag marginals", unit="P(tag at token)")
    n_left_out = len(tags.names) - len(likely)
    note = f"Tag ({n_left_out} below {LEAST:.0%} everywhere)" if n_left_out else "Tag"
    axes.set_ylabel(note)
