"""How wrong a volume may be for other reasons than noise, told from the picture itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.lane_solve import JointFit, Profiles, design, trust, usual_weight

Array = NDArray[np.float64]


def background_error(profiles: Profiles, fit: JointFit, background: SmoothBackground) -> Array:
    """Measure bands where there are none: the error of a volume that background and noise make in each lane.

    A band of each row's shape is fitted, beside the real ones, at every empty place of the lane. What it reads is
    error and nothing else: noise, and what the background does. Lanes are shrunk towards all lanes together, for one
    lane has few empty places.

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
    ndarray, shape (n_lanes, n_rows)
        A standard deviation of the volume.
    """
    error = np.empty(fit.volume.shape)
    for k, readings in enumerate(empty_readings(profiles, fit, background)):
        together = np.concatenate(readings)
        if together.size == 0:
            error[:, k] = np.median(fit.noise[:, k])
            continue
        common = _spread(together)
        own = np.array([_spread(r) if r.size >= 4 else common for r in readings])
        error[:, k] = np.sqrt((own**2 + common**2) / 2)
    return error


def empty_readings(profiles: Profiles, fit: JointFit, background: SmoothBackground) -> list[list[Array]]:
    """Return, row by row and lane by lane, what a band of the row's shape reads at every empty place."""
    lanes, rows = profiles.signal.shape
    widest = max(shape.sigma_px for shape in fit.shapes)
    reach = 3.5 * widest
    places = np.arange(reach, rows - reach, max(2.0, widest))
    real = np.concatenate(
        [design(fit.y, fit.shapes, rows), np.broadcast_to(background.basis, (lanes, *background.basis.shape))], axis=2
    )
    weight = trust(profiles, fit)
    weighted = np.swapaxes(real, 1, 2) * weight[:, None, :]
    left = weighted @ real
    n = len(fit.shapes)
    scale = usual_weight(weight)
    left[:, n:, n:] += scale[:, None, None] * background.penalty
    own, every = np.arange(n), np.arange(left.shape[1])
    left[:, own, own] *= 1 + 1e-6
    left[:, every, every] += 1e-9 * scale[:, None]
    inverse = np.linalg.inv(left)
    # A level that all rows share is background; without it, no ridge can feel a lifted picture.
    signal = profiles.signal - np.median(profiles.signal, axis=1, keepdims=True)
    rest = signal - (real @ (inverse @ (weighted @ signal[:, :, None])))[:, :, 0]
    apart = np.arange(float(rows))[:, None] - places
    trials = [shape.at(apart.ravel()).reshape(apart.shape) for shape in fit.shapes]
    empty = np.all(np.abs(places[:, None] - fit.y[:, None]) > 2 * reach, axis=2)
    return [
        [_read(t[:, here], w, a, i, r) for here, w, a, i, r in zip(empty, weight, weighted, inverse, rest, strict=True)]
        for t in trials
    ]


def _read(trial: Array, weight: Array, weighted: Array, inverse: Array, rest: Array) -> Array:
    """Return the amounts of trial bands, (rows, n), in one lane, each fitted beside the real bands and alone."""
    if trial.shape[1] == 0:
        return np.empty(0)
    mixed = weighted @ trial
    power = (weight[:, None] * trial**2).sum(axis=0) - (mixed * (inverse @ mixed)).sum(axis=0)
    least = max(1e-12 * float(power.max()), 1e-300)
    return np.asarray((trial.T @ (weight * rest)) / np.maximum(power, least))


def _spread(readings: Array) -> float:
    """Return the 68 % half-width about zero: one dirty place does not set it."""
    return float(np.percentile(np.abs(readings), 68))
