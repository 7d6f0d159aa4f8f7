"""The error budget of every band: what makes its volume uncertain, part by part, told from the picture itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.lane_fits import LaneFits
from blots.lane_solve import design
from blots.saturation import clipped_fraction, repaired_fraction
from blots.second_opinions import Opinions, windows
from blots.uncertainty import background_error

Array = NDArray[np.float64]

_DETECTED = 3.3  # standard deviations, IUPAC's limit of detection
_SATURATED = 0.15  # of the part that had to be reconstructed
_LEAST_SHAPE = 0.0042  # lane-to-lane differences that no residual of one picture shows (sampling, soft sides)
# How far volumes really lie off in units of each sign of it, over pictures with known truth.
_STIFFER = 4.9  # the mean of two backgrounds lies between them, the truth often does not
_TAILS = 1.1
_BESIDE = 0.3  # of the neighbours' light in the band's own window: how its tail runs there is known no better
_ROUGH = 0.24
_EMPTY = 0.3


@dataclass(frozen=True, eq=False)
class ErrorBudget:
    """Standard deviations of every volume, (n_lanes, n_targets) each, in units of the volume.

    `noise` of the pixels; `background` what empty places of the lane read beyond it; `overlap` what a stiffer
    background or another division between neighbours would change, and a part of the neighbours' light under the band;
    `shape` what the lane's own band leaves over beside the row's; `truncation` what lies outside the picture;
    `saturation` what was clipped and is inferred, or taken from a shorter exposure; `geometry` of a place that is not
    exactly known. An error that all bands of a row share (a tail under the background) is in none of them: no picture
    tells it, and no ratio feels it.
    """

    noise: Array
    background: Array
    overlap: Array
    shape: Array
    truncation: Array
    saturation: Array
    geometry: Array

    @property
    def total(self) -> Array:
        """The root of the sum of squares of all parts."""
        parts = (getattr(self, name) for name in self.__dataclass_fields__)
        return np.asarray(np.sqrt(np.sum([part**2 for part in parts], axis=0)))

    @property
    def detection_limit(self) -> Array:
        """The volume from which a band is told from noise and background."""
        return _DETECTED * np.hypot(self.noise, self.background / _EMPTY)


def error_budget(fits: LaneFits, volume: Array, opinions: Opinions, scale_error: float = 0.0) -> ErrorBudget:
    """Return the error budget of fitted lanes.

    Parameters
    ----------
    fits : LaneFits
        From `fit_lanes`.
    volume : ndarray, shape (n_lanes, n_targets)
        The volumes whose error is asked for.
    opinions : Opinions
        Other measurements of the same bands.
    scale_error : float
        Of what was taken from a shorter exposure; see `Repair`.

    Returns
    -------
    ErrorBudget

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.geometry import find_geometry
    >>> from blots.lane_fits import fit_lanes
    >>> from blots.second_opinions import second_opinions
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> fits = fit_lanes(blot, find_geometry(blot, 12, BANDS))
    >>> budget = error_budget(fits, fits.fit.volume, second_opinions(fits))
    >>> bool((budget.total >= budget.noise).all()), bool((budget.total < 0.1 * fits.fit.volume.max(axis=0)).all())
    (True, True)
    """
    fit, size = fits.fit, np.abs(volume)
    read = background_error(fits.profiles, fit, fits.options.background)
    clear = fit.volume > 15 * fit.noise
    return ErrorBudget(
        noise=fit.noise,
        background=_EMPTY * np.sqrt(np.maximum(read**2 - fit.noise**2, 0)),  # noise is counted once
        overlap=np.sqrt(
            (_STIFFER * _shared(opinions.stiffer - volume, size, clear)) ** 2
            + (_TAILS * _apart(fits, size, clear)) ** 2
            + (_BESIDE * _beside(fits)) ** 2
        ),
        shape=np.hypot(_ROUGH * opinions.rough, _LEAST_SHAPE * size),
        truncation=size * _outside(fits),
        saturation=np.hypot(_SATURATED * clipped_fraction(fits), scale_error * repaired_fraction(fits)) * size,
        geometry=size * _misplaced(fits, clear),
    )


def _shared(apart: Array, size: Array, clear: NDArray[np.bool_]) -> Array:
    """Return a standard deviation from differences: half the band's own, half what its row's clear bands show."""
    ratio = np.where(clear, np.abs(apart) / np.where(size > 0, size, 1), np.nan)
    usual = np.array([np.nanpercentile(r, 68) if np.isfinite(r).sum() > 2 else 0.0 for r in ratio.T])
    return np.asarray(np.sqrt((apart**2 + (usual * size) ** 2) / 2))


def _apart(fits: LaneFits, size: Array, clear: NDArray[np.bool_]) -> Array:
    """Return how far another hold on the tails moves each volume against its row's usual move."""
    if fits.fit.tails is None:
        return np.zeros_like(size)
    ratio = np.where(clear, fits.fit.tails / np.where(size > 0, size, 1), np.nan)
    usual = np.array([np.nanmedian(r) if np.isfinite(r).sum() > 2 else 0.0 for r in ratio.T])
    return np.asarray(np.abs(fits.fit.tails - usual * size))


def _beside(fits: LaneFits) -> Array:
    """Return how much of its neighbours' light lies in each band's window."""
    light, found = np.abs(fits.fit.bands), np.zeros(fits.fit.y.shape)
    for i, y in enumerate(fits.fit.y):
        for k, (start, stop) in enumerate(windows(y, fits.geometry.sigma_px, light.shape[2])):
            found[i, k] = light[i, :, start:stop].sum() - light[i, k, start:stop].sum()
    return found


def _outside(fits: LaneFits) -> Array:
    """Return half the part of each band's shape that lies outside the picture."""
    inside = design(fits.fit.y, fits.fit.shapes, fits.profiles.signal.shape[1]).sum(axis=1)
    return np.asarray(np.clip(1 - inside - 0.005, 0, 1) / 2)


def _misplaced(fits: LaneFits, clear: NDArray[np.bool_]) -> Array:
    """Return what a wrong place costs bands too faint to tell their own, from how far the clear ones had to move."""
    sigma = fits.geometry.sigma_px
    moved = np.where(clear, fits.fit.y - fits.geometry.y(), np.nan)
    scatter = np.array([np.nanstd(m) if np.isfinite(m).sum() > 2 else 0.5 for m in moved.T])
    return np.where(clear, 0.0, 0.25 * (scatter / sigma) ** 2)
