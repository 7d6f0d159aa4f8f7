"""How wrong a volume may be for other reasons than noise, told from the picture itself; and the fit that errs least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.volumes import FitOptions, JointFit, Profiles, design, fit_bands, trust

Array = NDArray[np.float64]

_LEAST_SHAPE_ERROR = 0.005
_CLEAR = 50.0
# Below this many standard deviations of a band the background does not bend. A supple one eats into tails, which its
# readings at empty places can't show, so it must read that much less to be chosen.
_STIFFNESS_SIGMAS = {3.0: 1.0, 2.0: 1.35, 4.5: 0.95}
_TAIL_RIDGES = (0.001, 0.01, 0.1, 1.0)


def choose_options(profiles: Profiles, y: Array, sigma_px: Array) -> FitOptions:
    """Choose how freely background and shapes may bend, by what they read where there is no band.

    Heavy tails want free shapes, flat tops short ones, a blotchy membrane a supple background. What suits this
    picture is told by its own empty places: the fit that reads least there wins.

    Parameters
    ----------
    profiles : Profiles
        Row sums.
    y : ndarray, shape (n_lanes, n_rows)
        Where the bands lie.
    sigma_px : ndarray, shape (n_rows,)
        Their usual height.

    Returns
    -------
    FitOptions
        For `volumes.fit_bands`.
    """
    sigma = float(np.median(sigma_px))
    rows = profiles.signal.shape[1]

    def tried(stiffness: float, ridge: float) -> tuple[float, FitOptions]:
        background = SmoothBackground.over(rows, max(3.0, 2 * sigma), stiffness * sigma)
        options = FitOptions(background, ridge, rounds=2)
        error = background_error(profiles, fit_bands(profiles, y, sigma_px, options), background)
        return float(np.median(error)) * _STIFFNESS_SIGMAS[stiffness], options

    usual, *rest = _STIFFNESS_SIGMAS
    first = min((tried(usual, ridge) for ridge in _TAIL_RIDGES), key=lambda pair: pair[0])
    others = [tried(stiffness, first[1].tail_ridge) for stiffness in rest]
    best = min([first, *others], key=lambda pair: pair[0])[1]
    return FitOptions(best.background, best.tail_ridge)


def background_error(profiles: Profiles, fit: JointFit, background: SmoothBackground) -> Array:
    """Measure bands where there are none: the error of a volume that background and noise make in each lane.

    A band of the usual shape is fitted, beside the real ones, at every empty place of the lane. What it reads is error,
    and nothing else. Lanes are shrunk towards all lanes together, for one lane has few empty places.

    Parameters
    ----------
    profiles : Profiles
        Row sums.
    fit : JointFit
        From `fit_bands`.
    background : SmoothBackground
        The same as the fit's.

    Returns
    -------
    ndarray, shape (n_lanes,)
        A standard deviation of the volume.
    """
    readings = [_empty_readings(profiles, fit, background, i) for i in range(len(fit.y))]
    together = np.concatenate(readings)
    if together.size == 0:
        return np.asarray(np.median(fit.noise, axis=1))
    common = _spread(together)
    own = np.array([_spread(r) if r.size >= 4 else common for r in readings])
    return np.asarray(np.sqrt((own**2 + common**2) / 2))


def _empty_readings(profiles: Profiles, fit: JointFit, background: SmoothBackground, lane: int) -> Array:
    rows = profiles.signal.shape[1]
    widest = max(range(len(fit.shapes)), key=lambda k: fit.shapes[k].sigma_px)
    shape = fit.shapes[widest]
    reach = 3.5 * shape.sigma_px
    places = np.arange(reach, rows - reach, max(2.0, shape.sigma_px))
    empty = places[np.all(np.abs(places[:, None] - fit.y[lane]) > 2 * reach, axis=1)]
    if empty.size == 0:
        return np.empty(0)
    real = np.hstack([design(fit.y[lane], fit.shapes, rows), background.basis])
    weight = trust(profiles, fit, lane)
    scale = float(np.median(weight[weight > 0])) if (weight > 0).any() else 1.0
    left = real.T * weight @ real
    n = len(fit.shapes)
    left[n:, n:] += scale * background.penalty
    inverse = np.linalg.pinv(left, hermitian=True)
    trial = np.stack([shape.at(np.arange(rows) - y) for y in empty], axis=1)
    rest = profiles.signal[lane] - real @ (inverse @ (real.T @ (weight * profiles.signal[lane])))
    mixed = real.T @ (weight[:, None] * trial)
    own = (weight[:, None] * trial**2).sum(axis=0) - (mixed * (inverse @ mixed)).sum(axis=0)
    return np.asarray((trial.T @ (weight * rest)) / np.maximum(own, 1e-12 * own.max()))


def _spread(readings: Array) -> float:
    """Return the 68 % half-width about zero: one dirty place does not set it."""
    return float(np.percentile(np.abs(readings), 68))


def shape_error(profiles: Profiles, fit: JointFit) -> float:
    """Return how much of a clear band its row's shape misses, as a fraction (root mean square over bands).

    Parameters
    ----------
    profiles : Profiles
        Row sums.
    fit : JointFit
        From `fit_bands`.

    Returns
    -------
    float
        At least 0.005.
    """
    rest = fit.rest(profiles)
    missed = []
    for i, k in np.argwhere(fit.volume > _CLEAR * fit.noise):
        own = np.abs(fit.bands[i, k])
        inside = (own > 0.05 * own.max()) & profiles.usable[i]
        if inside.any():
            missed.append(float(rest[i, inside].sum() / fit.volume[i, k]))
    if not missed:
        return 0.02
    return max(_LEAST_SHAPE_ERROR, float(np.percentile(np.abs(missed), 68)))
