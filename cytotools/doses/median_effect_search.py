"""The least squares of many median-effect curves at once: a grid of starts, then Newton's steps from its valleys.

fa = 1 / (1 + exp(-u)), u = ahead + m (ln dose - pivot): straight in `ahead` and m. Where noise would be met best by a
curve without an end, the search ends at a limit: m from FLATTEST to STEEPEST, and `ahead` from -REACH to REACH.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_grid import peaks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

FLATTEST, STEEPEST, REACH = 1e-3, 100.0, 30.0
LOWEST, HIGHEST = np.array([-REACH, FLATTEST]), np.array([REACH, STEEPEST])
SLOPES = np.array([0.05, 0.2, 0.45, 0.8, 1.3, 2.0, 3.2, 5.0, 8.0, 16.0, 40.0])
LEVEL_SLOPE = 0.02
BEYOND = np.array([0.7, 2.0, 5.0])  # ln dose: starts outside the doses
PARTS, MOST_PLACES = 3, 60  # starts between two doses, and in all
STARTS, SHALLOW = 8, 4.0  # valleys followed, and how far above the deepest one may lie
NEAR = 10.0  # the same of the best step and of the mean, which lie farther from their valleys
ROUNDING_ON_GRID = 1e-12
CHUNK = 128  # curves whose grid is held at a time: it stays in the cache
MOST_STEPS, FIRST_DAMPING, MOST_DAMPING = 200, 1e-4, 1e10
LEAST_CURVATURE = 0.01  # of a step downhill, in units of the expected curvature
LONGEST = np.array([3.0, 1.0])  # a step in `ahead`, and in m by a factor of 1 + it
POLISHING, SMALL_STEP = 2, 1e-4
TINY, ROUNDING = 1e-10, 1e-15  # a step that moves nothing further, or promises no more of the squares, is the last


@dataclass(frozen=True, eq=False)
class EffectPoints:
    """Means of each curve at each ln dose (n_doses,): `means` and `weights` (n_curves, n_doses); `within` (n_curves,).

    `within` is the weighted sum of squares about the means, which no curve can lower.
    """

    ln_dose: FloatArray
    weights: FloatArray
    means: FloatArray
    within: FloatArray

    def of(self, rows: IntArray | NDArray[np.bool_]) -> EffectPoints:
        """Return the curves of these rows."""
        return EffectPoints(self.ln_dose, self.weights[rows], self.means[rows], self.within[rows])


@dataclass(frozen=True, eq=False)
class EffectPlaces:
    """Places of curves: `pivot` (n,) in ln dose, `theta` (n, 2) is `ahead` and m."""

    pivot: FloatArray
    theta: FloatArray

    def of(self, rows: IntArray | NDArray[np.bool_]) -> EffectPlaces:
        """Return the places of these rows."""
        return EffectPlaces(self.pivot[rows], self.theta[rows])

    @property
    def ln_dm(self) -> FloatArray:
        """Return ln Dm."""
        return np.asarray(self.pivot - self.theta[:, 0] / self.theta[:, 1])

    def logits(self, ln_dose: FloatArray) -> FloatArray:
        """Return logit of the fraction affected at each dose, shape (n, n_doses)."""
        return np.asarray(self.theta[:, :1] + self.theta[:, 1:] * (ln_dose - self.pivot[:, None]))


@dataclass(frozen=True, eq=False)
class Bowls:
    """Sums of squares, half their gradients, and half their expected and observed curvatures in `ahead` and m."""

    rss: FloatArray
    gradient: FloatArray
    expected: FloatArray
    observed: FloatArray

    def of(self, rows: IntArray | NDArray[np.bool_]) -> Bowls:
        """Return those of these rows."""
        return Bowls(self.rss[rows], self.gradient[rows], self.expected[rows], self.observed[rows])


def search(points: EffectPoints) -> tuple[EffectPlaces, NDArray[np.bool_]]:
    """Return the place of the least sum of squares of each curve, and whether its steps came to rest."""
    if not len(points.means):
        return EffectPlaces(np.zeros(0), np.zeros((0, 2))), np.zeros(0, dtype=bool)
    owners, starts = _starts(points)
    found, settled, rss = _descend(points.of(owners), starts)
    order = np.lexsort((rss, owners))
    best = order[np.append(True, np.diff(owners[order]) > 0)]
    return _polished(points, found.of(best)), settled[best]


def _polished(points: EffectPoints, places: EffectPlaces) -> EffectPlaces:
    """Return the places after bare Newton steps, which find the last digits where the sum of squares tells no more.

    It is flat to rounding over 1e-8 of the parameters: without them, another order of the wells would end elsewhere.
    """
    bare = np.zeros(len(places.theta))
    for _ in range(POLISHING):
        there = _moved(places, _newton(bowls(points, places), places.theta, bare))
        small = np.all(
            np.abs(there.theta - places.theta) <= SMALL_STEP * np.maximum(places.theta, 1.0), axis=1, keepdims=True
        )
        places = EffectPlaces(places.pivot, np.where(small, there.theta, places.theta))
    return places


def bowls(points: EffectPoints, places: EffectPlaces) -> Bowls:
    """Return the sums of squares and their first and second derivatives."""
    share = affected_of(places.logits(points.ln_dose))
    slope = share * (1.0 - share)
    errors = share - points.means
    wide = points.ln_dose - places.pivot[:, None]
    weighted = points.weights * errors
    along, expected = weighted * slope, points.weights * slope**2
    observed = expected + along * (1.0 - 2.0 * share)
    return Bowls(
        points.within + _inner(weighted, errors),
        np.stack([along.sum(axis=1), _inner(along, wide)], axis=1),
        _moments(expected, wide),
        _moments(observed, wide),
    )


def affected_of(logits: FloatArray) -> FloatArray:
    """Return the fraction affected.

    Examples
    --------
    >>> affected_of(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)))


