"""What all figures share: their look, and SVG bytes that are the same for the same data."""

from io import BytesIO
from typing import TYPE_CHECKING, Any, Callable, Dict, Tuple
from warnings import catch_warnings, filterwarnings

from ..errors import Errors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours: for lines those with contrast to white, for bars dark and light in turn.
# No colour stands alone: a line has its own dashes and marker, a bar its own hatch.
COLOURS = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#555555")
DASHES: Tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")
FILLS = ("#0072B2", "#F0E442", "#B8DDF5", "#E69F00", "#DDDDDD", "#009E73")
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---")

WIDEST_LEGEND = 45  # characters of all names on one line
DPI = 216  # of heat maps, which are images in the file: sharp on fine screens too

_STYLE: Dict[str, Any] = {
    # Text stays text: every script shows, and readers and searches find it.
    "svg.fonttype": "none",
    # The names of clip paths come from this and not from the clock.
    "svg.hashsalt": "spacy-lstm-ner",
    "font.size": 11,
    "hatch.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "legend.frameon": False,
}


def check_matplotlib() -> None:
    """Find out before a long run whether its figure can be drawn.

    RAISES (ImportError): If matplotlib, an optional extra, is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401, PLC0415
    except ImportError as err:
        raise ImportError(Errors.NO_MATPLOTLIB) from err


def draw_svg(width: float, height: float, title: str, draw: "Callable[[Figure], None]") -> bytes:
    """Draw a figure.

    width (float): In inches.
    height (float): In inches.
    title (str): What the figure shows, for the file's metadata.
    draw (Callable[[Figure], None]): Fills the empty figure.
    RETURNS (bytes): An SVG file, the same for the same data.
    RAISES (ImportError): If matplotlib is not installed.
    """
    check_matplotlib()
    from matplotlib import style  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    out = BytesIO()
    with style.context(["default", _STYLE], after_reset=True), catch_warnings():
        # Said of the font that text is measured with; the text itself is in the file.
        filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        metadata = {"Title": title, "Date": None, "Creator": None}
        figure.savefig(out, format="svg", dpi=DPI, metadata=metadata)
    return out.getvalue()


def legend_above(axes: "Axes") -> None:
    """Put a legend above the data, where it hides none of them; one entry a line if they are
    too long to stand side by side."""
    names = axes.get_legend_handles_labels()[1]
    fits = sum(map(len, names)) <= WIDEST_LEGEND
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(names) if fits else 1,
        borderaxespad=0.2,
    )
