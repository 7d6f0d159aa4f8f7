"""Quadrant pictures: densities on a display scale, the dividers with their intervals, percentages in the corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm

from gating.gates import QuadrantGate
from gating.plots.display_axis import DIVIDER, draw_ticks, edges, reach, within
from gating.plots.words import Words
from gating.smoothing import smooth
from gating.transforms import Scale
from gating.tubes import Density

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

Ranges = tuple[tuple[float, float], tuple[float, float]]  # of Annexin V and of the dye, linear
SMOOTHING_BINS = 1.0
# One event alone, smoothed; the lightest colour that is drawn, and still seen on paper.
ONE_EVENT = 1.0 / (2.0 * np.pi * SMOOTHING_BINS**2)
DENSE = 1.0  # events a bin from which an empty bin is chance, not a gap
DENSITY_MAP = LinearSegmentedColormap.from_list(
    "density", ["#8FC3C9", "#58A5AE", "#35798F", "#30507F", "#33205E", "#160A26"]
)
HALO_POINTS = 2.5
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
    intervals: Ranges | None = None,
    shown: Ranges | None = None,
    scale: Scale | None = None,
    labels: bool = True,
    font_size: float = 8.0,
) -> None:
    """Draw one tube on the axes given: density, dividers and the percentage of each population.

    A bin without an event stays white unless its neighbours are dense, so that a few events are seen as a few dots and
    not as a cloud.

    Parameters
    ----------
    ax : matplotlib Axes
    density : Density
        As `Plate.densities` holds it.
    gate : QuadrantGate
        Drawn as two lines.
    fractions : mapping of population to fraction
        Shown in percent in the corners; NaN as `n/a`.
    intervals : tuple of two pairs, optional
        The 95 % intervals of the thresholds of Annexin V and of the dye in linear units, drawn as light bands. An
        infinite limit runs to the edge of the picture, a NaN one is left out.
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
    >>> from gating.thresholds import Grid
    >>> from gating.transforms import Asinh
    >>> grid = Grid(Asinh(150.0), -0.5, 3.5, bins=4)
    >>> ax = Figure().add_subplot()
    >>> gate = QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0)
    >>> draw_quadrants(ax, Density(np.eye(4, dtype=int), grid, grid), gate, {"live": 0.9})
    >>> ax.get_xlabel(), [words.words for words in ax.findobj(Words)]
    ('Annexin V (FITC-A)', [('90.0 %',)])
    """
    across, up = scale or density.annexin.scale, scale or density.dye.scale
    _draw_density(ax, density, (across, up) if scale else None)
    (left, right), (bottom, top) = shown or shown_range([density], [gate])
    ax.set_xlim(*(float(across(v)) for v in (left, right)))
    ax.set_ylim(*(float(up(v)) for v in (bottom, top)))
    if intervals:
        _draw_interval(ax, across, intervals[0], is_vertical=True)
        _draw_interval(ax, up, intervals[1], is_vertical=False)
    ax.axvline(float(across(gate.annexin_threshold)), color=DIVIDER, linewidth=1.0 if labels else 0.7)
    ax.axhline(float(up(gate.dye_threshold)), color=DIVIDER, linewidth=1.0 if labels else 0.7)
    _write_fractions(ax, fractions, font_size)
    draw_ticks(ax, "x", across, density.annexin, minor=labels)
    draw_ticks(ax, "y", up, density.dye, minor=labels)
    if labels:
        ax.set_xlabel(f"Annexin V ({gate.annexin})", parse_math=False)  # a channel's name may hold a $
        ax.set_ylabel(f"dead-cell dye ({gate.dye})", parse_math=False)


def _draw_density(ax: Axes, density: Density, scales: tuple[Scale, Scale] | None) -> None:
    """Draw the events, on the density's own scales or on others, whose bins then have unequal widths."""
    smoothed = _smooth_both(density.counts)
    image = np.ma.masked_array(smoothed, (density.counts == 0) & (smoothed < DENSE))
    norm = LogNorm(ONE_EVENT, max(float(smoothed.max()), 10 * ONE_EVENT))
    if scales is None:
        extent = (density.annexin.low, density.annexin.high, density.dye.low, density.dye.high)
        ax.imshow(
            image,
            norm=norm,
            cmap=DENSITY_MAP,
            extent=extent,
            origin="lower",
            aspect="auto",
            interpolation="nearest",
        )
        return
    x, y = (on(edges(grid)) for on, grid in zip(scales, (density.annexin, density.dye), strict=True))
    # A mesh of 128 x 128 is 3 MB as vectors.
    ax.pcolormesh(x, y, image, norm=norm, cmap=DENSITY_MAP, rasterized=True, linewidth=0)


def _draw_interval(ax: Axes, scale: Scale, interval: tuple[float, float], *, is_vertical: bool) -> None:
    """Draw a threshold's interval as a band that lets the events through, as far as the picture reaches."""
    ends = within(scale, interval, ax.get_xlim() if is_vertical else ax.get_ylim())
    if ends:
        (ax.axvspan if is_vertical else ax.axhspan)(*ends, facecolor=DIVIDER, alpha=0.22, linewidth=0)


def _write_fractions(ax: Axes, fractions: Mapping[str, float], font_size: float) -> None:
    for population, share in fractions.items():
        x, y, horizontal, vertical = CORNERS[population]
        words = f"{100 * share:.1f} %" if np.isfinite(share) else "n/a"
        corner = partial(Words, ax, [words], [(x, y)], transform=ax.transAxes)
        corner(size=font_size, weight="bold", halo=HALO_POINTS, across=horizontal, up=vertical)


def _smooth_both(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    rows = np.array([smooth(row, SMOOTHING_BINS) for row in counts.astype(np.float64)])
    return np.array([smooth(column, SMOOTHING_BINS) for column in rows.T]).T


def shown_range(densities: Sequence[Density], gates: Sequence[QuadrantGate] = ()) -> Ranges:
    """Return the range of each axis, in linear units, that shows every event of these tubes with a margin.

    Parameters
    ----------
    densities : sequence of Density
        At least one.
    gates : sequence of QuadrantGate
        Dividers that must be seen too, where they lie on the grids of the densities.

    Examples
    --------
    >>> from gating.thresholds import Grid
    >>> from gating.transforms import Asinh
    >>> grid = Grid(Asinh(150.0), -0.5, 3.5, bins=4)
    >>> (left, right), _ = shown_range([Density(np.eye(4, dtype=int), grid, grid)])
    >>> left < 0 < 1e5 < right
    True
    """
    across = [reach(d.counts.sum(axis=0), d.annexin, [g.annexin_threshold for g in gates]) for d in densities]
    up = [reach(d.counts.sum(axis=1), d.dye, [g.dye_threshold for g in gates]) for d in densities]
    first, second = ((min(low for low, _ in ends), max(high for _, high in ends)) for ends in (across, up))
    return first, second
