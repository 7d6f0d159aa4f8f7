"""Where the crests lie: every lane's own place in every row, settled before the shapes of the rows are measured.

A start may be off by a band's height (a box drawn by hand), or hardly at all. How far the clear bands have to move
tells how good the start is; where it is poor, a faint band takes the place that its lane and its row predict.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.band_shapes import BandShape
from blots.lane_solve import CLEAR, Profiles, design, placed, solve_lanes, trust

Array = NDArray[np.float64]

_ROUNDS = 3
_MOST_STEP = 0.6  # of the row's sigma a round: the tangent of a shape leads no further
_LEAST_PX = 0.05
_UNKNOWN_PX = 0.5  # how good a start is where no clear band tells
_STRAY_SCATTERS, _STRAY_SIGMAS = 4.0, 0.6
_HOLD_PLACE, _HOLD_STRETCH = 0.05, 3.0  # against one clear band: lanes differ less in stretch than in place


def settled_places(profiles: Profiles, y: Array, shapes: tuple[BandShape, ...], background: SmoothBackground) -> Array:
    """Return every band's crest, (n_lanes, n_rows), from starts that may be off by about the height of a band.

    Every round solves amounts, backgrounds and displacements of all bands together (Gauss-Newton).

    Parameters
    ----------
    profiles : Profiles
        Row sums.
    y : ndarray, shape (n_lanes, n_rows)
        Where the bands were thought to lie.
    shapes : tuple of BandShape
        One a row, as far as they are known.
    background : SmoothBackground
        What lies under the bands.

    Examples
    --------
    >>> rows = np.arange(200.0)
    >>> bands = np.exp(-0.5 * ((rows - 60) / 5) ** 2) / np.sqrt(2 * np.pi) / 5
    >>> signal = np.array([1e5, 2e4, 5e4])[:, None] * bands + 300
    >>> profiles = Profiles(signal, np.full_like(signal, 100.0), np.ones(signal.shape, dtype=bool))
    >>> start = np.array([[57.0], [63.0], [61.0]])
    >>> shapes = (BandShape.gaussian(5.0, -25.0, 25.0),)
    >>> settled_places(profiles, start, shapes, SmoothBackground.over(200, 10.0, 40.0)).round(1).ravel().tolist()
    [60.0, 60.0, 60.0]
    """
    weight, start = trust(profiles, None), y
    amount = solve_lanes(
        profiles.signal, weight, profiles.variance, design(y, shapes, profiles.signal.shape[1]), background
    )[0]
    for _ in range(_ROUNDS):
        amount, own, error, clear = _stepped(profiles, y, amount, shapes, background)
        y = _believed(own, error, start, clear, np.array([shape.sigma_px for shape in shapes]))
    return y


def _stepped(
    profiles: Profiles, y: Array, amount: Array, shapes: tuple[BandShape, ...], background: SmoothBackground
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Return amounts, each band's own idea of its place, how wrong that may be (px), and which bands are clear."""
    n, rows, weight = len(shapes), profiles.signal.shape[1], trust(profiles, None)
    sigma = np.array([shape.sigma_px for shape in shapes])
    slopes = np.stack([placed(s, _falling(s), y[:, k], rows) for k, s in enumerate(shapes)], axis=2)
    columns = np.concatenate([design(y, shapes, rows), slopes * np.maximum(amount, 0)[:, None, :]], axis=2)
    ridge = np.zeros((len(y), 2 * n))
    ridge[:, n:] = 1 / sigma**2
    found, error, ground = solve_lanes(profiles.signal, weight, profiles.variance, columns, background, ridge)
    rest = profiles.signal - ground - (columns @ found[:, :, None])[:, :, 0]
    misfit = np.sqrt(np.maximum(1.0, (weight * rest**2).mean(axis=1)))[:, None]
    own = y + np.clip(found[:, n:], -_MOST_STEP * sigma, _MOST_STEP * sigma)
    clear = np.asarray(found[:, :n] > CLEAR * error[:, :n])
    return found[:, :n], own, np.maximum(misfit * error[:, n:], _LEAST_PX), clear


def _falling(shape: BandShape) -> Callable[[Array], Array]:
    """Return how a band's profile changes as it moves down."""
    return lambda v: -shape.slope_at(v)


def _believed(own: Array, error: Array, start: Array, clear: NDArray[np.bool_], sigma_px: Array) -> Array:
    """Return the places: a clear band's own; for others its own, its start's and its course's, by their precision.

    What lies far off where its lane and its row lead, or far from its start where starts are good, is something else: a
    tail, dust. Such a band keeps to its start and its course.
    """
    jitter = np.array([_scatter((own - start)[c, k]) for k, c in enumerate(clear.T)])
    told = clear.sum() > sum(clear.shape) + 2
    if not told:
        weights = np.stack([error**-2.0, np.broadcast_to(jitter**-2.0, own.shape)])
        return np.where(clear, own, (weights * np.stack([own, start])).sum(axis=0) / weights.sum(axis=0))
    course = _course(own, clear)
    along = clear & ~_strays(own - course, _scatter((own - course)[clear]), sigma_px)
    course = _course(own, along)
    around = _scatter((own - course)[along])
    weights = np.stack([error**-2.0, np.broadcast_to(jitter**-2.0, own.shape), np.full(own.shape, around**-2.0)])
    y = np.where(clear, own, (weights * np.stack([own, start, course])).sum(axis=0) / weights.sum(axis=0))
    led = (weights[1:] * np.stack([start, course])).sum(axis=0) / weights[1:].sum(axis=0)
    return np.where(_strays(y - course, around, sigma_px) | _strays(y - start, jitter, sigma_px), led, y)


def _strays(off: Array, usual: Array | float, sigma_px: Array) -> NDArray[np.bool_]:
    """Return what is further off than usual, and than a good part of a band's height."""
    return np.asarray(np.abs(off) > np.maximum(_STRAY_SCATTERS * usual, _STRAY_SIGMAS * sigma_px))


def _scatter(off: Array) -> float:
    """Return a standard deviation about zero that a few strays do not set."""
    if off.size < 3:
        return _UNKNOWN_PX
    most = 3 * 1.4826 * float(np.median(np.abs(off)))
    return max(float(np.sqrt(np.mean(np.clip(off, -most, most) ** 2))), _LEAST_PX)


def _course(y: Array, clear: NDArray[np.bool_]) -> Array:
    """Return each row's level plus its lane's place and stretch, fitted to the clear bands."""
    lanes, n = y.shape
    level = np.array([np.median(y[c, k] if c.any() else y[:, k]) for k, c in enumerate(clear.T)])
    far = (level - level.mean()) / max(float(np.ptp(level)), 1.0)
    i, k = np.nonzero(clear)
    left, each = np.zeros((len(i), n + 2 * lanes)), np.arange(len(i))
    left[each, k] = left[each, n + i] = 1
    left[each, n + lanes + i] = far[k]
    hold = np.diag(np.r_[np.full(n, 1e-6), np.full(lanes, _HOLD_PLACE), np.full(lanes, _HOLD_STRETCH)])
    found = np.linalg.solve(left.T @ left + hold, left.T @ (y[clear] - level[k]))
    return np.asarray(level + found[:n] + found[n : n + lanes, None] + found[n + lanes :, None] * far)
