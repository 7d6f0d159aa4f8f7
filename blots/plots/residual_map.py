"""What the fit leaves over, laid over the lanes: where signal is that no band and no background accounts for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot
from blots.lane_fits import LaneFits
from blots.plots.labels import lane_slant
from blots.plots.picture import LANE_COLOUR, show_picture, small_print

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

_MISFIT = 0.01  # of a band's own signal: what a shared shape may miss of it without being worth a look
_SHOWN = 10.0  # usual errors at which the colours end
_MARKED = 5.0
_MOST_ROWS = 800
_MOST_MARKS = 40


def residuals(fits: LaneFits) -> Array:
    """Return what the fit leaves over at every row of every lane, in units of its usual error.

    The usual error is the noise of the row's sum, and 1 % of the bands that were fitted there. Clipped rows are NaN.

    Parameters
    ----------
    fits : LaneFits
        From `fit_lanes`.

    Returns
    -------
    ndarray, shape (n_lanes, rows)
        Positive where the picture holds more than the fit.
    """
    bands = np.abs(fits.fit.bands).sum(axis=1)
    error = np.sqrt(fits.profiles.variance + (_MISFIT * bands) ** 2)
    return np.where(fits.profiles.usable, fits.fit.rest(fits.profiles) / np.maximum(error, 1e-12), np.nan)


def draw_residuals(ax: Axes, blot: Blot, fits: LaneFits, *, title: str = "") -> None:
    """Draw what the fit leaves over, in units of its usual error, along each lane over the faded picture.

    Orange with a plus is signal that the fit does not account for (a band nobody listed, a streak, a spot), purple
    with a minus what the fit has too much of; the signs tell them apart in grey print too. Clipped rows are left bare.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    blot : Blot
        From `read_blot`.
    fits : LaneFits
        From `fit_lanes`, of the same picture.
    title : str
        What to write over it.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from blots.image_files import blot_from_array
    >>> from blots.geometry import find_geometry
    >>> from blots.lane_fits import fit_lanes
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> ax = Figure().subplots()
    >>> draw_residuals(ax, blot, fit_lanes(blot, find_geometry(blot, 12, BANDS)))
    >>> len(ax.collections)
    12
    """
    shown = show_picture(ax, blot, faded=True)
    left = residuals(fits)
    step = max(1, -(-left.shape[1] // _MOST_ROWS))
    mesh = None
    for i, lane in enumerate(fits.geometry.lanes):
        edges = np.minimum(np.arange(0, left.shape[1] + step, step), left.shape[1]).astype(float)
        edges = np.unique(edges)
        x, y = _lane_grid(fits, i, edges)
        cells = np.array([_strongest(left[i, int(a) : int(b)]) for a, b in pairwise(edges)])
        mesh = ax.pcolormesh(
            x, y, np.ma.masked_invalid(cells)[:, None], cmap="PuOr_r", vmin=-_SHOWN, vmax=_SHOWN, rasterized=True
        )
        centre = np.interp(edges, np.arange(len(lane.x)), lane.x)
        for side in (-0.5, 0.5):
            ax.plot(centre + side * lane.width_px, edges, color=LANE_COLOUR, lw=0.4)
    _mark_signs(ax, fits, left)
    _name_lanes(ax, fits)
    if mesh is not None:
        bar = ax.figure.colorbar(mesh, ax=ax, fraction=0.03, pad=0.01, extend="both")
        bar.set_label("picture - fit (usual errors)", fontsize=7)
        bar.ax.tick_params(labelsize=6, length=2)
    words = f"each row of a lane, in units of its usual error (noise and {_MISFIT:.0%} of the fitted bands)"
    signs = f"+ and -: beyond {_MARKED:g} usual errors; bare rows are clipped; the picture is faded, {shown}"
    small_print(ax, [words, signs])
    ax.set_title(title, fontsize=9, loc="left", pad=16)


def _strongest(values: Array) -> float:
    """Return the value furthest from zero, so that a downscaled drawing hides nothing."""
    seen = values[np.isfinite(values)]
    return float(seen[np.abs(seen).argmax()]) if seen.size else np.nan


def _lane_grid(fits: LaneFits, i: int, edges: Array) -> tuple[Array, Array]:
    """Return the corners of a lane's cells, bent as lane and rows are, shape (n_edges, 2) each."""
    lane, course = fits.geometry.lanes[i], fits.geometry.course
    columns = np.arange(len(course))
    centre = np.interp(edges - 0.5, np.arange(len(lane.x)), lane.x)
    x = centre[:, None] + np.array([-0.5, 0.5]) * lane.width_px
    drop = np.interp(x, columns, course) - np.interp(centre, columns, course)[:, None]
    return x, edges[:, None] - 0.5 + drop


def _mark_signs(ax: Axes, fits: LaneFits, left: Array) -> None:
    """Write a sign at the clearest places of each lane, one a stretch of the same sign."""
    from matplotlib.patheffects import withStroke

    found: list[tuple[float, float, int, str]] = []
    for lane, rest in zip(fits.geometry.lanes, np.nan_to_num(left), strict=True):
        sign = np.where(np.abs(rest) > _MARKED, np.sign(rest), 0.0)
        for start, stop in _stretches(sign):
            if stop - start >= 2:
                row = start + int(np.abs(rest[start:stop]).argmax())
                found.append((float(abs(rest[row])), float(lane.x[row]), row, "+" if rest[row] > 0 else "\u2212"))
    for _, x, at, mark in sorted(found, reverse=True)[:_MOST_MARKS]:
        halo = [withStroke(linewidth=1.8, foreground="white")]
        ax.text(x, at, mark, ha="center", va="center", fontsize=8, fontweight="bold", path_effects=halo)


def _stretches(sign: Array) -> list[tuple[int, int]]:
    """Return start and stop of every stretch of one sign, those of no sign left out."""
    turns = np.flatnonzero(np.diff(sign)) + 1
    starts, stops = np.concatenate([[0], turns]), np.concatenate([turns, [len(sign)]])
    return [(int(a), int(b)) for a, b in zip(starts, stops, strict=True) if sign[a]]


def _name_lanes(ax: Axes, fits: LaneFits) -> None:
    names = [str(lane.number) for lane in fits.geometry.lanes]
    at = [float(lane.x[0]) for lane in fits.geometry.lanes]
    point_px = ax.get_window_extent().width * 72 / ax.figure.dpi / len(fits.geometry.course)
    pitch_pt = float(np.diff(at).min()) * point_px if len(at) > 1 else np.inf
    size, slant = lane_slant(names, pitch_pt)
    for x, name in zip(at, names, strict=True):
        ax.annotate(
            name, (x, 0), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=size,
            rotation=slant, color=LANE_COLOUR, annotation_clip=False,
        )  # fmt: skip