def _moments(curvature: FloatArray, wide: FloatArray) -> FloatArray:
    along = curvature * wide
    first = along.sum(axis=1)
    return np.stack([curvature.sum(axis=1), first, first, _inner(along, wide)], axis=1).reshape(-1, 2, 2)


def _inner(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("nd,nd->n", one, other))


def _starts(points: EffectPoints) -> tuple[IntArray, EffectPlaces]:
    """Return the deepest valleys of the grid, the best step and the mean: whose they are and their places."""
    grid, shape = _grid(points.ln_dose)
    shares = affected_of(grid.logits(points.ln_dose))
    owners, places, deepest = [], [], np.empty(len(points.means))
    for begin in range(0, len(points.means), CHUNK):
        part = points.of(np.arange(begin, min(begin + CHUNK, len(points.means))))
        rss = np.sum(part.weights * part.means**2, axis=1)[:, None] + part.weights @ (shares**2).T
        rss -= 2.0 * (part.weights * part.means) @ shares.T
        deepest[begin : begin + CHUNK] = rss.min(axis=1) + ROUNDING_ON_GRID
        valley = peaks(-rss.reshape(-1, *shape)).reshape(rss.shape)
        valley &= rss <= SHALLOW * deepest[begin : begin + CHUNK, None]
        valley[np.arange(len(rss)), rss.argmin(axis=1)] = True
        curve, cell = np.nonzero(valley)
        order = np.lexsort((rss[curve, cell], curve))
        curve, cell = curve[order], cell[order]
        kept = np.arange(len(curve)) - np.searchsorted(curve, curve) < STARTS
        owners.append(curve[kept] + begin)
        places.append(grid.of(cell[kept]))
    for start in (_steps(points), _level(points)):
        near = np.flatnonzero(bowls(points, start).rss - points.within <= NEAR * deepest)
        owners.append(near)
        places.append(start.of(near))
    whole = np.concatenate(owners)
    order = np.argsort(whole, kind="stable")
    pivot, theta = (np.concatenate([getattr(place, name) for place in places]) for name in ("pivot", "theta"))
    return whole[order], EffectPlaces(pivot[order], theta[order])


def _grid(ln_dose: FloatArray) -> tuple[EffectPlaces, tuple[int, int]]:
    """Return places between and beyond the doses by slopes, and their numbers."""
    count = min((len(ln_dose) - 1) * PARTS + 1, MOST_PLACES)
    between = np.interp(np.linspace(0.0, len(ln_dose) - 1.0, count), np.arange(len(ln_dose)), ln_dose)
    ln_dm = np.concatenate([ln_dose[0] - BEYOND[::-1], between, ln_dose[-1] + BEYOND])
    pivot = ln_dose[np.abs(ln_dm[:, None] - ln_dose).argmin(axis=1)]  # a step turns about the dose that it passes
    ahead = np.clip(SLOPES * (pivot - ln_dm)[:, None], -REACH, REACH)
    theta = np.stack([ahead, np.broadcast_to(SLOPES, ahead.shape)], axis=2).reshape(-1, 2)
    return EffectPlaces(np.repeat(pivot, len(SLOPES)), theta), (len(ln_dm), len(SLOPES))


def _steps(points: EffectPoints) -> EffectPlaces:
    """Return the best curve that is 0 below one dose, 1 above it, and free at that dose."""
    none, all_ = points.weights * points.means**2, points.weights * (1.0 - points.means) ** 2
    free = np.clip(points.means, 0.0, 1.0)
    below = np.cumsum(none, axis=1) - none
    above = np.cumsum(all_[:, ::-1], axis=1)[:, ::-1] - all_
    at = (below + above + points.weights * (points.means - free) ** 2).argmin(axis=1)
    own = np.clip(free[np.arange(len(at)), at], 1e-6, 1.0 - 1e-6)
    nearest = np.min(np.diff(points.ln_dose)) if len(points.ln_dose) > 1 else 1.0
    steep = np.full(len(at), min(REACH / nearest, STEEPEST))
    return EffectPlaces(points.ln_dose[at], np.stack([np.log(own / (1.0 - own)), steep], axis=1))


