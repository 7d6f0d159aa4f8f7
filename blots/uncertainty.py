"""How wrong a volume may be for other reasons than noise, told from the picture itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.lane_solve import JointFit, Profiles, design, trust, usual_weight

Array = NDArray[np.float64]


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
    readings = empty_readings(profiles, fit, background)
    together = np.concatenate(readings)
    if together.size == 0:
        return np.asarray(np.median(fit.noise, axis=1))
    common = _spread(together)
    own = np.array([_spread(r) if r.size >= 4 else common for r in readings])
    return np.asarray(np.sqrt((own**2 + common**2) / 2))


def empty_readings(profiles: Profiles, fit: JointFit, background: SmoothBackground) -> list[Array]:
    """Return what a band of the widest shape reads at every empty place of every lane."""
    lanes, rows = profiles.signal.shape
    shape = max(fit.shapes, key=lambda each: each.sigma_px)
    reach = 3.5 * shape.sigma_px
    places = np.arange(reach, rows - reach, max(2.0, shape.sigma_px))
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
    trial = shape.at((np.arange(float(rows))[:, None] - places).ravel()).reshape(rows, len(places))
    found = []
    for i in range(lanes):
        empty = np.all(np.abs(places[:, None] - fit.y[i]) > 2 * reach, axis=1)
        if not empty.any():
            found.append(np.empty(0))
            continue
        one = trial[:, empty]
        mixed = weighted[i] @ one
        power = (weight[i][:, None] * one**2).sum(axis=0) - (mixed * (inverse[i] @ mixed)).sum(axis=0)
        found.append(
            np.asarray((one.T @ (weight[i] * rest[i])) / np.maximum(power, max(1e-12 * float(power.max()), 1e-300)))
        )
    return found


def _spread(readings: Array) -> float:
    """Return the 68 % half-width about zero: one dirty place does not set it."""
    return float(np.percentile(np.abs(readings), 68))
