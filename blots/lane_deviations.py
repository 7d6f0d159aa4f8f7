"""What sets one lane's band apart from its row: a little broader, a little more to one side; its volume is untouched.

A band that was overloaded, tilted or bent inside its lane is the row's shape displaced by a smooth field h(v):
s - (h s)'. Such a displacement conserves mass, so that it changes the profile and never the volume by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.band_shapes import BandShape
from blots.lane_solve import CLEAR, JointFit, Profiles, design, placed, solve_lanes, trust

Array = NDArray[np.float64]

_STEP_PX = 0.25
_FIELDS = 2  # broader or narrower, lopsided
_USUAL = 0.1  # how far a lane may be expected to deviate, until the row has told
_LEAST = 0.005


def with_deviations(profiles: Profiles, fit: JointFit, background: SmoothBackground) -> JointFit:
    """Return the fit with each lane's bands displaced from their rows' shapes, as far as all lanes say is usual.

    How far is empirical Bayes: the first pass measures the row's spread of displacements, the second holds every band
    to it, so that a faint band keeps the shape of its row.

    Parameters
    ----------
    profiles : Profiles
        Row sums.
    fit : JointFit
        Amounts, places and shapes.
    background : SmoothBackground
        What lies under the bands.
    """
    n = len(fit.shapes)
    usual = np.full((n, _FIELDS), _USUAL)
    clear = fit.volume > CLEAR * fit.noise
    pictures = design(fit.y, fit.shapes, profiles.signal.shape[1])
    fields = np.concatenate([_fields(fit, k, profiles.signal.shape[1]) for k in range(n)], axis=2)
    for last in (False, True):
        weight = trust(profiles, fit)
        amounts = np.repeat(np.maximum(fit.volume, 0), _FIELDS, axis=1)
        columns = np.concatenate([pictures, fields * amounts[:, None, :]], axis=2)
        ridge = np.zeros(columns.shape[::2])
        ridge[:, n:] = _misfit(profiles, fit, weight) / usual.ravel() ** 2
        found, noise, ground = solve_lanes(profiles.signal, weight, profiles.variance, columns, background, ridge)
        apart = found[:, n:].reshape(len(found), n, _FIELDS)
        drawn = pictures * found[:, None, :n]
        drawn = drawn + (columns[:, :, n:] * found[:, None, n:]).reshape(*drawn.shape, _FIELDS).sum(axis=3)
        fit = JointFit(found[:, :n], noise[:, :n], fit.y, ground, np.swapaxes(drawn, 1, 2), fit.shapes)
        if not last:
            usual = _spread(apart, clear)
    return fit


def _fields(fit: JointFit, k: int, rows: int) -> Array:
    shape = fit.shapes[k]
    return np.stack([placed(shape, _displaced(shape, p), fit.y[:, k], rows) for p in range(1, _FIELDS + 1)], axis=2)


def _displaced(shape: BandShape, power: int) -> Callable[[Array], Array]:
    """Return -(h s)' for h = v or h = v^2 / sigma - sigma."""
    sigma = shape.sigma_px

    def moved(v: Array) -> Array:
        h = v if power == 1 else v * v / sigma - sigma
        return np.asarray(h * shape.at(v))

    return lambda v: -(moved(v + _STEP_PX) - moved(v - _STEP_PX)) / (2 * _STEP_PX)


def _misfit(profiles: Profiles, fit: JointFit, weight: Array) -> float:
    """Return the mean square of what the fit leaves over, in units of the weights."""
    rest = fit.rest(profiles) ** 2 * (weight > 0)
    usual = np.array([np.median(w) for w in weight])
    return max(1.0, float((rest.mean(axis=1) * usual).mean()))


def _spread(apart: Array, clear: NDArray[np.bool_]) -> Array:
    """Return how far the clear bands of each row deviate (root mean square), shape (n_rows, fields)."""
    usual = np.full(apart.shape[1:], _USUAL)
    for k in range(apart.shape[1]):
        if clear[:, k].sum() >= 3:
            usual[k] = np.maximum(np.sqrt((apart[clear[:, k], k] ** 2).mean(axis=0)), _LEAST)
    return usual
