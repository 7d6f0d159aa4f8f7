"""Other ways to measure a band, as opinions on the fit: valleys, a box's border, a plain sum, a stiffer background.

Each looks at the band with its fitted neighbours taken off, so that they disagree over what is there and not over
crowding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from blots.lane_fits import LaneFits
from blots.lane_solve import CLEAR, over_another

Array = NDArray[np.float64]

_WINDOW_SIGMAS = 3.2
_BORDER_PX = 3
_STIFFER = 1.6
_APART = 0.15
_BEYOND_ERROR = 3.0


@dataclass(frozen=True, eq=False)
class Opinions:
    """What other methods read, (n_lanes, n_targets) each, on the scale of the fit row by row.

    `valley` and `border` are the plain methods; `stiffer` is the fit over a background that bends less; `own_rest` what
    a band holds beyond its fitted shape, more than its row does. `plain_error` is the noise of the plain methods;
    `rough` what the fit leaves over in the band's window, summed as if it were random.
    """

    valley: Array
    border: Array
    stiffer: Array
    own_rest: Array
    plain_error: Array
    rough: Array

    def spread(self, volume: Array) -> Array:
        """Return how far the methods lie apart, as a fraction of the volume; NaN where there is none."""
        all_of_them = np.stack([volume, self.valley, self.border, self.stiffer, volume + self.own_rest])
        return np.asarray(np.ptp(all_of_them, axis=0) / np.where(volume > 0, volume, np.nan))

    def disagree(self, volume: Array, error: Array) -> NDArray[np.bool_]:
        """Return where two methods or more differ from the volume by over 15 % and over three of their joint errors."""
        joint = np.hypot(error, self.plain_error)
        others = np.stack([self.valley, self.border, self.stiffer, volume + self.own_rest])
        off = np.abs(others - volume)
        far = (off > _APART * np.abs(volume)) & (off > _BEYOND_ERROR * joint)
        return np.asarray(far.sum(axis=0) >= 2)


def second_opinions(fits: LaneFits) -> Opinions:
    """Return what other methods say of every band, each scaled to its row's clear bands.

    Parameters
    ----------
    fits : LaneFits
        From `fit_lanes`.

    Returns
    -------
    Opinions
    """
    fit, sigma = fits.fit, fits.geometry.sigma_px
    rest = fits.profiles.signal - fit.bands.sum(axis=1)
    valley, border = np.empty_like(fit.volume), np.empty_like(fit.volume)
    own, error, rough = (np.zeros_like(fit.volume) for _ in range(3))
    left = fit.rest(fits.profiles)
    for i, y in enumerate(fit.y):
        for k, (start, stop) in enumerate(windows(y, sigma, rest.shape[1])):
            alone = rest[i] + fit.bands[i, k]
            valley[i, k] = _valley(alone, float(y[k]), start, stop)
            border[i, k] = _border(alone, start, stop)
            own[i, k] = left[i, start:stop].sum() if fits.profiles.usable[i, start:stop].all() else 0.0
            over = left[i, start:stop][fits.profiles.usable[i, start:stop]]
            rough[i, k] = np.sqrt((over**2).sum() * (stop - start))
            error[i, k] = (stop - start) * np.sqrt(fits.profiles.variance[i, start:stop].mean() / (2 * _BORDER_PX))
    clear = fit.volume > 2 * CLEAR * fit.noise
    stiffer, _ = over_another(fits.profiles, fit, fits.options.background.stiffened(_STIFFER))
    return Opinions(
        _scaled(valley, fit.volume, clear),
        _scaled(border, fit.volume, clear),
        _scaled(stiffer, fit.volume, clear),
        own - _usual(own, fit.volume, clear, 0.0) * fit.volume,
        error,
        rough,
    )


def windows(y: Array, sigma_px: Array, rows: int) -> list[tuple[int, int]]:
    """Return the rows (half-open) of each band of one lane: 3.2 sigma each way, at most half-way to the next.

    Examples
    --------
    >>> windows(np.array([50.0, 70.0]), np.array([5.0, 5.0]), 100)
    [(34, 60), (60, 86)]
    """
    found = []
    for k, (at, sigma) in enumerate(zip(y, sigma_px, strict=True)):
        first, last = at - _WINDOW_SIGMAS * sigma, at + _WINDOW_SIGMAS * sigma
        if k > 0:
            first = max(first, (y[k - 1] + at) / 2)
        if k + 1 < len(y):
            last = min(last, (y[k + 1] + at) / 2)
        start = int(np.clip(round(first), 0, rows - 2))
        found.append((start, int(np.clip(round(last), start + 2, rows))))
    return found


def valley_volumes(profile: Array, y: Array, sigma_px: Array) -> Array:
    """Measure each band as the area above a straight line between the lowest points at its two sides.

    This is what ImageJ's gel tool does by hand. A neighbour lifts the valley, so it reads crowded bands too low.

    Parameters
    ----------
    profile : ndarray, shape (rows,)
        Sums across one lane.
    y, sigma_px : ndarray, shape (n_bands,)
        Where the bands lie and how high they are.

    Examples
    --------
    >>> rows = np.arange(100.0)
    >>> profile = 50 + np.exp(-0.5 * ((rows - 40) / 4) ** 2) / np.sqrt(2 * np.pi) / 4 * 1000
    >>> float(valley_volumes(profile, np.array([40.0]), np.array([4.0]))[0].round(-1))
    950.0
    """
    each = zip(y, windows(y, sigma_px, len(profile)), strict=True)
    return np.array([_valley(profile, float(at), start, stop) for at, (start, stop) in each])


def _valley(profile: Array, at: float, start: int, stop: int) -> float:
    smooth = gaussian_filter1d(profile[start:stop], 1.5)
    middle = int(np.clip(round(at) - start, 1, stop - start - 1))
    left, right = int(smooth[:middle].argmin()), middle + int(smooth[middle:].argmin())
    line = np.interp(np.arange(left, right + 1), [left, right], [smooth[left], smooth[right]])
    return float((profile[start + left : start + right + 1] - line).sum())


def _border(profile: Array, start: int, stop: int) -> float:
    """Return the sum in a box less the level of the rows just above and below it, which are of the lane itself."""
    above = profile[max(0, start - _BORDER_PX) : max(start, 1)]
    below = profile[min(stop, len(profile) - 1) : min(stop + _BORDER_PX, len(profile))]
    return float(profile[start:stop].sum() - (stop - start) * (above.mean() + below.mean()) / 2)


def _usual(other: Array, volume: Array, clear: NDArray[np.bool_], instead: float) -> Array:
    ratio = np.where(clear, other / np.where(volume != 0, volume, 1), np.nan)
    return np.array([np.nanmedian(r) if np.isfinite(r).sum() > 1 else instead for r in ratio.T])


def _scaled(other: Array, volume: Array, clear: NDArray[np.bool_]) -> Array:
    usual = _usual(other, volume, clear, 1.0)
    return np.asarray(other / np.where(usual > 0.2, usual, 1.0))
