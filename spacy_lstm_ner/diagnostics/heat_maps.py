"""What all heat maps share: colours that stay in order when printed in grey, and legible labels."""

from typing import TYPE_CHECKING, List, Optional, Sequence

import numpy

from ..types import Floats2d

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Both get lighter or darker in one direction only, so grey prints keep the order of the values.
# Of 0 … 1, white is 0. Around 0, which is grey, dark and blue is below, light and yellow above.
SHARES = ("#FFFFFF", "#9ECAE1", "#2F74B5", "#06234F")
SIGNED = ("#06234F", "#1F5799", "#848484", "#F0A848", "#FFF4C2")
LONGEST = 14  # characters of a label


def draw_heat_map(
    axes: "Axes",
    values: Floats2d,
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    limit: Optional[float] = None,
    title: str,
    unit: str = "",
) -> None:
    """Draw values as colours, with a bar beside them.

    axes (Axes): Where to draw.
    values (Floats2d): What to draw; NaN is hatched. *Shape:* `(rows, columns)`.
    columns (Sequence[str]): Their labels, below.
    rows (Sequence[str]): Their labels, on the left.
    limit (Optional[float]): Colours go from minus to plus this; None: from 0 to 1.
    title (str): What the values are, above.
    unit (str): What the numbers at the bar mean, beside it.
    """
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    colours = SHARES if limit is None else SIGNED
    image = axes.imshow(
        numpy.ma.masked_invalid(values),
        cmap=LinearSegmentedColormap.from_list("", colours),
        vmin=0 if limit is None else -limit,
        vmax=1 if limit is None else limit,
        aspect="auto",
        interpolation="nearest",
    )
    axes.patch.set(facecolor="white", edgecolor="#BBBBBB", hatch="////", linewidth=0)
    axes.grid(visible=False)
    axes.tick_params(length=0, labelsize=8)
    for spine in axes.spines.values():
        spine.set(visible=True, color="#BBBBBB", linewidth=0.6)
    axes.set_xticks(range(len(columns)), labels=columns, rotation=90, parse_math=False)
    axes.set_yticks(range(len(rows)), labels=rows, parse_math=False)
    axes.set_title(title, fontsize=10, loc="left")
    bar = axes.figure.colorbar(image, ax=axes, label=unit, pad=0.02, fraction=0.05, aspect=25)
    bar.outline.set_linewidth(0.6)
    bar.ax.tick_params(labelsize=8)
    for solids in bar.ax.collections:
        solids.set_rasterized(True)  # else, a path for each of 256 colours


def short(labels: Sequence[str]) -> List[str]:
    """Labels that are not too long, and white space that can be seen.

    labels (Sequence[str]): Any texts.
    RETURNS (List[str]): As many.
    """
    visible = [label if label.strip() else repr(label)[1:-1].replace(" ", "␣") for label in labels]
    return [label if len(label) <= LONGEST else label[: LONGEST - 1] + "…" for label in visible]


def greatest(*values: Floats2d) -> float:
    """The limit of a colour bar around 0.

    values (Floats2d): What will be drawn with it.
    RETURNS (float): The greatest magnitude that is a number; 1 if all are 0.
    """
    found = max(float(numpy.nanmax(numpy.abs(one))) for one in values)
    return found or 1.0
