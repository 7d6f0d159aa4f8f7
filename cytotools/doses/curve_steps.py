"""Steps: what sigmoids become as they grow steep. Their least squares are sums, so every one of them can be tried."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_places import Place, Wells
from cytotools.doses.sigmoid import FloatArray, Model

STEEPNESS = 6.0  # of the curve that starts from a step: hill slope times the distance to the next dose
LEAST_SHARE = 0.02


def best_steps(wells: Wells, model: Model, count: int) -> tuple[FloatArray, list[Place]]:
    """Return the sums of squares of the best steps of each problem, (count, n_problems), and places near them.

    All doses below one dose have one response, all above it another, and that dose lies on the slope between.
    """
    rss, share, falls = _steps(wells)
    x = np.broadcast_to(wells.ln_dose, rss.shape)
    gaps = np.diff(x, axis=1)
    gaps = np.minimum(np.append(gaps, gaps[:, -1:], axis=1), np.append(gaps[:, :1], gaps, axis=1))
    rows, order = np.arange(len(rss)), np.argsort(rss, axis=1, kind="stable")
    places = []
    for k in range(count):
        best = order[:, k]
        part = share[rows, best]
        theta = np.stack([np.log(part / (1.0 - part)), np.log(STEEPNESS / gaps[rows, best]), 0.0 * part], axis=1)
        sign = np.where(model.either_height | (falls[rows, best]), 1.0, -1.0)
        places.append(Place(sign, x[rows, best], theta))
    return np.take_along_axis(rss, order[:, :count], axis=1).T, places


def _steps(wells: Wells) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return of the step at each dose the sum of squares, the share of that dose, and whether the response falls."""
    w, y = np.broadcast_to(wells.weights, wells.means.shape), wells.means - wells.means.mean(axis=1, keepdims=True)
    sums = np.cumsum([w, w * y, w * y * y], axis=2)
    own = np.stack([w, w * y, w * y * y])
    below, above = sums - own, sums[:, :, -1:] - sums
    with np.errstate(divide="ignore", invalid="ignore"):
        before, after = below[1] / below[0], above[1] / above[0]
        left = below[2] - below[1] * before + above[2] - above[1] * after
        share = (y - after) / (before - after)
    share = np.clip(np.nan_to_num(share, nan=0.5), 0.0, 1.0)
    rss = left + w * (y - after - share * (before - after)) ** 2 + wells.within[:, None]
    rss = np.where(wells.used & np.isfinite(rss), rss, np.inf)
    return rss, np.clip(share, LEAST_SHARE, 1.0 - LEAST_SHARE), before > after
