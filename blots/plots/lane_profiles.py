"""Every lane's profile with its background and its fitted bands, lane by lane on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.blot import Blot
from blots.lane_fits import LaneFits, fit_lanes
from blots.layout import BlotGeometry
from blots.plots.labels import spread_labels
from blots.plots.picture import BAND_COLOUR, LANE_COLOUR, SATURATED_COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Array = NDArray[np.float64]

_COLUMNS = 4
_LEFT_INCHES, _ABOVE_INCHES, _BELOW_INCHES = 0.48, 0.2, 0.4
_HEADROOM = 1.8  # of the highest band, for the lane's name


def draw_lane_profiles(
    figure: Figure | SubFigure,
    blot: Blot,
    geometry: BlotGeometry,
    *,
    labels: Sequence[str] | None = None,
    fits: LaneFits | None = None,
    table: pd.DataFrame | None = None,
) -> None:
    """Draw the profile of every lane: what was summed, the background under it, and the bands fitted on it.

    The upright axis is a square root, so that faint bands show beside strong ones; it is the same for all lanes.
    With `table`, an upright bar over each band is the 95 % interval of its volume and a pair of ticks how far the
    independent estimates lie apart, both as heights of that band; a bar that ends in an arrow has no upper end. An
    open triangle is the detection limit of a band under it.

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
    fits : LaneFits, optional
        What measuring has fitted; fitted here when absent.
    table : DataFrame, optional
        From `measure_bands`, a row for every band of `geometry`.

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
    fits = fit_lanes(blot, geometry) if fits is None else fits
    lanes = len(geometry.lanes)
    columns = min(_COLUMNS, lanes)
    axes = _panels(figure, -(-lanes // columns), columns, geometry.targets)
    floor = float(np.percentile(fits.fit.background, 1))
    unit = 10.0 ** np.floor(np.log10(max(float((fits.profiles.signal - floor).max()), 1.0)))
    names = [f"lane {lane.number}" for lane in geometry.lanes] if labels is None else list(labels)
    for i, ax in enumerate(axes.flat):
        if i >= lanes:
            ax.set_axis_off()
            continue
        _draw_one(ax, fits, i, floor, unit)
        if table is not None:
            targets = len(geometry.targets)
            _draw_estimates(ax, fits, table.iloc[i * targets : (i + 1) * targets], i, floor, unit)
        ax.text(0.98, 0.96, names[i], transform=ax.transAxes, fontsize=7, ha="right", va="top")
    _finish(figure, axes, fits, floor, unit, lanes)


def profiles_height(lanes: int, targets: Sequence[str]) -> float:
    """Return how high a figure of the profiles is best drawn, in inches.

    Examples
    --------
    >>> profiles_height(12, ["cIAP1", "actin"]) < profiles_height(12, ["phospho-S6 (Ser235/236)", "actin"])
    True
    """
    return 1.15 * -(-lanes // _COLUMNS) + _ABOVE_INCHES + _names_inches(targets) + _BELOW_INCHES


def _names_inches(targets: Sequence[str]) -> float:
    """Return the length of the longest target's name, which stands upright over the panels."""
    return 0.052 * max(map(len, targets))


def _panels(figure: Figure | SubFigure, rows: int, columns: int, targets: Sequence[str]) -> Any:
    """Return the panels in margins that their labels need: laying out by trial takes seconds where lanes are many."""
    from matplotlib.figure import Figure

    if isinstance(figure, Figure):
        figure.set_layout_engine("none")
    width, height = figure.bbox.width / figure.dpi, figure.bbox.height / figure.dpi
    margins = {
        "left": _LEFT_INCHES / width,
        "right": 1 - 0.1 / width,
        "top": max(1 - (_ABOVE_INCHES + _names_inches(targets)) / height, 0.3),
        "bottom": _BELOW_INCHES / height,
        "wspace": 0.08,
        "hspace": 0.18,
    }
    return figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False, gridspec_kw=margins)


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


def _draw_estimates(ax: Axes, fits: LaneFits, bands: pd.DataFrame, i: int, floor: float, unit: float) -> None:
    """Draw how sure each volume is, as heights of its fitted band."""
    at = np.asarray(fits.fit.y[i])
    row = np.clip(np.rint(at), 0, fits.profiles.signal.shape[1] - 1).astype(int)
    ground = (fits.fit.background[i, row] - floor) / unit
    height = np.array([float(shape.at(np.zeros(1))[0]) for shape in fits.fit.shapes]) / unit  # for one unit of volume
    volume, low, high, limit, spread = (
        bands[name].to_numpy(dtype=float) for name in ("volume", "low", "high", "detection_limit", "method_spread")
    )
    under = bands["below_detection"].to_numpy(dtype=bool)
    ax.plot(
        at[under], (ground + height * limit)[under], marker="v", ms=3.0, mfc="white", mec="black", mew=0.6, ls="none"
    )
    open_end = ~under & np.isposinf(high)
    top = ground + height * np.where(np.isposinf(high), 2 * volume, high)
    bottom = ground + height * np.maximum(low, 0)
    bars = ~under & np.isfinite(top) & np.isfinite(bottom)
    ax.vlines(at[bars], bottom[bars], top[bars], color="black", lw=1.1)
    ax.plot(at[open_end], top[open_end], marker="^", ms=3.0, color="black", ls="none")
    ends = [ground + height * np.maximum(volume * (1 + side * spread / 2), 0) for side in (-1, 1)]
    ax.plot(np.tile(at[bars], 2), np.concatenate([e[bars] for e in ends]), "_", color="black", ms=5.0, mew=0.7)


def _finish(
    figure: Figure | SubFigure, axes: NDArray[np.object_], fits: LaneFits, floor: float, unit: float, lanes: int
) -> None:
    from matplotlib.ticker import MaxNLocator

    first = cast("Axes", axes.flat[0])
    fitted = fits.fit.background + fits.fit.bands.sum(axis=1)
    top = _HEADROOM * float((np.maximum(fits.profiles.signal, fitted) - floor).max()) / unit
    first.set_yscale("function", functions=(_root, _square))
    first.set_ylim(-0.002 * top, top)
    first.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    first.set_yticks([t for t in _ticks(top) if t < top])
    for panel in axes.flat[:lanes]:
        panel.tick_params(labelsize=6, length=2)
        panel.spines[["top", "right"]].set_visible(False)
    for column in range(axes.shape[1]):
        _name_bands(axes[0, column], fits, column, top)
        lowest = axes[min(axes.shape[0] - 1, (lanes - 1 - column) // axes.shape[1]), column]
        lowest.set_xlabel("row (px)", fontsize=7)
        lowest.tick_params(labelbottom=True)
    power = round(np.log10(unit))
    figure.supylabel(f"lane sum ($10^{{{power}}}$, square-root scale)", fontsize=7, x=0.005)


def _name_bands(ax: Axes, fits: LaneFits, lane: int, top: float) -> None:
    """Write the targets upright over the bands of the uppermost panels."""
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
