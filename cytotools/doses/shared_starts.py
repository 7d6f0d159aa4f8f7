"""Where to begin the search of curves that share an IC50 or a hill slope: the best common values on a grid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.ndimage import minimum_filter

from cytotools.doses.sigmoid import CONTROL, FloatArray, shares

HILLS = np.array([0.4, 0.7, 1.0, 1.5, 2.2, 3.3, 5.0, 10.0, 40.0])
BEYOND = np.array([1.0, 3.0])  # ln dose: places outside the doses
TINY = 1e-12  # of squared shares: a curve that no well tells from a flat line
MOST = 4  # valleys of the grid that are followed


def shared_starts(curves: list[tuple[FloatArray, FloatArray]], ic50: bool, hill_slope: bool) -> Iterator[FloatArray]:
    """Yield bottom, top, ln ic50 and hill slope of all curves, shape (4, n_curves), at the lowest valleys of a grid.

    Parameters
    ----------
    curves : list of (ln dose, response)
    ic50, hill_slope : bool
        Which of them the curves share. Each curve has its own asymptotes here.

    Examples
    --------
    >>> ln_dose = np.log([1.0, 2.0, 4.0, 8.0, 16.0])
    >>> one, other = (9.0 + 91.0 * shares(1.5 * (ln_dose - place))[0] for place in np.log([4.0, 8.0]))
    >>> next(shared_starts([(ln_dose, one), (ln_dose, other)], ic50=False, hill_slope=True)).round(1).tolist()
    [[9.0, 9.0], [100.0, 100.0], [1.4, 2.1], [1.5, 1.5]]
    """
    if not (ic50 or hill_slope):
        return
    places = _places(np.concatenate([ln_dose for ln_dose, _ in curves]))
    left = np.array([_left(ln_dose, response, places) for ln_dose, response in curves])  # (curves, places, hills)
    alone = tuple(axis + 1 for axis, shared in enumerate((ic50, hill_slope)) if not shared)
    total = left.min(axis=alone, keepdims=True).sum(axis=0)
    valleys = np.argwhere(total <= minimum_filter(total, size=3, mode="nearest"))
    for valley in sorted(valleys.tolist(), key=lambda at: float(total[tuple(at)]))[:MOST]:
        chosen = [
            slice(at, at + 1) if shared else slice(None) for at, shared in zip(valley, (ic50, hill_slope), strict=True)
        ]
        yield np.array([_curve(*curve, places[chosen[0]], HILLS[chosen[1]]) for curve in curves]).T


def _places(ln_doses: FloatArray) -> FloatArray:
    used = np.unique(ln_doses[ln_doses > CONTROL])
    return np.concatenate([used[0] - BEYOND, used, 0.5 * (used[1:] + used[:-1]), used[-1] + BEYOND])


def _left(ln_dose: FloatArray, response: FloatArray, places: FloatArray, hills: FloatArray = HILLS) -> FloatArray:
    """Return the sum of squares of each place and hill slope, with the best asymptotes, shape (places, hills)."""
    share = shares(hills[:, None] * (ln_dose - places[:, None, None]))[0]
    share = share - share.mean(axis=2, keepdims=True)
    deviations = response - response.mean()
    size = np.maximum(np.sum(share**2, axis=2), TINY)
    return np.asarray(np.sum(deviations**2) - (share @ deviations) ** 2 / size)


def _curve(ln_dose: FloatArray, response: FloatArray, places: FloatArray, hills: FloatArray) -> list[float]:
    """Return bottom, top, ln ic50 and hill slope of the best of some places and hill slopes."""
    left = _left(ln_dose, response, places, hills)
    i, j = np.unravel_index(int(left.argmin()), left.shape)
    share = shares(hills[j] * (ln_dose - places[i]))[0]
    centred = share - share.mean()
    rise = float(centred @ response) / max(float(centred @ centred), TINY)
    bottom = float(response.mean() - rise * share.mean())
    return [bottom, bottom + rise, float(places[i]), float(hills[j])]
