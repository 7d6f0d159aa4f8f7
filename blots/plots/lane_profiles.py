"""Every lane's profile with its background and its fitted bands, lane by lane on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot
from blots.lane_fits import LaneFits, fit_lanes
from blots.layout import BlotGeometry
from blots.plots.blot_image import BAND_COLOUR, LANE_COLOUR, SATURATED_COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Array = NDArray[np.float64]

_COLUMNS = 4


def draw_lane_profiles(
    figure: Figure | SubFigure, blot: Blot, geometry: BlotGeometry, *, labels: Sequence[str] | None = None
) -> None:
    """Draw the profile of every lane: what was summed, the background under it, and the bands fitted on it.

    The upright axis is a square root, so that faint bands show beside strong ones; it is the same for all lanes.

    Parameters
    ----------
    figure : matplotlib Figure or SubFigure
        An empty figure; about 7 x 1.1 inches for every four lanes.
    blot : Blot
        From `read_blot`.
    geometry : BlotGeometry
        From `find_geometry`.
    labels : sequence of str, optional
        What to call each lane; "lane 1" and so on when absent.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import matplotlib.pyplot as plt
    >>> from blots.image_files import blot_from_array
    >>> from blots.geometry import find_geometry
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> figure = plt.figure()
    >>> draw_lane_profiles(figure, blot, find_geometry(blot, 12, BANDS))
    >>> len(figure.axes)
    12
    >>> plt.close(figure)
    """
    fits = fit_lanes(blot, geometry)
    lanes = len(geometry.lanes)
    columns = min(_COLUMNS, lanes)
    axes = figure.subplots(-(-lanes // columns), columns, sharex=True, sharey=True, squeeze=False)
    floor = float(np.percentile(fits.fit.background, 1))
    unit = 10.0 ** np.floor(np.log10(max(float((fits.profiles.signal - floor).max()), 1.0)))
    names = [f"lane {lane.number}" for lane in geometry.lanes] if labels is None else list(labels)
    for i, ax in enumerate(axes.flat):
        if i >= lanes:
            ax.set_axis_off()
            continue
        _draw_one(ax, fits, i, floor, unit)
        ax.text(0.98, 0.96, names[i], transform=ax.transAxes, fontsize=7, ha="right", va="top")
    _finish(axes, fits, floor, unit, lanes)


def _draw_one(ax: Axes, fits: LaneFits, i: int, floor: float, unit: float) -> None:
    rows = np.arange(fits.profiles.signal.shape[1])
    signal = (fits.profiles.signal[i] - floor) / unit
    background = (fits.fit.background[i] - floor) / unit
    fitted = background + fits.fit.bands[i].sum(axis=0) / unit
    ax.fill_between(rows, background, fitted, color=BAND_COLOUR, alpha=0.35, lw=0)
    ax.plot(rows, signal, color="black", lw=0.7)
    ax.plot(rows, background, color=LANE_COLOUR, lw=0.8, ls=(0, (4, 2)))
    clipped = ~fits.profiles.usable[i]
    if clipped.any():
        ax.plot(rows, np.where(clipped, signal, np.nan), color=SATURATED_COLOUR, lw=2.0)


def _finish(axes: NDArray[np.object_], fits: LaneFits, floor: float, unit: float, lanes: int) -> None:
    first = cast("Axes", axes.flat[0])
    top = 1.35 * float((fits.profiles.signal - floor).max()) / unit
    first.set_yscale("function", functions=(_root, _square))
    first.set_ylim(-0.002 * top, top)
    first.set_yticks([t for t in _ticks(top) if t < top])
    for panel in axes.flat[:lanes]:
        panel.tick_params(labelsize=6, length=2)
        panel.spines[["top", "right"]].set_visible(False)
    for column in range(axes.shape[1]):
        _name_bands(axes[0, column], fits, column, top)
        lowest = axes[min(axes.shape[0] - 1, (lanes - 1 - column) // axes.shape[1]), column]
        lowest.set_xlabel("row (px)", fontsize=7)
        lowest.tick_params(labelbottom=True)
    middle = axes[axes.shape[0] // 2, 0]
    power = round(np.log10(unit))
    middle.set_ylabel(f"lane sum ($10^{power}$, square-root scale)", fontsize=7)


def _name_bands(ax: Axes, fits: LaneFits, lane: int, top: float) -> None:
    """Write the targets upright over the bands of the uppermost panels."""
    from blots.plots.blot_image import spread_labels

    rows = fits.profiles.signal.shape[1]
    y = fits.fit.y[min(lane, len(fits.fit.y) - 1)]
    for target, at, place in zip(
        fits.geometry.targets, y, spread_labels(np.asarray(y), rows / 14, 0, rows - 1.0), strict=True
    ):
        ax.annotate(
            target,
            (at, top),
            xytext=(place, 1.12 * top),
            ha="center",
            va="bottom",
            rotation=90,
            fontsize=6,
            color=BAND_COLOUR,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.4, "color": BAND_COLOUR, "shrinkA": 0, "shrinkB": 0},
        )


def _ticks(top: float) -> list[float]:
    """Return zero and three round numbers that a square root spreads evenly."""
    step = 10 ** np.floor(np.log10(max(top, 1.0)))
    nice = [m * step for m in (1, 2, 5, 10) if m * step <= top]
    largest = nice[-1] if nice else step
    return [0.0, largest / 10, largest / 2, largest] if largest / 2 < 0.6 * top else [0.0, largest / 10, largest]


def _root(value: Array) -> Array:
    return np.asarray(np.sign(value) * np.sqrt(np.abs(value)))


def _square(value: Array) -> Array:
    return np.asarray(np.sign(value) * np.square(value))
