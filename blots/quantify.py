"""From a blot to bands.csv: every band's volume with its interval, its detection limit and what to know about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.band_table import COLUMNS, band_table
from blots.blot import DO_NOT_QUANTIFY, Blot
from blots.cautions import caution, join
from blots.errors import UnfitImage
from blots.geometry import find_geometry
from blots.lane_fits import LaneFits, fit_lanes
from blots.layout import BlotGeometry
from blots.second_opinions import border_volumes, valley_volumes, windows
from blots.uncertainty import background_error, shape_error

__all__ = ["COLUMNS", "measure_bands", "quantify_blot"]

Array = NDArray[np.float64]


_DETECTED = 3.3  # standard deviations, IUPAC's limit of detection
_SATURATED_ERROR = 0.3  # of the part that had to be reconstructed


def quantify_blot(
    blot: Blot,
    lanes: int,
    bands: Sequence[str],
    boxes: pd.DataFrame | None = None,
    force: bool = False,
    *,
    empty_lanes: Collection[int] = (),
) -> pd.DataFrame:
    """Find and measure all bands of a blot.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    lanes : int
        How many lanes the picture has, ladder and empty lanes included; lane 1 is leftmost.
    bands : sequence of str
        Targets from top to bottom. A row that is there but not wanted ("non-specific") must be named too.
    boxes : DataFrame, optional
        ``lane, target, x, y, width, height``; a box overrides what is found.
    force : bool
        Measure an image that was judged "do not quantify", with a caution on every row.
    empty_lanes : collection of int
        Lanes known to hold no band; needed only for those at the edges.

    Returns
    -------
    DataFrame
        One row a lane and target, columns as `COLUMNS`. `volume` is the background-subtracted sum of linear signal;
        `low` and `high` its 95 % interval of measurement error. Under the detection limit the volume is the plain
        estimate (negative where noise made it so) and `detection_limit` is what to use as its upper limit.

    Raises
    ------
    UnfitImage
        When the image was judged "do not quantify" and `force` is not set.
    LanesNotFound, InvalidBoxes, BlotError
        As `find_geometry`.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> simulated = simulate_blot(example_design(rng), rng=rng)
    >>> table = quantify_blot(blot_from_array(simulated.image, "rep1.tif"), lanes=12, bands=BANDS)
    >>> actin = table.target == "actin"
    >>> ratio = table.volume[actin] / simulated.truth.volume[actin]
    >>> len(table), bool(ratio.max() / ratio.min() < 1.02)
    (60, True)
    """
    _refuse_unfit(blot, force)
    table = measure_bands(blot, find_geometry(blot, lanes, bands, boxes, empty_lanes=empty_lanes))
    if blot.fitness == DO_NOT_QUANTIFY:
        said = caution("forced", "judged do not quantify")
        table["caution"] = [join(said, cell) for cell in table["caution"]]
    return table


def measure_bands(blot: Blot, geometry: BlotGeometry) -> pd.DataFrame:
    """Measure the bands where they were found.

    Each lane's rows are summed over its width. All profiles are then fitted together: bands in a shape that each row
    shares and that is measured from the picture, on a smooth background of the lane; what a band holds beyond its
    fitted shape is added where it exceeds the noise. Two plain methods (the line between valleys, the border of a box)
    are set against it, each scaled to its row: `method_spread` is how far the three lie apart.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    geometry : BlotGeometry
        From `find_geometry`.

    Returns
    -------
    DataFrame
        As `quantify_blot`.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> list(measure_bands(blot, find_geometry(blot, 12, BANDS)).columns) == list(COLUMNS)
    True
    """
    fits = fit_lanes(blot, geometry)
    fit, profiles = fits.fit, fits.profiles
    beyond, beyond_error = _beyond_shape(fits)
    volume = fit.volume + beyond
    ground = background_error(profiles, fit, fits.options.background)
    clipped = _clipped(fits)
    error = np.sqrt(
        fit.noise**2
        + beyond_error**2
        + ground[:, None] ** 2
        + (shape_error(profiles, fit) * volume) ** 2
        + (_SATURATED_ERROR * clipped * volume) ** 2
    )
    limit = _DETECTED * np.hypot(fit.noise, ground[:, None])
    spread = _method_spread(fits, volume, volume > 3 * limit)
    return band_table(blot, fits, volume, error, limit, clipped, spread)


def _refuse_unfit(blot: Blot, force: bool) -> None:
    if blot.fitness == DO_NOT_QUANTIFY and not force:
        why = " and ".join(reason.partition(": ")[2] for reason in blot.cautions) or "its reasons are not stated"
        raise UnfitImage(
            blot.name,
            expected="an image fit to be measured",
            got=f"one judged do not quantify ({why})",
            remedy="Export the scan unadjusted at 16 bits, or measure it all the same with force=True.",
        )


def _beyond_shape(fits: LaneFits) -> tuple[Array, Array]:
    """Return what a band holds beyond its fitted shape, more than its row does, where it exceeds the noise; its error.

    What the whole row holds beyond the shape is left alone: it is the same part of every band, faint ones included,
    where noise would hide it.
    """
    rest = fits.fit.rest(fits.profiles)
    total, noise = np.zeros_like(fits.fit.volume), np.full_like(fits.fit.volume, np.inf)
    for i, y in enumerate(fits.fit.y):
        for k, (start, stop) in enumerate(windows(y, fits.geometry.sigma_px, rest.shape[1])):
            if fits.profiles.usable[i, start:stop].all():
                total[i, k] = rest[i, start:stop].sum()
                noise[i, k] = np.sqrt(fits.profiles.variance[i, start:stop].sum())
    clear = np.isfinite(noise) & (fits.fit.volume > 50 * noise)
    ratio = np.where(clear, total / np.where(clear, fits.fit.volume, 1), np.nan)
    common = np.array([np.nanmedian(r) if np.isfinite(r).sum() > 1 else 0.0 for r in ratio.T])
    own = total - common * fits.fit.volume
    noise = np.where(np.isfinite(noise), noise, 0)
    doubted = np.where(np.abs(own) > 3 * noise, (3 * noise) ** 2 / np.maximum(own**2, 1e-12), 1.0)
    share = np.clip(1 - doubted, 0, 1)
    return share * own, share * noise


def _clipped(fits: LaneFits) -> Array:
    """Return the part of each band's rows, weighted by its own signal, that is clipped."""
    bands = np.maximum(fits.fit.bands, 0)
    clipped = np.stack([strip.clipped for strip in fits.strips])
    total = bands.sum(axis=2)
    return np.asarray((bands * clipped[:, None]).sum(axis=2) / np.where(total > 0, total, np.inf))


def _method_spread(fits: LaneFits, volume: Array, clear: NDArray[np.bool_]) -> Array:
    """Return how far the methods lie apart as a fraction of the volume, each scaled to its row's clear bands."""
    sigma = fits.geometry.sigma_px
    valley = np.stack([valley_volumes(s.profile, y, sigma) for s, y in zip(fits.strips, fits.fit.y, strict=True)])
    border = np.stack([border_volumes(s, y, sigma) for s, y in zip(fits.strips, fits.fit.y, strict=True)])
    opinions = [volume]
    for other in (valley, border):
        ratio = np.where(clear & (other > 0), other / np.where(volume != 0, volume, 1), np.nan)
        scale = np.array([np.nanmedian(r) if np.isfinite(r).any() else 1.0 for r in ratio.T])
        opinions.append(other / scale)
    apart = np.ptp(np.stack(opinions), axis=0)
    return np.asarray(apart / np.where(volume > 0, volume, np.nan))
