"""The shapes of all rows at once, measured from every lane together with the lanes' backgrounds.

Amounts that differ from lane to lane tell two shapes over the same pixels apart, so that neighbours are solved jointly
and not one after the other; each lane's background is eliminated (variable projection).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.band_shapes import BandShape, spans
from blots.lane_solve import CLEAR, JointFit, Profiles, around, trust, usual_weight

Array = NDArray[np.float64]

_CORE_SIGMAS = 2.0
_SHOULDER_SIGMAS = 5.0  # how far from its crest a shoulder is looked for
_FOOT = 0.1  # of the crest
_HALF_WAY = 0.55  # to the next row: what lies beyond is that row's body
_STRONG = 0.3  # of the row's largest
_SMOOTH = 1e-5


def first_shapes(rows: Array, sigma_px: Array, cores: Array | None = None) -> tuple[BandShape, ...]:
    """Return Gaussians to start from, each with as much room as its `cores` (n_rows, 2) and its neighbours leave it."""
    reach = spans(rows, sigma_px, cores)
    known = [None] * len(rows) if cores is None else [(float(a), float(b)) for a, b in cores]
    each = zip(sigma_px, reach, known, strict=True)
    return tuple(BandShape.gaussian(float(s), a, b, core) for s, (a, b), core in each)


def body_reach(profiles: Profiles, fit: JointFit, sigma_px: Array) -> Array:
    """Return how far each row's body reaches above and below its crest, (n_rows, 2): to a tenth of the crest.

    At least two standard deviations, at most about half-way to the next row. A shoulder or a second crest thus belongs
    to its band.
    """
    rows = profiles.signal.shape[1]
    rest = fit.rest(profiles)
    cores = _CORE_SIGMAS * np.tile(sigma_px, (2, 1)).T
    level = np.arange(-_SHOULDER_SIGMAS, _SHOULDER_SIGMAS + 0.01, 0.1)
    for k, sigma in enumerate(sigma_px):
        # In a lane that shows little of a band, what its neighbour leaves over would pass for a shoulder.
        strong = fit.volume[:, k] > _STRONG * fit.volume[:, k].max()
        clear = np.flatnonzero(strong & (fit.volume[:, k] > CLEAR * fit.noise[:, k]))
        if clear.size < 2:
            continue
        seen = [
            np.interp(fit.y[i, k] + level * sigma, np.arange(rows), rest[i] + fit.bands[i, k]) / fit.volume[i, k]
            for i in clear
        ]
        mean = np.median(seen, axis=0)
        middle = len(level) // 2
        low = np.flatnonzero(mean < _FOOT * mean[np.abs(level) < 1].max())
        above, below = low[low < middle], low[low > middle]
        ends = (level[middle] - level[above.max()] if above.size else 0, level[below.min()] if below.size else 0)
        # A Gaussian sinks to a tenth of its crest at 2.15 standard deviations.
        body = _CORE_SIGMAS / 2.15 * sigma * np.array(ends)
        cores[k] = np.maximum(cores[k], np.minimum(body, _HALF_WAY * _gaps(np.median(fit.y, axis=0), k)))
    return np.asarray(cores)


def _gaps(levels: Array, k: int) -> Array:
    """Return how far the next rows above and below lie."""
    off = levels - levels[k]
    return np.array([np.min(-off[off < 0], initial=np.inf), np.min(off[off > 0], initial=np.inf)])


def measured_shapes(
    profiles: Profiles, fit: JointFit, background: SmoothBackground, tail_ridge: float
) -> tuple[BandShape, ...]:
    """Return the shapes that fit all lanes best, given amounts and places; a row that no lane shows keeps its own.

    Parameters
    ----------
    profiles : Profiles
        Row sums.
    fit : JointFit
        Amounts, places and the shapes so far.
    background : SmoothBackground
        What lies under the bands.
    tail_ridge : float
        How strongly far tails are held towards zero.

    References
    ----------
    Golub G. H. and Pereyra V., SIAM J. Numer. Anal. 10:413 (1973), doi:10.1137/0710036.
    """
    ends = np.r_[0, np.cumsum([len(shape.weights) for shape in fit.shapes])]
    parts = [slice(a, b) for a, b in pairwise(ends)]
    left, right = _equations(profiles, fit, background, parts)
    seen = np.diag(left).copy()
    for part, shape in zip(parts, fit.shapes, strict=True):
        own = seen[part]
        scale = max(float(own.mean()), 1e-300)
        bend = np.diff(np.eye(len(own)), 2, axis=0)
        left[part, part] += scale * (
            _SMOOTH * bend.T @ bend + tail_ridge * np.diag(shape.remoteness**2) + 1e-9 * np.eye(len(own))
        )
    weights = np.asarray(np.linalg.solve(left, right), dtype=np.float64)
    clear = np.any(fit.volume > CLEAR * fit.noise, axis=0)
    found = []
    for part, shape, clear_one in zip(parts, fit.shapes, clear.tolist(), strict=True):
        # A row clipped in every lane never shows the middle of its shape.
        whole = clear_one and seen[part].min() > 1e-9 * seen[part].max()
        found.append(shape.with_weights(weights[part]) if whole and weights[part].sum() > 0 else shape)
    return tuple(found)


def _equations(
    profiles: Profiles, fit: JointFit, background: SmoothBackground, parts: list[slice]
) -> tuple[Array, Array]:
    """Return the normal equations of all splines once every lane's background has been taken out."""
    lanes, rows = profiles.signal.shape
    n, lane = parts[-1].stop, np.arange(lanes)[:, None]
    pictures = np.zeros((lanes, rows, n))
    for k, (part, shape) in enumerate(zip(parts, fit.shapes, strict=True)):
        row, inside = around(fit.y[:, k], shape, rows)
        basis = shape.basis((row - fit.y[:, k][:, None]).ravel()).reshape(*row.shape, -1)
        pictures[lane, row, part] += basis * (inside * np.maximum(fit.volume[:, k], 0)[:, None])[:, :, None]
    weight = trust(profiles, fit)
    scale = usual_weight(weight)
    left, right = np.zeros((n, n)), np.zeros(n)
    ground = background.basis
    for picture, w, one, signal in zip(pictures, weight, scale, profiles.signal, strict=True):
        weighted, under = picture.T * w, ground.T * w
        both = weighted @ ground
        own = under @ ground + one * (background.penalty + 1e-9 * np.eye(ground.shape[1]))
        solved = np.linalg.solve(own, np.column_stack([both.T, under @ signal]))
        left += weighted @ picture - both @ solved[:, :-1]
        right += weighted @ signal - both @ solved[:, -1]
    return left, right
