"""Clipped bands: how much of each is hidden, and the least that it can hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.lane_fits import LaneFits
from blots.second_opinions import windows

Array = NDArray[np.float64]


def clipped_fraction(fits: LaneFits) -> Array:
    """Return the part of each band, weighted by its own signal, that is clipped, (n_lanes, n_targets)."""
    return _part_of_bands(fits, np.stack([strip.clipped for strip in fits.strips]))


def repaired_fraction(fits: LaneFits) -> Array:
    """Return the part of each band's signal that was taken from a shorter exposure, (n_lanes, n_targets)."""
    return _part_of_bands(fits, np.stack([strip.repaired for strip in fits.strips]))


def _part_of_bands(fits: LaneFits, share: Array) -> Array:
    """Return the mean of what is told of each row (n_lanes, rows), weighted by each band's own signal."""
    bands = np.maximum(fits.fit.bands, 0)
    total = bands.sum(axis=2)
    return np.asarray((bands * share[:, None]).sum(axis=2) / np.where(total > 0, total, np.inf))


def not_below_what_is_seen(fits: LaneFits, volume: Array) -> Array:
    """Return the volumes, those of clipped bands no less than the light that the picture shows of them.

    Parameters
    ----------
    fits : LaneFits
        From `fit_lanes`.
    volume : ndarray, shape (n_lanes, n_targets)
        As fitted to the unclipped flanks.
    """
    hurt = clipped_fraction(fits) > 0
    if not hurt.any():
        return volume
    rest, found = fits.fit.rest(fits.profiles), volume.copy()
    for i, k in np.argwhere(hurt):
        start, stop = windows(fits.fit.y[i], fits.geometry.sigma_px, rest.shape[1])[k]
        seen = float((rest[i] + fits.fit.bands[i, k])[start:stop].sum())
        found[i, k] = max(found[i, k], seen)
    return found
