"""Quadrant pictures: densities on a display scale, the two dividers, and the four percentages in their corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.patheffects import withStroke

from gating.cleanup import smooth
from gating.gates import QuadrantGate
from gating.thresholds import Grid
from gating.transforms import Scale
from gating.tubes import Density

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

Shown = tuple[tuple[float, float], tuple[float, float]]
DIVIDER = "#B5310A"  # vermilion, dark in greyscale too
SMOOTHING_BINS = 0.9
# Where each population's percentage stands, in fractions of the axes: x, y, horizontal and vertical alignment.
CORNERS = {
    "live": (0.03, 0.03, "left", "bottom"),
    "early_apoptotic": (0.97, 0.03, "right", "bottom"),
    "late_apoptotic": (0.97, 0.97, "right", "top"),
    "necrotic": (0.03, 0.97, "left", "top"),
}


def draw_quadrants(
    ax: Axes,
    density: Density,
    gate: QuadrantGate,
    fractions: Mapping[str, float],
    *,
    shown: Shown | None = None,
    scale: Scale | None = None,
    labels: bool = True,
    font_size: float = 8.0,
) -> None:
    """Draw one tube on the axes given: density, dividers and the percentage of each population.

    Parameters
    ----------
    ax : matplotlib Axes
    density : Density
        As `Plate.densities` holds it.
    gate : QuadrantGate
        Drawn as two lines.
    fractions : mapping of population to fraction
        Shown in percent in the corners.
    shown : tuple of two pairs, optional
        The range of each axis in linear units, so that panels can be compared; default: where the events are.
    scale : Scale, optional
        Another display scale for both axes, for example `Logicle()`; default: the one the density was taken on.
    labels : bool
        Name the axes by channel; False in small multiples that share their names.
    font_size : float
        Of the percentages, in points.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from gating.transforms import Asinh
    >>> grid = Grid(Asinh(150.0), -0.5, 3.5, bins=4)
    >>> ax = Figure().add_subplot()
    >>> gate = QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0)
    >>> draw_quadrants(ax, Density(np.eye(4, dtype=int), grid, grid), gate, {"live": 0.9})
    >>> ax.get_xlabel(), [t.get_text() for t in ax.texts]
    ('Annexin V (FITC-A)', ['90.0 %'])
    """
    smoothed = _smooth_both(density.counts)
    floor = 0.05
    image = np.ma.masked_less(smoothed, floor)
    densest = max(float(smoothed.max()), 2 * floor)
    across, up = scale or density.annexin.scale, scale or density.dye.scale
    norm = LogNorm(floor, densest)
    if scale is None:
        extent = (density.annexin.low, density.annexin.high, density.dye.low, density.dye.high)
        ax.imshow(
            image,
            norm=norm,
            cmap="viridis_r",
            extent=extent,
            origin="lower",
            aspect="auto",
            interpolation="nearest",
        )
    else:  # bins of one scale have unequal widths on another
        x, y = (on(_edges(grid)) for on, grid in ((across, density.annexin), (up, density.dye)))
        ax.pcolormesh(x, y, image, norm=norm, cmap="viridis_r", rasterized=True, linewidth=0)
    ax.axvline(float(across(gate.annexin_threshold)), color=DIVIDER, linewidth=1.0)
    ax.axhline(float(up(gate.dye_threshold)), color=DIVIDER, linewidth=1.0)
    (left, right), (bottom, top) = shown or shown_range([density])
    ax.set_xlim(*(float(across(v)) for v in (left, right)))
    ax.set_ylim(*(float(up(v)) for v in (bottom, top)))
    for population, share in fractions.items():
        x_corner, y_corner, horizontal, vertical = CORNERS[population]
        text = ax.text(
            x_corner,
            y_corner,
            f"{100 * share:.1f} %",
            transform=ax.transAxes,
            ha=horizontal,
            va=vertical,
            fontsize=font_size,
            fontweight="bold",
        )
        text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    _draw_ticks(ax, (across, density.annexin), (up, density.dye), minor=labels)
    if labels:
        ax.set_xlabel(f"Annexin V ({gate.annexin})")
        ax.set_ylabel(f"dead-cell dye ({gate.dye})")


def _draw_ticks(ax: Axes, across: tuple[Scale, Grid], up: tuple[Scale, Grid], *, minor: bool) -> None:
    """Put ticks at zero and at the powers of ten that the axes show, as cytometry software does."""
    for axis, (scale, grid), (low, high) in ((ax.xaxis, across, ax.get_xlim()), (ax.yaxis, up, ax.get_ylim())):
        values = [v for v in _ticks(grid) if low <= float(scale(v)) <= high]
        axis.set_ticks([float(scale(v)) for v in values], [_power(v) for v in values])
        between = [float(scale(v)) for v in _minor(values)] if minor else []
        axis.set_ticks([v for v in between if low <= v <= high], minor=True)
    ax.tick_params(which="minor", length=1.5)


def _smooth_both(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    rows = np.array([smooth(row, SMOOTHING_BINS) for row in counts.astype(np.float64)])
    return np.array([smooth(column, SMOOTHING_BINS) for column in rows.T]).T


def _edges(grid: Grid) -> NDArray[np.float64]:
    """Return the edges of a grid's bins in linear units, shape (bins + 1,)."""
    return np.asarray(grid.scale.inverse(np.linspace(grid.low, grid.high, grid.bins + 1)), dtype=np.float64)


def shown_range(densities: Sequence[Density]) -> Shown:
    """Return the range of each axis, in linear units, that shows every event of these tubes with a margin.

    Examples
    --------
    >>> from gating.transforms import Asinh
    >>> grid = Grid(Asinh(150.0), -0.5, 3.5, bins=4)
    >>> (left, right), _ = shown_range([Density(np.eye(4, dtype=int), grid, grid)])
    >>> left < 0 < 1e5 < right
    True
    """
    across = [_reach(d.counts.sum(axis=0), d.annexin) for d in densities]
    up = [_reach(d.counts.sum(axis=1), d.dye) for d in densities]
    return tuple((min(low for low, _ in ends), max(high for _, high in ends)) for ends in (across, up))  # type: ignore[return-value]


def _reach(counts: NDArray[np.int64], grid: Grid) -> tuple[float, float]:
    """Return where one axis begins and ends, never so close to zero that noise fills the picture."""
    filled, centres, zero = np.flatnonzero(counts), grid.centres, float(grid.scale(0.0))
    low, high = (centres[filled[0]], centres[filled[-1]]) if len(filled) else (zero, zero)
    low, high = min(low, zero - 0.3), max(high, zero + 2.0)
    margin = high - low
    return float(grid.scale.inverse(low - 0.05 * margin)), float(grid.scale.inverse(high + 0.12 * margin))


def _ticks(grid: Grid) -> list[float]:
    """Return zero and the powers of ten that stand clear of it."""
    first = int(np.ceil(np.log10(grid.scale.cofactor * 1.5)))
    powers = [10.0**k for k in range(first, first + 8) if float(grid.scale(10.0**k)) < grid.high]
    below = [-powers[0]] if powers and float(grid.scale(-powers[0])) > grid.low else []
    return [*below, 0.0, *powers]


def _minor(values: list[float]) -> list[float]:
    return [k * value for value in values if value > 0 for k in range(2, 10)]


def _power(value: float) -> str:
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    return f"${sign}10^{{{round(np.log10(abs(value)))}}}$"
