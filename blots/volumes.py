"""Band volumes from all lanes at once: a profile is bands, in shapes that the rows share, on a background.

Backgrounds, amounts, places and shapes are found in turn (alternating least squares), each from the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.band_shapes import BandShape, spans

Array = NDArray[np.float64]

_MISFIT = 0.03  # part of a band's own signal by which a shared shape may miss it
_CLEAR = 15.0  # amount over its error from which a band tells of shapes and places
_STRANGE = 5.0  # times the usual rest between bands: from there on it is taken for a band that nobody listed
_MOST_SHIFT = 0.25  # of the row's sigma a round


@dataclass(frozen=True, eq=False)
class Profiles:
    """What is fitted: `signal`, `variance` (n_lanes, rows) of the row sums, and `usable` where nothing is clipped."""

    signal: Array
    variance: Array
    usable: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class JointFit:
    """The fit of all lanes.

    `volume`, `noise` (its standard deviation from pixel noise), `y` (n_lanes, n_rows); `background` and `bands`
    (n_lanes, rows; n_lanes, n_rows, rows) are what the profile is made of; `shapes` one a row.
    """

    volume: Array
    noise: Array
    y: Array
    background: Array
    bands: Array
    shapes: tuple[BandShape, ...]

    def rest(self, profiles: Profiles) -> Array:
        """Return what the fit leaves over, (n_lanes, rows)."""
        return np.asarray(profiles.signal - self.background - self.bands.sum(axis=1))


@dataclass(frozen=True, eq=False)
class FitOptions:
    """How freely the parts of a profile may bend.

    `background` is the smooth curve; `tail_ridge` holds the far tails of the shapes towards zero, or they would trade
    with the background; `rounds` of refinement.
    """

    background: SmoothBackground
    tail_ridge: float = 0.003
    rounds: int = 5


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
    reach = spans(np.median(y, axis=0), sigma_px)
    shapes = tuple(BandShape.gaussian(float(s), a, b) for s, (a, b) in zip(sigma_px, reach, strict=True))
    fit = _amounts(profiles, y, shapes, options.background, None)
    for _ in range(options.rounds):
        shapes = _measured_shapes(profiles, fit, shapes, options.tail_ridge)
        y = _moved(profiles, fit, shapes, sigma_px)
        fit = _amounts(profiles, y, shapes, options.background, fit)
    return fit


def design(y: Array, shapes: tuple[BandShape, ...], rows: int) -> Array:
    """Return the picture of one unit of every band of a lane, shape (rows, n_rows)."""
    row = np.arange(rows, dtype=float)
    return np.stack([shape.at(row - at) for at, shape in zip(y, shapes, strict=True)], axis=1)


def trust(profiles: Profiles, fit: JointFit | None, lane: int) -> Array:
    """Return the weight of every row of a lane: noise, and what a shared shape can't be held to."""
    if fit is None:
        return np.asarray(profiles.usable[lane] / profiles.variance[lane])
    bands = np.abs(fit.bands[lane]).sum(axis=0)
    weight = profiles.usable[lane] / (profiles.variance[lane] + (_MISFIT * bands) ** 2)
    return np.asarray(weight * _not_listed(fit.rest(profiles)[lane], bands))


def _not_listed(rest: Array, bands: Array) -> Array:
    """Return less than one where the lane stands far above the fit between its bands: a band that nobody listed."""
    between = bands < 0.01 * max(float(bands.max()), 1e-12)
    usual = 1.4826 * float(np.median(np.abs(rest[between]))) if between.any() else 0.0
    excess = np.maximum(rest, 1e-12) / (_STRANGE * max(usual, 1e-12))
    return np.where(between & (excess > 1), 1 / excess**2, 1.0)


def solve_lane(
    signal: Array, weight: Array, variance: Array, pictures: Array, background: SmoothBackground
) -> tuple[Array, Array, Array]:
    """Return amounts, their standard deviations from noise, and the background of one lane.

    Notes
    -----
    A tiny ridge holds a band with no usable row at zero, so that the equations always have an answer.

    Examples
    --------
    >>> background = SmoothBackground.over(100, 10.0, 40.0)
    >>> picture = np.exp(-0.5 * ((np.arange(100.0) - 50) / 4) ** 2)[:, None]
    >>> ones = np.ones(100)
    >>> amounts, _, _ = solve_lane(7 * picture[:, 0] + 3, ones, ones, picture, background)
    >>> float(amounts[0].round(3))
    7.0
    """
    n = pictures.shape[1]
    everything = np.hstack([pictures, background.basis])
    scale = float(np.median(weight[weight > 0])) if (weight > 0).any() else 1.0
    left = everything.T * weight @ everything
    left[n:, n:] += scale * background.penalty
    left[np.arange(n), np.arange(n)] += 1e-9 * scale + 1e-6 * np.diag(left)[:n]
    inverse = np.linalg.inv(left + 1e-12 * scale * np.eye(len(left)))
    spread = inverse[:n] @ (everything.T * weight)
    amounts = inverse @ (everything.T @ (weight * signal))
    noise = np.sqrt((spread**2 * variance).sum(axis=1))
    return amounts[:n], noise, background.basis @ amounts[n:]