def _level(points: EffectPoints) -> EffectPlaces:
    """Return the curve that hardly rises, at the mean."""
    mean = np.sum(points.weights * points.means, axis=1) / np.maximum(points.weights.sum(axis=1), 1e-300)
    mean = np.clip(mean, 1e-6, 1.0 - 1e-6)
    theta = np.stack([np.log(mean / (1.0 - mean)), np.full(len(mean), LEVEL_SLOPE)], axis=1)
    return EffectPlaces(np.full(len(mean), points.ln_dose.mean()), theta)


def _descend(points: EffectPoints, places: EffectPlaces) -> tuple[EffectPlaces, NDArray[np.bool_], FloatArray]:
    """Return the valley below each place, where the steps came to rest, and the sum of squares there."""
    theta, local = places.theta.copy(), bowls(points, places)
    here, rows = places, np.arange(len(theta))
    settled, rss = np.zeros(len(theta), dtype=bool), local.rss.copy()
    damping = np.full(len(theta), FIRST_DAMPING)
    for _ in range(MOST_STEPS):
        there = _moved(here, _newton(local, here.theta, damping))
        moved = np.abs(there.theta - here.theta) / np.array([1.0, 0.1]) / np.maximum(here.theta, [1.0, 0.1])
        promised = np.sum(np.abs(local.gradient * (there.theta - here.theta)), axis=1)
        rest = (moved.max(axis=1) < TINY) | (promised <= ROUNDING * local.rss)
        done = rest | (damping > MOST_DAMPING)
        trial = bowls(points, there)
        better = (trial.rss <= local.rss) & ~done
        damping = np.where(better, np.maximum(damping / 10.0, 1e-12), damping * 10.0)
        here = EffectPlaces(here.pivot, np.where(better[:, None], there.theta, here.theta))
        local = _chosen(better, trial, local)
        if done.any():
            theta[rows[done]], rss[rows[done]], settled[rows[done]] = here.theta[done], local.rss[done], rest[done]
            rows, points, here, local, damping = (
                rows[~done],
                points.of(~done),
                here.of(~done),
                local.of(~done),
                damping[~done],
            )
            if not len(rows):
                break
    theta[rows], rss[rows] = here.theta, local.rss
    return EffectPlaces(places.pivot, theta), settled, rss


def _chosen(first: NDArray[np.bool_], one: Bowls, other: Bowls) -> Bowls:
    picked = (
        np.where(first.reshape(-1, *[1] * (np.ndim(getattr(one, name)) - 1)), getattr(one, name), getattr(other, name))
        for name in ("rss", "gradient", "expected", "observed")
    )
    return Bowls(*picked)


def _moved(places: EffectPlaces, step: FloatArray) -> EffectPlaces:
    longest = LONGEST * np.stack([np.ones(len(step)), 0.5 + places.theta[:, 1]], axis=1)
    theta = np.clip(places.theta + np.clip(step, -longest, longest), LOWEST, HIGHEST)
    return EffectPlaces(places.pivot, theta)


def _newton(local: Bowls, theta: FloatArray, damping: FloatArray) -> FloatArray:
    """Return Newton's steps downhill; a parameter pressed against its limit stays there."""
    stuck = ((theta <= LOWEST) & (local.gradient > 0)) | ((theta >= HIGHEST) & (local.gradient < 0))
    scale = np.sqrt(np.einsum("nii->ni", local.expected)) + 1e-150
    slope = np.where(stuck, 0.0, local.gradient / scale)
    a, b, c = (local.observed[:, i, j] / (scale[:, i] * scale[:, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    b = np.where(stuck.any(axis=1), 0.0, b)
    middle, half = 0.5 * (a + c), np.hypot(0.5 * (a - c), b)
    turn = 0.5 * np.arctan2(2.0 * b, a - c)
    cos, sin = np.cos(turn), np.sin(turn)
    along = np.stack([cos * slope[:, 0] + sin * slope[:, 1], cos * slope[:, 1] - sin * slope[:, 0]], axis=1)
    curvature = np.stack([middle + half, middle - half], axis=1)
    least = LEAST_CURVATURE * (curvature <= 0) + np.finfo(np.float64).eps
    along = along / (np.maximum(np.abs(curvature), least) + damping[:, None])
    step = np.stack([cos * along[:, 0] - sin * along[:, 1], sin * along[:, 0] + cos * along[:, 1]], axis=1)
    return np.asarray(-step / scale, dtype=np.float64)
