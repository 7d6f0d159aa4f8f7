"""Bands that hold something else: a bubble, a scratch, a streak, another band that nobody listed.

Two things give it away. Across the lane, a bubble or a scratch makes the band's cross-profile another than those of its
row. Along the lane, what the fit leaves over in the band's window is more than in the other lanes of its row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.lane_fits import LaneFits
from blots.second_opinions import windows

Array = NDArray[np.float64]

_CORE_SIGMAS = 2.0
_ACROSS = np.linspace(-0.9, 0.9, 19)  # of the lane's half width
_USUAL_ACROSS = 0.05  # of the mean level: lanes of a row are that much alike at best
_ODD_ACROSS = 2.8  # root mean square over the lane, in usual differences
_USUAL_ALONG = 0.003  # of the volume
_ODD_ALONG = 2.5
_LEAST_ALONG = 0.04
_FEWEST_LANES = 4  # fewer show no usual


def odd_bands(fits: LaneFits, volume: Array, limit: Array, rough: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which bands look strange across their lane, and which along it, (n_lanes, n_targets) each.

    Parameters
    ----------
    fits : LaneFits
        From `fit_lanes`.
    volume, limit : ndarray, shape (n_lanes, n_targets)
        Volumes and detection limits; a band under its limit shows nothing of itself.
    rough : ndarray, shape (n_lanes, n_targets)
        What the fit leaves over in every band's window, as in `Opinions`.

    Examples
    --------
    >>> from blots.geometry import find_geometry
    >>> from blots.image_files import blot_from_array
    >>> from blots.lane_fits import fit_lanes
    >>> from blots.second_opinions import second_opinions
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> fits = fit_lanes(blot, find_geometry(blot, 12, BANDS))
    >>> found = odd_bands(fits, fits.fit.volume, np.zeros((12, 5)), second_opinions(fits).rough)
    >>> [int(side.sum()) for side in found]
    [0, 0]
    """
    nothing = np.zeros(volume.shape, dtype=bool)
    if len(volume) < _FEWEST_LANES:
        return nothing, nothing
    seen = volume > limit
    return seen & (_oddness_across(fits, volume, seen) > _ODD_ACROSS), seen & _odd_along(fits, volume, seen, rough)


def _oddness_across(fits: LaneFits, volume: Array, seen: NDArray[np.bool_]) -> Array:
    """Return how far each band's cross-profile is from its row's, in usual differences (root mean square)."""
    across, noise = _cross_profiles(fits, volume)
    found = np.zeros(volume.shape)
    for k, clear in enumerate(seen.T):
        if clear.sum() < _FEWEST_LANES:
            continue
        off = across[:, k] - np.median(across[clear, k], axis=0)
        usual = np.maximum(1.4826 * np.median(np.abs(off[clear]), axis=0), _USUAL_ACROSS)
        found[:, k] = np.sqrt(np.mean((off / np.hypot(usual, noise[:, k, None])) ** 2, axis=1))
    return found


def _odd_along(fits: LaneFits, volume: Array, seen: NDArray[np.bool_], rough: Array) -> NDArray[np.bool_]:
    size = np.where(seen, volume, np.inf)
    grain = _grain(fits) / size
    excess = np.sqrt(np.maximum((rough / size) ** 2 - grain**2, 0))
    usual = np.sqrt(np.median(excess, axis=0) ** 2 + _USUAL_ALONG**2 + (grain / 2) ** 2)
    return np.asarray((excess > _ODD_ALONG * usual) & (excess > _LEAST_ALONG))


def _grain(fits: LaneFits) -> Array:
    """Return what noise alone would leave over in each band's window, summed as `rough` is."""
    rows = fits.profiles.signal.shape[1]
    found = np.empty(fits.fit.y.shape)
    for i, (y, variance) in enumerate(zip(fits.fit.y, fits.profiles.variance, strict=True)):
        spans = windows(y, fits.geometry.sigma_px, rows)
        found[i] = [np.sqrt(variance[start:stop].sum() * (stop - start)) for start, stop in spans]
    return found


def _cross_profiles(fits: LaneFits, volume: Array) -> tuple[Array, Array]:
    """Return each band's amount at places across its lane over its mean, (n_lanes, n_targets, n), and their noise."""
    fit, sigma, rows = fits.fit, fits.geometry.sigma_px, fits.profiles.signal.shape[1]
    found, noise = np.zeros((*volume.shape, len(_ACROSS))), np.zeros(volume.shape)
    under = fits.profiles.signal - fit.bands.sum(axis=1) - fit.rest(fits.profiles)
    for i, (strip, lane) in enumerate(zip(fits.strips, fits.geometry.lanes, strict=True)):
        width, place = strip.values.shape[1], strip.offsets / max(lane.width_px / 2, 1.0)
        for k, (start, stop) in enumerate(windows(fit.y[i], sigma, rows)):
            at, reach = fit.y[i, k], _CORE_SIGMAS * sigma[k]
            core = slice(max(start, int(at - reach)), max(min(stop, int(at + reach) + 1), start + 1))
            if core.stop <= core.start or volume[i, k] <= 0:
                continue
            form = np.maximum(fit.bands[i, k, core], 0) / volume[i, k]
            other = (under[i, core] + fit.bands[i, :, core].sum(axis=0) - fit.bands[i, k, core]) / width
            power = max(float((form**2).sum()), 1e-12)
            amount = form @ (strip.values[core] - other[:, None]) / power
            found[i, k] = np.interp(_ACROSS, place, amount) * width / volume[i, k]
            noise[i, k] = np.sqrt((strip.variance[core] / width * form**2).sum()) / power * width / volume[i, k]
    return found, noise