def _amounts(
    profiles: Profiles, y: Array, shapes: tuple[BandShape, ...], background: SmoothBackground, last: JointFit | None
) -> JointFit:
    lanes, rows = profiles.signal.shape
    volume, noise = np.zeros((lanes, len(shapes))), np.zeros((lanes, len(shapes)))
    ground, bands = np.zeros((lanes, rows)), np.zeros((lanes, len(shapes), rows))
    for i in range(lanes):
        pictures = design(y[i], shapes, rows)
        weight = trust(profiles, last, i)
        volume[i], noise[i], ground[i] = solve_lane(
            profiles.signal[i], weight, profiles.variance[i], pictures, background
        )
        bands[i] = (pictures * volume[i]).T
    return JointFit(volume, noise, y, ground, bands, shapes)


def _measured_shapes(
    profiles: Profiles, fit: JointFit, shapes: tuple[BandShape, ...], tail_ridge: float
) -> tuple[BandShape, ...]:
    found = list(shapes)
    rest = fit.rest(profiles)
    for k, shape in enumerate(shapes):
        clear = np.flatnonzero(fit.volume[:, k] > _CLEAR * fit.noise[:, k])
        if clear.size == 0:
            continue
        left = np.zeros((len(shape.weights), len(shape.weights)))
        right = np.zeros(len(shape.weights))
        for i in clear:
            row, weight, basis = _around(profiles, fit, shape, int(i), k)
            own = rest[i, row] + fit.bands[i, k, row]
            left += fit.volume[i, k] ** 2 * (basis.T * weight @ basis)
            right += fit.volume[i, k] * (basis.T @ (weight * own))
        if np.diag(left).min() <= 1e-9 * np.diag(left).max():
            continue  # clipped in every lane: the middle of the shape was never seen
        smooth = np.diff(np.eye(len(left)), 2, axis=0)
        scale = float(np.diag(left).mean())
        left += 1e-5 * scale * smooth.T @ smooth + tail_ridge * scale * np.diag(shape.remoteness**2)
        found[k] = shape.with_weights(np.asarray(np.linalg.solve(left, right)))
    return tuple(found)


def _around(
    profiles: Profiles, fit: JointFit, shape: BandShape, lane: int, k: int
) -> tuple[NDArray[np.int_], Array, Array]:
    """Return the rows that a band may reach, their weights, and the shape's splines there."""
    rows = profiles.signal.shape[1]
    first, last = fit.y[lane, k] + shape.above, fit.y[lane, k] + shape.below
    row = np.arange(max(0, int(np.ceil(first))), min(rows, int(last) + 1))
    return row, trust(profiles, fit, lane)[row], shape.basis(row - fit.y[lane, k])


def _moved(profiles: Profiles, fit: JointFit, shapes: tuple[BandShape, ...], sigma_px: Array) -> Array:
    """Return the places of the clear bands moved to where they fit best; the row as a whole stays."""
    y = fit.y.copy()
    rest = fit.rest(profiles)
    for k, shape in enumerate(shapes):
        clear = fit.volume[:, k] > _CLEAR * fit.noise[:, k]
        step = np.zeros(len(y))
        for i in np.flatnonzero(clear):
            row, weight, _ = _around(profiles, fit, shape, int(i), k)
            v = row - y[i, k]
            # A place that is off leaves a rest like the slope, whatever the amount.
            slope = -fit.volume[i, k] * shape.slope_at(v)
            own = rest[i, row] + fit.bands[i, k, row] - fit.volume[i, k] * shape.at(v)
            steep = float((weight * slope**2).sum())
            step[i] = float((weight * slope * own).sum()) / steep if steep > 0 else 0.0
        if clear.sum() > 1:
            step[clear] -= np.median(step[clear])
            y[:, k] += np.clip(step, -_MOST_SHIFT * sigma_px[k], _MOST_SHIFT * sigma_px[k])
    return y
