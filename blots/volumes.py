"""Band volumes from all lanes at once: a profile is bands, in shapes that the rows share, on a background.

Amounts, places and shapes are found in turn, each together with the backgrounds; at last every lane may deviate a
little from the shapes of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.band_shapes import BandShape
from blots.lane_deviations import with_deviations
from blots.lane_solve import CLEAR, JointFit, Profiles, around, design, solve_lanes, trust
from blots.places import settled_places
from blots.shared_shapes import body_reach, first_shapes, measured_shapes

__all__ = ["FitOptions", "JointFit", "Profiles", "fit_bands"]

Array = NDArray[np.float64]

_HARDER = 10.0  # times the hold on far tails: another division of what neighbours share
_MOST_SHIFT = 0.25  # of the row's sigma a round


@dataclass(frozen=True, eq=False)
class FitOptions:
    """How freely the parts of a profile may bend.

    `background` is the smooth curve; `tail_ridge` holds the far tails of the shapes towards zero, or they would trade
    with the background; `rounds` of refinement.
    """

    background: SmoothBackground
    tail_ridge: float = 1.0
    rounds: int = 2


def fit_bands(profiles: Profiles, y: Array, sigma_px: Array, options: FitOptions) -> JointFit:
    """Fit bands and backgrounds of all lanes together.

    Parameters
    ----------
    profiles : Profiles
        Row sums of every lane.
    y : ndarray, shape (n_lanes, n_rows)
        Where the bands lie, to a pixel or two.
    sigma_px : ndarray, shape (n_rows,)
        Their usual height.
    options : FitOptions
        How freely background and shapes may bend.

    Returns
    -------
    JointFit
        Volumes may be negative where a band is absent: noise and background have no sign.

    Examples
    --------
    >>> rows = np.arange(200.0)
    >>> bands = np.exp(-0.5 * ((rows - 60) / 5) ** 2) / np.sqrt(2 * np.pi) / 5
    >>> signal = np.array([1e5, 2e4, 5e4])[:, None] * bands + 300 + 2 * rows
    >>> profiles = Profiles(signal, np.full_like(signal, 100.0), np.ones(signal.shape, dtype=bool))
    >>> options = FitOptions(SmoothBackground.over(200, 10.0, 40.0))
    >>> fit = fit_bands(profiles, np.full((3, 1), 60.0), np.array([5.0]), options)
    >>> bool(np.abs(fit.volume[:, 0] / [1e5, 2e4, 5e4] - 1).max() < 0.01)
    True
    """
    shapes = first_shapes(np.median(y, axis=0), sigma_px)
    y = settled_places(profiles, y, shapes, options.background)
    fit = _amounts(profiles, y, shapes, options.background, None)
    shapes = first_shapes(np.median(y, axis=0), sigma_px, body_reach(profiles, fit, sigma_px))
    fit = JointFit(fit.volume, fit.noise, y, fit.background, fit.bands, shapes)
    for _ in range(options.rounds):
        shapes = measured_shapes(profiles, fit, options.background, options.tail_ridge)
        y = _moved(profiles, fit, shapes, sigma_px)
        fit = _amounts(profiles, y, shapes, options.background, fit)
    other = measured_shapes(profiles, fit, options.background, _HARDER * options.tail_ridge)
    tails = _amounts(profiles, fit.y, other, options.background, fit).volume - fit.volume
    return replace(with_deviations(profiles, fit, options.background), tails=tails)


def _amounts(
    profiles: Profiles, y: Array, shapes: tuple[BandShape, ...], background: SmoothBackground, last: JointFit | None
) -> JointFit:
    pictures = design(y, shapes, profiles.signal.shape[1])
    weight = trust(profiles, last)
    volume, noise, ground = solve_lanes(profiles.signal, weight, profiles.variance, pictures, background)
    return JointFit(volume, noise, y, ground, np.swapaxes(pictures * volume[:, None, :], 1, 2), shapes)


def _cut(
    profiles: Profiles, fit: JointFit, rest: Array, weight: Array, shape: BandShape, lanes: NDArray[np.intp], k: int
) -> tuple[Array, Array, Array]:
    """Return what bands k of some lanes are seen as once all else is taken off, its weights and distances."""
    row, inside = around(fit.y[lanes, k], shape, profiles.signal.shape[1])
    at = lanes[:, None]
    return rest[at, row] + fit.bands[at, k, row], weight[at, row] * inside, row - fit.y[lanes, k][:, None]


def _moved(profiles: Profiles, fit: JointFit, shapes: tuple[BandShape, ...], sigma_px: Array) -> Array:
    """Return the places of the clear bands moved to where they fit best; the row as a whole stays."""
    y = fit.y.copy()
    rest, weight = fit.rest(profiles), trust(profiles, fit)
    for k, shape in enumerate(shapes):
        clear = np.flatnonzero(fit.volume[:, k] > CLEAR * fit.noise[:, k])
        if clear.size < 2:
            continue
        own, w, v = _cut(profiles, fit, rest, weight, shape, clear, k)
        amount = fit.volume[clear, k][:, None]
        # A place that is off leaves a rest like the slope, whatever the amount.
        slope = -amount * shape.slope_at(v.ravel()).reshape(v.shape)
        left = own - amount * shape.at(v.ravel()).reshape(v.shape)
        steep = (w * slope**2).sum(axis=1)
        step = (w * slope * left).sum(axis=1) / np.where(steep > 0, steep, np.inf)
        step -= np.median(step)
        y[clear, k] += np.clip(step, -_MOST_SHIFT * sigma_px[k], _MOST_SHIFT * sigma_px[k])
    return y
