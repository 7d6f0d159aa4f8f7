"""An axis on a display scale: ticks at zero and at the powers of ten, and the reach that shows every event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.markers import TICKDOWN, TICKLEFT, MarkerStyle

from gating.thresholds import Grid
from gating.transforms import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

DIVIDER = "#B5310A"  # vermilion, dark in greyscale too
MINOR_POINTS = 1.8
# Room beside the outermost events, as parts of what is shown; more above, where the percentages stand.
MARGIN_BELOW, MARGIN_ABOVE = 0.05, 0.12


def draw_ticks(ax: Axes, which: Literal["x", "y"], scale: Scale, grid: Grid, *, minor: bool = True) -> None:
    """Put ticks at zero and at the powers of ten that an axis shows, as cytometry software does.

    Parameters
    ----------
    ax : matplotlib Axes
        Its limits are set already, in coordinates of `scale`.
    which : {"x", "y"}
        The axis.
    scale : Scale
        The display scale of the axis.
    grid : Grid
        The grid of the density: its cofactor says how near to zero a power of ten can stand.
    minor : bool
        Also mark 2 to 9 times each power.
    """
    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = sorted(axis.get_view_interval())
    values = [v for v in _ticks(grid) if low <= float(scale(v)) <= high]
    axis.set_ticks([float(scale(v)) for v in values], [power_of_ten(v) for v in values])
    between = [float(scale(k * v)) for v in values if v > 0 for k in range(2, 10)] if minor else []
    between = [at for at in between if low <= at <= high]
    if not between:
        return
    # One artist for all: a tick of matplotlib's own costs as much as a whole density.
    on_edge = [0.0] * len(between)
    ax.scatter(
        between if which == "x" else on_edge,
        on_edge if which == "x" else between,
        marker=MarkerStyle(TICKDOWN if which == "x" else TICKLEFT),
        s=MINOR_POINTS**2,
        color="black",
        linewidths=0.5,
        transform=ax.get_xaxis_transform() if which == "x" else ax.get_yaxis_transform(),
        clip_on=False,
    )


def reach(counts: NDArray[np.int64], grid: Grid, also: Sequence[float] = ()) -> tuple[float, float]:
    """Return where an axis begins and ends, linear, never so close to zero that noise fills the picture.

    Parameters
    ----------
    counts : array (bins,)
        Events of all tubes that the axis shows.
    grid : Grid
        The grid of the counts.
    also : sequence of float
        Linear values that must be seen too; those beyond the grid are left out.
    """
    filled, centres, zero = np.flatnonzero(counts), grid.centres, float(grid.scale(0.0))
    wanted = [zero - 0.3, zero + 2.0, *(float(centres[i]) for i in [*filled[:1], *filled[-1:]])]
    wanted += [at for value in also if grid.low <= (at := float(grid.scale(value))) <= grid.high]
    low, high = min(wanted), max(wanted)
    margin = high - low
    low, high = low - MARGIN_BELOW * margin, high + MARGIN_ABOVE * margin
    return float(grid.scale.inverse(low)), float(grid.scale.inverse(high))


def within(scale: Scale, interval: tuple[float, float], limits: tuple[float, float]) -> tuple[float, float] | None:
    """Return the ends of a linear interval on an axis, an infinite one at its edge; None where nothing of it is seen.

    Examples
    --------
    >>> from gating.transforms import Asinh
    >>> within(Asinh(150.0), (0.0, float("inf")), (-0.5, 3.5)), within(Asinh(150.0), (9.0, 9.0), (-0.5, 3.5))
    ((0.0, 3.5), None)
    """
    first, last = sorted(limits)
    low, high = (float(scale(v)) if np.isfinite(v) else v for v in interval)
    low, high = max(low, first), min(high, last)
    return (low, high) if low < high else None  # a NaN is not below anything


def edges(grid: Grid) -> NDArray[np.float64]:
    """Return the edges of a grid's bins in linear units, shape (bins + 1,).

    Examples
    --------
    >>> from gating.transforms import Asinh
    >>> edges(Grid(Asinh(100.0), 0.0, 2.0, bins=2)).round().tolist()
    [0.0, 495.0, 5000.0]
    """
    return np.asarray(grid.scale.inverse(np.linspace(grid.low, grid.high, grid.bins + 1)), dtype=np.float64)


def _ticks(grid: Grid) -> list[float]:
    """Return zero, the powers of ten that stand clear of it, and the first of them below zero."""
    first = int(np.ceil(np.log10(grid.scale.cofactor * 1.5)))
    return [-(10.0**first), 0.0, *(10.0**k for k in range(first, first + 8))]


def power_of_ten(value: float) -> str:
    """Return a power of ten, its negative, or zero as an axis shows it.

    Examples
    --------
    >>> power_of_ten(1000.0), power_of_ten(-100.0), power_of_ten(0.0)
    ('$10^{3}$', '$-10^{2}$', '0')
    """
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    return f"${sign}10^{{{round(np.log10(abs(value)))}}}$"
