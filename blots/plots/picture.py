"""A blot's picture as the eye needs it: bands dark on light, contrast stretched and stated, clipped pixels marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

# Okabe and Ito's palette: told apart with any colour vision, and of unlike lightness in grey.
LANE_COLOUR = "#0072B2"
BAND_COLOUR = "#D55E00"
SATURATED_COLOUR = "#CC79A7"
PLACE_COLOUR = "#009E73"
_DARKEST = 99.7  # percentile shown black: the strongest bands may clip for the eye, never for the numbers
_LIGHTEST = 2.0
_MOST_PIXELS = 1600  # either way: a figure shows no more, and a large scan would take seconds to draw
_SMALL_PT = 6.0
_BOX = re.compile(r"(x|y) (\d+) to (\d+), (x|y) (\d+) to (\d+)")
_POINT = re.compile(r"x (\d+), y (\d+)")


class Place(NamedTuple):
    """Where to look: left column, top row, width and height; half open."""

    x: float
    y: float
    width: float
    height: float


def show_picture(ax: Axes, blot: Blot, *, faded: bool = False) -> str:
    """Draw a blot dark on light whichever way it is stored, and return in words how its numbers are shown.

    A picture of more than 1,600 pixels either way is drawn from means of whole blocks of pixels.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw; its coordinates are the picture's columns and rows.
    blot : Blot
        From `read_blot`.
    faded : bool
        Draw it light, for something to be drawn over it.

    Returns
    -------
    str
        The levels shown white and black, the absence of a gamma, the polarity stored, and what is marked.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> blot = Blot("demo", np.arange(4000.0).reshape(40, 100), np.zeros((40, 100), dtype=bool))
    >>> show_picture(Figure().subplots(), blot)
    'shown: 80 white to 3,987 black, linear (no gamma)'
    """
    step = max(1, -(-max(blot.shape) // _MOST_PIXELS))
    picture = _lower(blot.signal, step)
    light, dark = (float(p) for p in np.percentile(picture, [_LIGHTEST, _DARKEST]))
    dark = max(dark, light + 1e-9)
    rows, columns = (step * n for n in picture.shape)
    extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    ax.imshow(
        picture,
        cmap="gray_r",
        vmin=light,
        vmax=dark,
        interpolation="antialiased",
        rasterized=True,
        extent=extent,
        alpha=0.35 if faded else 1.0,
    )
    words = f"shown: {_level(light, dark)} white to {_level(dark, dark)} black, linear (no gamma)"
    if blot.stored_dark_bands:
        words += "; stored dark on light"
    if blot.saturated.any() and not faded:
        _mark_clipped(ax, _lower(blot.saturated, step) > 0, extent)
        words += f"; {int(blot.saturated.sum()):,} clipped pixels marked with a light patch"
    ax.set(xlim=(-0.5, blot.shape[1] - 0.5), ylim=(blot.shape[0] - 0.5, -0.5), xticks=[], yticks=[])
    ax.set_anchor("W")  # what is written under a narrow picture needs the room at its right
    for spine in ax.spines.values():
        spine.set(visible=True, linewidth=0.5, color="0.6")
    return words


def small_print(ax: Axes, lines: Iterable[str]) -> None:
    """Write lines under a picture, broken to its width.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure(figsize=(3, 2)).subplots()
    >>> small_print(ax, ["what is shown", ""])
    >>> ax.get_xlabel()
    'what is shown'
    """
    from textwrap import wrap

    width_pt = ax.get_window_extent().width * 72 / ax.figure.dpi
    letters = max(24, int(width_pt / (0.52 * _SMALL_PT)))
    ax.set_xlabel("\n".join(part for line in lines for part in wrap(line, letters)), fontsize=_SMALL_PT, loc="left")


def places_in(cautions: Iterable[str]) -> list[tuple[str, Place]]:
    """Return the code and the place of every caution that says where to look.

    Examples
    --------
    >>> places_in(["burnt_in: look here at x 10 to 60, y 5 to 25, letters seem drawn on it", "lossy: JPEG"])
    [('burnt_in', Place(x=10.0, y=5.0, width=50.0, height=20.0))]
    >>> places_in(["twin_regions: look here, the same noise stands around x 100, y 50 and x 300, y 50"])[1]
    ('twin_regions', Place(x=270.0, y=20.0, width=60.0, height=60.0))
    """
    found = []
    for said in cautions:
        code, _, words = said.partition(": ")
        if "look here" not in words:
            continue
        for first, a, b, _, c, d in _BOX.findall(words):
            (x, right), (y, bottom) = ((a, b), (c, d)) if first == "x" else ((c, d), (a, b))
            found.append((code, Place(float(x), float(y), float(right) - float(x), float(bottom) - float(y))))
        for x, y in _POINT.findall(words):
            found.append((code, Place(float(x) - 30, float(y) - 30, 60.0, 60.0)))
    return found


def mark_places(ax: Axes, blot: Blot) -> str:
    """Draw a dotted frame where the picture's cautions say to look, and return what the frames mean; empty for none."""
    from matplotlib.patches import Rectangle

    places = places_in(blot.cautions)
    for code, place in places:
        x, y = max(place.x, 0), max(place.y, 0)
        wide, high = max(place.width, 8.0), max(place.height, 8.0)
        for colour, width in (("white", 2.6), (PLACE_COLOUR, 1.4)):
            ax.add_patch(
                Rectangle((x - 4, y - 4), wide + 8, high + 8, fill=False, ec=colour, lw=width, ls=(0, (1, 1.2)))
            )
        ax.annotate(
            f"look here: {code.replace('_', ' ')}",
            (x, max(y - 4, -0.5)),
            xytext=(0, 2 if y > 0.1 * blot.shape[0] else -2),
            textcoords="offset points",
            fontsize=_SMALL_PT,
            color="black",
            va="bottom" if y > 0.1 * blot.shape[0] else "top",
            annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": PLACE_COLOUR, "linewidth": 0.5, "pad": 0.8, "alpha": 0.9},
        )
    return "dotted frames: look here, see the cautions" if places else ""


def _mark_clipped(ax: Axes, clipped: NDArray[np.bool_], extent: tuple[float, float, float, float]) -> None:
    """Mark clipped pixels in a light colour inside their black band, so that a grey print shows them too."""
    from matplotlib.colors import to_rgba

    mark = np.zeros((*clipped.shape, 4))
    mark[clipped] = to_rgba(SATURATED_COLOUR)
    ax.imshow(mark, interpolation="nearest", rasterized=True, extent=extent)


def _lower(picture: NDArray[np.float64] | NDArray[np.bool_], step: int) -> Array:
    """Return the means of whole blocks of pixels."""
    if step == 1:
        return np.asarray(picture, dtype=float)
    down = np.add.reduceat(picture, np.arange(0, picture.shape[0], step), axis=0, dtype=float)
    both = np.add.reduceat(down, np.arange(0, picture.shape[1], step), axis=1)
    rows, columns = (np.diff(np.append(np.arange(0, n, step), n)) for n in picture.shape)
    return np.asarray(both / rows[:, None] / columns)


def _level(value: float, scale: float) -> str:
    return f"{value:,.0f}" if abs(scale) >= 10 else f"{value:.3g}"
